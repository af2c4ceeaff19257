// The console's page of one release: its files and notes, publishing and withdrawing it, and which customers have it.
import { renderTextArea, renderTextField } from '#commlink/pages/components/form-field.ts';
import {
  renderCopyable,
  renderFacts,
  renderFold,
  renderPager,
  renderTabs,
} from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html, type HtmlValue } from '#commlink/pages/html.ts';
import { renderMarkdown } from '#commlink/pages/markdown.ts';
import { countText, sizeText, timeText } from '../texts/sizes-and-times.ts';
import type { FileHoldings } from '../../artifacts/describe-holdings.ts';
import type { ArtifactRecord, ProductRecord, ReleaseRecord } from '../../store/catalog.ts';
import type { NewestVersion, ReleaseHolder } from '../../store/statistics.ts';
import { formTokenField, renderPage, type PageParts } from '../layout.ts';
import { mayDo } from '../staff-permissions.ts';
import type { StaffCaller } from '../staff-session.ts';
import { notesCharactersMax } from './limits.ts';
import { productsTexts, releaseTexts as texts } from '../texts/console-texts.ts';
import { releasePath, stateTag } from './product-pages.ts';

/** Which customers are listed: those who have a file of it, or those who have nothing newer. */
export type CustomerList = 'holders' | 'stopped';

/** What the page shows. */
export interface ReleaseView {
  readonly product: ProductRecord;
  readonly release: ReleaseRecord;
  readonly files: readonly ArtifactRecord[];
  /** Where they are, by their digests; those that were put into storerooms directly are not among them. */
  readonly holdings: ReadonlyMap<string, FileHoldings>;
  readonly notes: string;
  readonly holderCount: number;
  /** Deliveries that would end if it were withdrawn now. */
  readonly liveDeliveryCount: number;
  readonly list: CustomerList;
  readonly customers: readonly (ReleaseHolder | NewestVersion)[];
  /** The cursor of the next page of customers. */
  readonly next: string | null;
  readonly isFirstPage: boolean;
}

/** The page. */
export function renderReleasePage(
  caller: StaffCaller,
  view: ReleaseView,
  notice: PageParts['notice'] = null,
): string {
  const { product, release, holderCount } = view;
  const mayWrite = mayDo(caller.staff.role, 'catalog.write');
  // What is published can only be withdrawn, which stands last.
  const isPublished = release.state === 'published';
  return renderPage({
    title: `${product.title} ${release.version}`,
    section: '/products',
    crumb: { href: `/products/${product.name}`, text: product.title },
    caller,
    notice,
    content: html`${renderFacts([
      [texts.facts.state, stateTag(release.state)],
      [texts.facts.channel, release.channel],
      [texts.facts.published, timeText(release.publishedAtMs)],
      [texts.facts.holders, countText(holderCount)],
    ])}
    ${mayWrite && !isPublished ? renderChange(caller, view) : null} ${renderFiles(view)}
    ${renderNotes(caller, view, mayWrite)} ${renderCustomers(view)}
    ${mayWrite && isPublished ? renderChange(caller, view) : null}`,
  });
}

function renderChange(
  caller: StaffCaller,
  { product, release, liveDeliveryCount, holderCount }: ReleaseView,
): Html {
  const path = releasePath(product.name, release.version);
  const reason = renderTextField({
    name: 'reason',
    label: texts.reason,
    hint: texts.reasonHint,
    attributes: { required: true, maxlength: 500 },
  });
  if (release.state === 'published')
    return html`<section aria-labelledby="change">
      <h2 id="change">${texts.withdraw.heading}</h2>
      <p>${texts.withdraw.what(countText(liveDeliveryCount), countText(holderCount))}</p>
      <form class="form" method="post" action="${path}/withdraw" data-once>
        ${formTokenField(caller)} ${reason}
        <button class="danger">${texts.withdraw.button(release.version)}</button>
      </form>
    </section>`;
  const isDraft = release.state === 'draft';
  return html`<section aria-labelledby="change">
    <h2 id="change">${isDraft ? texts.publish.heading : texts.publish.headingAgain}</h2>
    <p>${texts.publish.what(release.channel)}</p>
    <form class="form" method="post" action="${path}/publish" data-once>
      ${formTokenField(caller)} ${reason}
      <button class="primary">${texts.publish.button(release.version)}</button>
    </form>
    ${
      isDraft
        ? html`<p>
              <a
                class="button"
                href="/products/${product.name}/upload?${new URLSearchParams({
                  version: release.version,
                  channel: release.channel,
                }).toString()}"
                >${texts.publish.upload}</a
              >
            </p>
            <p>${texts.publish.further}</p>
            <p>
              ${renderCopyable(
                productsTexts.publish.command,
                `consign publish ${product.name} ${release.version} FILES… --channel ${release.channel} --draft`,
              )}
            </p>`
        : null
    }
  </section>`;
}

