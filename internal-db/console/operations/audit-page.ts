// The console's audit log: its entries by who, what, on what and when, the verdict on the whole chain, and files to take away.
import { renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderPager } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { timeText } from '#commlink/pages/sizes-and-times.ts';
import type { AuditVerdict } from '../../audit/verify-audit.ts';
import type { AuditRecord } from '../../store/audit.ts';
import { formTokenField, renderPage } from '../layout.ts';
import type { StaffCaller } from '../staff-session.ts';

/** Characters of an entry's detail that stand unfolded. */
const detailShownMax = 200;

/** The filter as the form has it; empty texts stand for any. */
export interface AuditQuestion {
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly from: string;
  readonly to: string;
}

/** What the page shows. */
export interface AuditView {
  readonly question: AuditQuestion;
  readonly entries: readonly AuditRecord[];
  /** The cursor of the next page. */
  readonly next: string | null;
  readonly isFirstPage: boolean;
  readonly verdict: AuditVerdict | null;
}

/** The page. */
export function renderAuditPage(caller: StaffCaller, view: AuditView): string {
  const { question, entries, next, isFirstPage, verdict } = view;
  const asked = queryOf(question);
  return renderPage({
    title: 'Audit log',
    section: '/audit',
    lead: 'Everything that was decided or changed, by whom and why. It only grows, and each entry seals the one before it.',
    caller,
    notice: verdict && { kind: verdict.intact ? 'done' : 'refused', text: verdict.explanation },
    content: html`${renderFilter(question)}
      <section aria-label="Entries">
        ${renderEntries(entries)}
        ${renderPager({
          label: 'Pages of the log',
          first: isFirstPage ? null : { href: `/audit?${asked}`, text: 'Newest entries' },
          next: next === null ? null : { href: `/audit?${asked}&after=${next}`, text: 'Older entries' },
        })}
      </section>
      <section aria-labelledby="take">
        <h2 id="take">Take it away</h2>
        <p>The entries that the filter above lets through, the newest first, as a file.</p>
        <div class="actions">
          <a class="button" href="/audit/export?format=csv&amp;${asked}">CSV</a>
          <a class="button" href="/audit/export?format=jsonl&amp;${asked}">JSON lines</a>
        </div>
      </section>
      <section aria-labelledby="verify">
        <h2 id="verify">Verify it</h2>
        <p>Computes every seal anew. It takes some seconds for each million entries.</p>
        <form class="form" method="post" action="/audit/verify" data-once>
          ${formTokenField(caller)}
          <button>Verify the whole chain</button>
        </form>
      </section>`,
  });
}

function renderFilter({ actor, action, subject, from, to }: AuditQuestion): Html {
  return html`<form class="form columns" method="get" action="/audit">
    ${renderTextField({ name: 'actor', label: 'Who', value: actor, hint: 'Like staff:ann', attributes: { maxlength: 128 } })}
    ${renderTextField({ name: 'action', label: 'What', value: action, hint: 'Like entitlement.grant', attributes: { maxlength: 64 } })}
    ${renderTextField({ name: 'subject', label: 'On what', value: subject, hint: 'Its first word, like an account’s name', attributes: { maxlength: 200 } })}
    ${renderTextField({ name: 'from', label: 'From', type: 'date', value: from })}
    ${renderTextField({ name: 'to', label: 'To, that day included', type: 'date', value: to })}
    <div class="actions"><button>Show</button></div>
  </form>`;
}

function renderEntries(entries: readonly AuditRecord[]): Html {
  return renderTable({
    caption: 'Entries, the newest first',
    columns: [{ heading: 'No.', kind: 'number' }, 'When', 'What and who', 'On what', 'Detail'],
    rows: entries.map(({ sequence, atMs, actor, action, subject, detail }) => [
      String(sequence),
      timeText(atMs),
      html`<a href="/audit?${queryOf({ ...nothingAsked, action })}">${action}</a>
        <small><a href="/audit?${queryOf({ ...nothingAsked, actor })}">${actor}</a></small>`,
      subject,
      renderDetail(detail),
    ]),
    empty: 'No entry fits.',
  });
}

/** A filter that lets everything through. */
export const nothingAsked: AuditQuestion = { actor: '', action: '', subject: '', from: '', to: '' };

/** The filter as a query, without what is empty. */
function queryOf(question: AuditQuestion): string {
  const given = Object.entries(question).filter(([, value]) => value !== '');
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
}

/** The detail's names and values, in words; what is empty is left out, and a long text folded. */
function renderDetail(detail: string): Html {
  const values = Object.entries(JSON.parse(detail) as Record<string, unknown>);
  const text = values
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
  if (text.length <= detailShownMax) return html`<small>${text}</small>`;
  return html`<details>
    <summary>${text.slice(0, detailShownMax)}…</summary>
    <small>${text}</small>
  </details>`;
}
