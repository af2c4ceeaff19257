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
import { countText, sizeText, timeText } from '#commlink/pages/sizes-and-times.ts';
import type { FileHoldings } from '../../artifacts/describe-holdings.ts';
import type { ArtifactRecord, ProductRecord, ReleaseRecord } from '../../store/catalog.ts';
import type { NewestVersion, ReleaseHolder } from '../../store/statistics.ts';
import { formTokenField, renderPage, type PageParts } from '../layout.ts';
import { mayDo } from '../staff-permissions.ts';
import type { StaffCaller } from '../staff-session.ts';
import { notesCharactersMax } from './limits.ts';
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
      ['State', stateTag(release.state)],
      ['Channel', release.channel],
      ['First published', timeText(release.publishedAtMs)],
      ['Customers who have it', countText(holderCount)],
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
    label: 'Reason',
    hint: 'It goes into the audit log.',
    attributes: { required: true, maxlength: 500 },
  });
  if (release.state === 'published')
    return html`<section aria-labelledby="change">
      <h2 id="change">Withdraw it</h2>
      <p>
        Nobody can download it from then on. Deliveries that are ready or running, and end within a second:
        ${countText(liveDeliveryCount)}. Customers who have it already, to be told: ${countText(holderCount)},
        listed above.
      </p>
      <form class="form" method="post" action="${path}/withdraw" data-once>
        ${formTokenField(caller)} ${reason}
        <button class="danger">Withdraw ${release.version}</button>
      </form>
    </section>`;
  const isDraft = release.state === 'draft';
  return html`<section aria-labelledby="change">
    <h2 id="change">${isDraft ? 'Publish it' : 'Publish it again'}</h2>
    <p>Customers whose licences include the channel ${release.channel} and this version see it at once.</p>
    <form class="form" method="post" action="${path}/publish" data-once>
      ${formTokenField(caller)} ${reason}
      <button class="primary">Publish ${release.version}</button>
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
                >Upload files</a
              >
            </p>
            <p>Further files, while it is a draft and later:</p>
            <p>
              ${renderCopyable(
                'command',
                `consign publish ${product.name} ${release.version} FILES… --channel ${release.channel} --draft`,
              )}
            </p>`
        : null
    }
  </section>`;
}

function renderFiles({ files, holdings }: ReleaseView): Html {
  return html`<section aria-labelledby="files">
    <h2 id="files">Files</h2>
    ${renderTable({
      caption: 'Files',
      columns: ['File', 'Platform', { heading: 'Size', kind: 'number' }, 'Download servers', 'SHA-256'],
      rows: files.map(({ name, platform, sizeBytes, sha256 }) => [
        name,
        platform ?? 'any',
        sizeText(sizeBytes),
        renderHoldings(holdings.get(sha256), sizeBytes),
        html`<code>${sha256}</code>`,
      ]),
      empty: 'It has no files.',
    })}
  </section>`;
}

/** Which servers have the file, and how far the others are. */
function renderHoldings(holdings: FileHoldings | undefined, sizeBytes: number): HtmlValue {
  if (!holdings) return 'where it was put';
  const lacking = holdings.lacking.map(({ node, arrivedBytes }) =>
    arrivedBytes === null
      ? html`${node}: not yet`
      : html`${node}: ${sizeText(arrivedBytes)} of ${sizeText(sizeBytes)}`,
  );
  const places = [...holdings.holders.map((node) => html`${node}`), ...lacking];
  return places.length === 0 ? 'none' : html`<small>${places.map((place) => html`${place}<br />`)}</small>`;
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
      label: 'Notes',
      hint: 'Markdown; customers see them with the release.',
      value: notes,
      attributes: { rows: 12, maxlength: notesCharactersMax },
    })}
    <button>Save the notes</button>
  </form>`;
  return html`<section aria-labelledby="release-notes">
    <h2 id="release-notes">Release notes</h2>
    ${notes === '' ? html`<p class="empty">None yet.</p>` : html`<div class="prose">${renderMarkdown(notes)}</div>`}
    ${mayWrite ? renderFold(notes === '' ? 'Write notes' : 'Change them', form) : null}
  </section>`;
}

function renderCustomers(view: ReleaseView): Html {
  const { product, release, list, next, isFirstPage } = view;
  const path = releasePath(product.name, release.version);
  const hrefOf = (one: CustomerList): string => `${path}?list=${one}#customers`;
  const pager = renderPager({
    label: 'Pages of customers',
    first: isFirstPage ? null : { href: hrefOf(list), text: 'First page' },
    next:
      next === null ? null : { href: `${path}?list=${list}&after=${next}#customers`, text: 'More customers' },
  });
  return html`<section aria-labelledby="customers">
    <h2 id="customers">Customers</h2>
    ${renderTabs(
      'Which customers',
      [
        [hrefOf('holders'), 'Have downloaded it'],
        [hrefOf('stopped'), 'Have nothing newer'],
      ],
      hrefOf(list),
    )}
    ${renderCustomerTable(view)} ${pager}
  </section>`;
}

function renderCustomerTable({ customers, list }: ReleaseView): Html {
  const rows = customers.map((customer) => [
    html`<a href="/accounts/${customer.account}">${customer.displayName}</a>
      <small>${customer.account}</small>`,
    ...('lastAtMs' in customer
      ? [timeText(customer.firstAtMs), timeText(customer.lastAtMs), countText(customer.downloadCount)]
      : []),
  ]);
  const number = { heading: 'Complete downloads', kind: 'number' as const };
  return renderTable({
    caption: list === 'holders' ? 'Customers who have a file of it' : 'Customers who have nothing newer',
    columns: list === 'holders' ? ['Customer', 'First', 'Last', number] : ['Customer'],
    rows,
    empty:
      list === 'holders' ? 'Nobody has downloaded a whole file of it.' : 'Nobody stopped at this version.',
  });
}