function renderFiles({ files, holdings }: ReleaseView): Html {
  const list = texts.files;
  return html`<section aria-labelledby="files">
    <h2 id="files">${list.heading}</h2>
    ${renderTable({
      caption: list.caption,
      columns: [list.file, list.platform, { heading: list.size, kind: 'number' }, list.servers, list.digest],
      rows: files.map(({ name, platform, sizeBytes, sha256 }) => [
        name,
        platform ?? list.anyPlatform,
        sizeText(sizeBytes),
        renderHoldings(holdings.get(sha256), sizeBytes),
        html`<code>${sha256}</code>`,
      ]),
      empty: list.empty,
    })}
  </section>`;
}

/** Which servers have the file, and how far the others are. */
function renderHoldings(holdings: FileHoldings | undefined, sizeBytes: number): HtmlValue {
  if (!holdings) return texts.files.whereItWasPut;
  const lacking = holdings.lacking.map(({ node, arrivedBytes }) =>
    arrivedBytes === null
      ? texts.files.notYet(node)
      : texts.files.arrived(node, sizeText(arrivedBytes), sizeText(sizeBytes)),
  );
  const places = [...holdings.holders.map((node) => html`${node}`), ...lacking];
  return places.length === 0
    ? texts.files.none
    : html`<small>${places.map((place) => html`${place}<br />`)}</small>`;
}

function renderNotes(caller: StaffCaller, { product, release, notes }: ReleaseView, mayWrite: boolean): Html {
  const form = html`<form
    class="form"
    method="post"
    action="${releasePath(product.name, release.version)}/notes"
    data-once
  >
    ${formTokenField(caller)}
    ${renderTextArea({
      name: 'notes',
      label: texts.notes.label,
      hint: texts.notes.hint,
      value: notes,
      attributes: { rows: 12, maxlength: notesCharactersMax },
    })}
    <button>${texts.notes.save}</button>
  </form>`;
  return html`<section aria-labelledby="release-notes">
    <h2 id="release-notes">${texts.notes.heading}</h2>
    ${notes === '' ? html`<p class="empty">${texts.notes.none}</p>` : html`<div class="prose">${renderMarkdown(notes)}</div>`}
    ${mayWrite ? renderFold(notes === '' ? texts.notes.write : texts.notes.change, form) : null}
  </section>`;
}

function renderCustomers(view: ReleaseView): Html {
  const { product, release, list, next, isFirstPage } = view;
  const path = releasePath(product.name, release.version);
  const hrefOf = (one: CustomerList): string => `${path}?list=${one}#customers`;
  const pager = renderPager({
    label: texts.customers.pages,
    first: isFirstPage ? null : { href: hrefOf(list), text: texts.customers.first },
    next:
      next === null
        ? null
        : { href: `${path}?list=${list}&after=${next}#customers`, text: texts.customers.more },
  });
  return html`<section aria-labelledby="customers">
    <h2 id="customers">${texts.customers.heading}</h2>
    ${renderTabs(
      texts.customers.which,
      [
        [hrefOf('holders'), texts.customers.holders.tab],
        [hrefOf('stopped'), texts.customers.stopped.tab],
      ],
      hrefOf(list),
    )}
    ${renderCustomerTable(view)} ${pager}
  </section>`;
}

function renderCustomerTable({ customers, list }: ReleaseView): Html {
  const { customer, firstAt, lastAt } = texts.customers;
  const rows = customers.map((one) => [
    html`<a href="/accounts/${one.account}">${one.displayName}</a> <small>${one.account}</small>`,
    ...('lastAtMs' in one
      ? [timeText(one.firstAtMs), timeText(one.lastAtMs), countText(one.downloadCount)]
      : []),
  ]);
  const number = { heading: texts.customers.downloads, kind: 'number' as const };
  return renderTable({
    caption: texts.customers[list].caption,
    columns: list === 'holders' ? [customer, firstAt, lastAt, number] : [customer],
    rows,
    empty: texts.customers[list].empty,
  });
}
