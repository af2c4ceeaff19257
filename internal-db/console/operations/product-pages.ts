// The console's pages of products: all of them, and one with its releases, who is behind on versions, and how to publish.
import { renderBarChart } from '../../charts/bar-chart.ts';
import { renderChartWithTable } from '../../charts/chart-with-table.ts';
import { renderLegend } from '../../charts/chart-series.ts';
import { renderTextArea, renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderCopyable, renderEmpty, renderNumbers, renderTag } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { countText, timeText } from '../texts/sizes-and-times.ts';
import type { VersionHolders, VersionStatistics } from '../../statistics/version-statistics.ts';
import type { ProductRecord, ReleaseRecord } from '../../store/catalog.ts';
import type { ProductSummary } from '../../store/statistics.ts';
import { formTokenField, renderPage, type PageParts } from '../layout.ts';
import { renderPlacement } from './placement-section.ts';
import { mayDo } from '../staff-permissions.ts';
import { productsTexts as texts } from '../texts/console-texts.ts';
import type { StaffCaller } from '../staff-session.ts';

const versionsDrawnMax = 12;
const stateMoods = { draft: 'warn', published: 'good', withdrawn: 'bad' } as const;

/** The page of all products. */
export function renderProductsPage(
  caller: StaffCaller,
  products: readonly ProductSummary[],
  notice: PageParts['notice'] = null,
): string {
  const { list } = texts;
  return renderPage({
    title: texts.title,
    section: '/products',
    caller,
    notice,
    content: html`<section aria-label="${texts.all}">
        ${renderTable({
          caption: list.caption,
          columns: [
            list.product,
            list.newest,
            { heading: list.published, kind: 'number' },
            { heading: list.drafts, kind: 'number' },
            { heading: list.withdrawn, kind: 'number' },
          ],
          rows: products.map((product) => [
            html`<a href="/products/${product.name}">${product.title}</a> <small>${product.name}</small>`,
            product.newestVersion ?? list.none,
            countText(product.publishedCount),
            countText(product.draftCount),
            countText(product.withdrawnCount),
          ]),
          empty: list.empty,
        })}
      </section>
      ${mayDo(caller.staff.role, 'catalog.write') ? renderCreateForm(caller) : null}`,
  });
}

/** What the page of one product shows. */
export interface ProductView {
  readonly product: ProductRecord;
  /** Where its files are kept; null: as the settings say, which is `placementOfAll`. */
  readonly placement: string | null;
  readonly placementOfAll: string;
  /** Newest first. */
  readonly releases: readonly (Pick<ReleaseRecord, 'version' | 'channel' | 'state' | 'publishedAtMs'> & {
    readonly holderCount: number;
  })[];
  readonly versions: VersionStatistics;
}

/** The page of one product. */
export function renderProductPage(
  caller: StaffCaller,
  view: ProductView,
  notice: PageParts['notice'] = null,
): string {
  const { product, placement, placementOfAll } = view;
  const kept = { product: product.name, own: placement, ofSettings: placementOfAll };
  return renderPage({
    title: product.title,
    section: '/products',
    crumb: { href: '/products', text: texts.title },
    lead: html`<code>${product.name}</code> ${product.description}`,
    caller,
    notice,
    content: html`${renderPublishing(caller, product)} ${renderReleases(view)}
    ${renderPlacement(caller, kept)} ${renderVersions(view)}`,
  });
}

/** Where a release's own page is; its version may have a plus sign. */
export function releasePath(product: string, version: string): string {
  return `/products/${product}/releases/${encodeURIComponent(version)}`;
}

/** A release's state as a label. */
export function stateTag(state: ReleaseRecord['state']): Html {
  return renderTag(stateMoods[state], texts.states[state]);
}

