// The history of downloads: narrowed down by a form, in pages, and to be saved as CSV.
import type { HistoryFilter, PastDownload } from '#commlink/methods/delivery-methods.ts';
import type { DownloadOutcome } from '#commlink/methods/fields.ts';
import type { Cursor } from '#commlink/methods/paging.ts';
import { humanSize } from '#commlink/pages/browser/human-size.ts';
import { renderSelect, renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderFold, renderPager, renderTag, type Mood } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html, type HtmlValue } from '#commlink/pages/html.ts';
import { timeText } from '#commlink/pages/sizes-and-times.ts';
import { deliveryTabs } from './deliveries-page.ts';
import { renderPage, type PageFrame, type Viewer } from './layout.ts';

/** What the page shows. `query` is what the form sent, without its place in the list. */
export interface HistoryView {
  readonly downloads: readonly PastDownload[];
  readonly filter: HistoryFilter;
  readonly query: URLSearchParams;
  /** The fields in which something is that is no name; then nothing was looked for. */
  readonly wrong: readonly ('product' | 'by')[];
  readonly after: Cursor | null;
  readonly next: Cursor | null;
}

const outcomes: readonly DownloadOutcome[] = ['complete', 'running', 'partial', 'aborted', 'revoked', 'lost'];
const moods: Readonly<Record<DownloadOutcome, Mood>> = {
  complete: 'good',
  running: 'plain',
  partial: 'plain',
  aborted: 'warn',
  revoked: 'bad',
  lost: 'warn',
};

/** The page. */
export function historyPage(frame: PageFrame, viewer: Viewer, view: HistoryView): string {
  const { downloads, query, wrong, after, next } = view;
  const texts = frame.texts.history;
  const { columns } = texts;
  const isNarrowed = query.size > 0;
  const table = renderTable({
    caption: texts.table,
    columns: [columns.file, columns.when, columns.by, columns.how, columns.amount, columns.outcome],
    rows: downloads.map((download) => cells(frame, download)),
    empty: isNarrowed ? texts.emptyHere : texts.empty,
  });
  const main = html`<header class="page-head">
      <h1>${texts.title}</h1>
      <p class="lead">${texts.lead}</p>
    </header>
    ${deliveryTabs(frame, '/history')}
    ${renderFold(texts.filter, filterForm(frame, viewer, view), isNarrowed)} ${table}
    ${renderPager({
      label: texts.pages,
      first: after === null ? null : { href: withQuery('/history', query), text: texts.newest },
      next: next === null ? null : { href: withQuery('/history', query, next), text: texts.older },
    })}
    <div class="actions">
      ${wrong.length > 0 ? null : html`<a class="button quiet" href="${withQuery('/history.csv', query)}" download>${texts.csv}</a>`}
      <a class="button quiet" href="/history/views">${frame.texts.portalViews.told.title}</a>
      ${isNarrowed ? html`<a class="button quiet" href="/history">${texts.clear}</a>` : null}
    </div>`;
  return renderPage(frame, { title: texts.title, viewer, section: 'deliveries', main });
}

function withQuery(path: string, query: URLSearchParams, after: Cursor | null = null): string {
  const all = new URLSearchParams(query);
  if (after !== null) all.set('after', after);
  return all.size === 0 ? path : `${path}?${all}`;
}

function filterForm(frame: PageFrame, viewer: Viewer, { query, filter, wrong }: HistoryView): Html {
  const texts = frame.texts.history;
  const options = [
    { value: '', text: texts.any },
    ...outcomes.map((value) => ({ value, text: texts.outcomes[value] })),
  ];
  const attributes = { autocomplete: 'off', maxlength: 64, spellcheck: 'false' };
  const nameField = (name: 'product' | 'by') => {
    const error = wrong.includes(name) ? texts.nameWrong : null;
    return renderTextField({ name, label: texts[name], value: filter[name], error, attributes });
  };
  return html`<form class="form inline filter" method="get" action="/history" aria-label="${texts.filter}">
    ${nameField('product')} ${viewer.role === 'owner' ? nameField('by') : null}
    ${renderSelect({ name: 'outcome', label: texts.outcome, options, value: filter.outcome ?? '' })}
    ${renderTextField({ name: 'from', label: texts.from, type: 'date', value: query.get('from') })}
    ${renderTextField({ name: 'until', label: texts.until, type: 'date', value: query.get('until') })}
    <button type="submit">${texts.show}</button>
  </form>`;
}

function cells({ texts, language }: PageFrame, download: PastDownload): readonly HtmlValue[] {
  const { history } = texts;
  const [product = '', version = '', ...rest] = download.path.split('/');
  const sent = humanSize(download.sentBytes, language);
  const size = humanSize(download.sizeBytes, language);
  return [
    html`<a class="name" href="/deliveries/${download.delivery}">${rest.join('/')}</a>
      <small>${product} ${version}</small>`,
    timeText(download.startedAtMs, language),
    download.by ?? download.appliance ?? history.vendor,
    html`<div>${download.protocol.toUpperCase()} <small>${download.address}</small></div>`,
    download.sentBytes === download.sizeBytes ? size : history.ofSize(sent, size),
    html`<div>${renderTag(moods[download.outcome], history.outcomes[download.outcome])}</div>`,
  ];
}
