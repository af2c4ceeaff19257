// The console's pages of products: all of them, and one with its releases, who is behind on versions, and how to publish.
import { renderBarChart } from '../../charts/bar-chart.ts';
import { renderChartWithTable } from '../../charts/chart-with-table.ts';
import { renderLegend } from '../../charts/chart-series.ts';
import { renderTextArea, renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderCopyable, renderEmpty, renderNumbers, renderTag } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { countText, timeText } from '#commlink/pages/sizes-and-times.ts';
import type { VersionHolders, VersionStatistics } from '../../statistics/version-statistics.ts';
import type { ProductRecord, ReleaseRecord } from '../../store/catalog.ts';
import type { ProductSummary } from '../../store/statistics.ts';
import { formTokenField, renderPage, type PageParts } from '../layout.ts';
import { mayDo } from '../staff-permissions.ts';
import type { StaffCaller } from '../staff-session.ts';

const versionsDrawnMax = 12;
const stateMoods = { draft: 'warn', published: 'good', withdrawn: 'bad' } as const;

/** The page of all products. */
export function renderProductsPage(
  caller: StaffCaller,
  products: readonly ProductSummary[],
  notice: PageParts['notice'] = null,
): string {
  return renderPage({
    title: 'Products',
    section: '/products',
    caller,
    notice,
    content: html`<section aria-label="All products">
        ${renderTable({
          caption: 'Products',
          columns: [
            'Product',
            'Newest version',
            { heading: 'Published', kind: 'number' },
            { heading: 'Drafts', kind: 'number' },
            { heading: 'Withdrawn', kind: 'number' },
          ],
          rows: products.map((product) => [
            html`<a href="/products/${product.name}">${product.title}</a> <small>${product.name}</small>`,
            product.newestVersion ?? '–',
            countText(product.publishedCount),
            countText(product.draftCount),
            countText(product.withdrawnCount),
          ]),
          empty: 'There is no product yet.',
        })}
      </section>
      ${mayDo(caller.staff.role, 'catalog.write') ? renderCreateForm(caller) : null}`,
  });
}

/** What the page of one product shows. */
export interface ProductView {
  readonly product: ProductRecord;
  /** Newest first. */
  readonly releases: readonly (Pick<ReleaseRecord, 'version' | 'channel' | 'state' | 'publishedAtMs'> & {
    readonly holderCount: number;
  })[];
  readonly versions: VersionStatistics;
}

/** The page of one product. */
export function renderProductPage(caller: StaffCaller, view: ProductView): string {
  const { product } = view;
  return renderPage({
    title: product.title,
    section: '/products',
    crumb: { href: '/products', text: 'Products' },
    lead: html`<code>${product.name}</code> ${product.description}`,
    caller,
    content: html`${renderPublishing(caller, product)} ${renderReleases(view)} ${renderVersions(view)}`,
  });
}

/** Where a release's own page is; its version may have a plus sign. */
export function releasePath(product: string, version: string): string {
  return `/products/${product}/releases/${encodeURIComponent(version)}`;
}

/** A release's state as a label. */
export function stateTag(state: ReleaseRecord['state']): Html {
  return renderTag(stateMoods[state], state);
}

function renderCreateForm(caller: StaffCaller): Html {
  return html`<section aria-labelledby="create">
    <h2 id="create">A new product</h2>
    <form class="form" method="post" action="/products" data-once>
      ${formTokenField(caller)}
      ${renderTextField({
        name: 'name',
        label: 'Name',
        hint: 'In paths and commands: lower-case letters, digits, dot and dash. It never changes.',
        attributes: { required: true, maxlength: 64 },
      })}
      ${renderTextField({ name: 'title', label: 'Title', attributes: { required: true, maxlength: 200 } })}
      ${renderTextArea({ name: 'description', label: 'Description', attributes: { maxlength: 4000, rows: 3 } })}
      <button class="primary">Create the product</button>
    </form>
  </section>`;
}

function renderPublishing(caller: StaffCaller, { name }: ProductRecord): Html {
  const link = html`<p><a class="button" href="/products/${name}/upload">Upload files</a></p>`;
  return html`<section aria-labelledby="publish">
    <h2 id="publish">Publish a release</h2>
    <p>
      Upload its files here, or send them by the command below. Customers see a draft only when it is
      published here.
    </p>
    ${mayDo(caller.staff.role, 'catalog.write') ? link : null}
    <p>${renderCopyable('command', `consign publish ${name} 1.2.3 FILES… --channel stable --draft`)}</p>
  </section>`;
}

function renderReleases({ product, releases }: ProductView): Html {
  return html`<section aria-labelledby="releases">
    <h2 id="releases">Releases</h2>
    ${renderTable({
      caption: 'Releases, newest first',
      columns: ['Version', 'Channel', 'State', 'Published', { heading: 'Customers', kind: 'number' }],
      rows: releases.map(({ version, channel, state, publishedAtMs, holderCount }) => [
        html`<a href="${releasePath(product.name, version)}">${version}</a>`,
        channel,
        stateTag(state),
        timeText(publishedAtMs),
        countText(holderCount),
      ]),
      empty: 'No release yet. Publish one as shown above.',
    })}
  </section>`;
}

function renderVersions({ product, versions: { versions, upToDateCount, behindCount } }: ProductView): Html {
  const known = versions.filter(({ accountCount }) => accountCount > 0);
  if (known.length === 0)
    return html`<section aria-labelledby="behind">
      <h2 id="behind">Who is behind</h2>
      ${renderEmpty('Nobody has downloaded a whole file of this product yet.')}
    </section>`;
  const chart = html`${renderLegend(['Newest of its channel', 'Behind'])}
  ${renderBarChart({
    title: `Customers of ${product.name} by version`,
    bars: drawnVersions(known),
    format: (value) => countText(value),
  })}`;
  const table = renderTable({
    caption: 'Customers by the newest version that they have',
    columns: ['Version', 'Channel', { heading: 'Customers', kind: 'number' }, 'Stands'],
    rows: known.map(({ version, channel, accountCount, isNewest }) => [
      html`<a href="${releasePath(product.name, version)}?list=stopped#customers">${version}</a>`,
      channel,
      countText(accountCount),
      isNewest ? renderTag('good', 'up to date') : renderTag('warn', 'behind'),
    ]),
    empty: 'None.',
  });
  return html`<section aria-labelledby="behind">
    <h2 id="behind">Who is behind</h2>
    <p>Customers by the newest version that they have downloaded.</p>
    ${renderNumbers([
      ['Have the newest of their channel', countText(upToDateCount)],
      ['Are behind', countText(behindCount)],
    ])}
    ${renderChartWithTable(chart, table, 'The numbers by version')}
  </section>`;
}

/** The newest versions one by one, and what is older than these together. */
function drawnVersions(known: readonly VersionHolders[]): { name: string; value: number; series: number }[] {
  const drawn = known.slice(0, versionsDrawnMax).map(({ version, channel, accountCount, isNewest }) => ({
    name: `${version} (${channel})`,
    value: accountCount,
    series: isNewest ? 0 : 1,
  }));
  const older = known.slice(versionsDrawnMax);
  if (older.length === 0) return drawn;
  const value = older.reduce((sum, { accountCount }) => sum + accountCount, 0);
  return [...drawn, { name: 'older', value, series: 1 }];
}