function renderCreateForm(caller: StaffCaller): Html {
  const { add } = texts;
  return html`<section aria-labelledby="create">
    <h2 id="create">${add.heading}</h2>
    <form class="form" method="post" action="/products" data-once>
      ${formTokenField(caller)}
      ${renderTextField({
        name: 'name',
        label: add.name,
        hint: add.nameHint,
        attributes: { required: true, maxlength: 64 },
      })}
      ${renderTextField({ name: 'title', label: add.title, attributes: { required: true, maxlength: 200 } })}
      ${renderTextArea({ name: 'description', label: add.description, attributes: { maxlength: 4000, rows: 3 } })}
      <button class="primary">${add.button}</button>
    </form>
  </section>`;
}

function renderPublishing(caller: StaffCaller, { name }: ProductRecord): Html {
  const link = html`<p><a class="button" href="/products/${name}/upload">${texts.publish.upload}</a></p>`;
  return html`<section aria-labelledby="publish">
    <h2 id="publish">${texts.publish.heading}</h2>
    <p>${texts.publish.how}</p>
    ${mayDo(caller.staff.role, 'catalog.write') ? link : null}
    <p>
      ${renderCopyable(texts.publish.command, `consign publish ${name} 1.2.3 FILES… --channel stable --draft`)}
    </p>
  </section>`;
}

function renderReleases({ product, releases }: ProductView): Html {
  const list = texts.releases;
  return html`<section aria-labelledby="releases">
    <h2 id="releases">${list.heading}</h2>
    ${renderTable({
      caption: list.caption,
      columns: [
        list.version,
        list.channel,
        list.state,
        list.published,
        { heading: list.customers, kind: 'number' },
      ],
      rows: releases.map(({ version, channel, state, publishedAtMs, holderCount }) => [
        html`<a href="${releasePath(product.name, version)}">${version}</a>`,
        channel,
        stateTag(state),
        timeText(publishedAtMs),
        countText(holderCount),
      ]),
      empty: list.empty,
    })}
  </section>`;
}

function renderVersions({ product, versions: { versions, upToDateCount, behindCount } }: ProductView): Html {
  const { behind } = texts;
  const known = versions.filter(({ accountCount }) => accountCount > 0);
  if (known.length === 0)
    return html`<section aria-labelledby="behind">
      <h2 id="behind">${behind.heading}</h2>
      ${renderEmpty(behind.nobody)}
    </section>`;
  const chart = html`${renderLegend([behind.newest, behind.behind])}
  ${renderBarChart({
    title: behind.chart(product.name),
    bars: drawnVersions(known),
    format: (value) => countText(value),
  })}`;
  const table = renderTable({
    caption: behind.caption,
    columns: [behind.version, behind.channel, { heading: behind.customers, kind: 'number' }, behind.stands],
    rows: known.map(({ version, channel, accountCount, isNewest }) => [
      html`<a href="${releasePath(product.name, version)}?list=stopped#customers">${version}</a>`,
      channel,
      countText(accountCount),
      isNewest ? renderTag('good', behind.upToDate) : renderTag('warn', behind.isBehind),
    ]),
    empty: behind.empty,
  });
  return html`<section aria-labelledby="behind">
    <h2 id="behind">${behind.heading}</h2>
    <p>${behind.lead}</p>
    ${renderNumbers([
      [behind.haveNewest, countText(upToDateCount)],
      [behind.areBehind, countText(behindCount)],
    ])}
    ${renderChartWithTable(chart, table, behind.numbers)}
  </section>`;
}

/** The newest versions one by one, and what is older than these together. */
function drawnVersions(known: readonly VersionHolders[]): { name: string; value: number; series: number }[] {
  const drawn = known.slice(0, versionsDrawnMax).map(({ version, channel, accountCount, isNewest }) => ({
    name: texts.behind.bar(version, channel),
    value: accountCount,
    series: isNewest ? 0 : 1,
  }));
  const older = known.slice(versionsDrawnMax);
  if (older.length === 0) return drawn;
  const value = older.reduce((sum, { accountCount }) => sum + accountCount, 0);
  return [...drawn, { name: texts.behind.older, value, series: 1 }];
}
