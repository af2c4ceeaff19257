// The console's audit log: its entries by who, what, on what and when, the verdict on the whole chain, and files to take away.
import { renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderPager } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { timeText } from '../texts/sizes-and-times.ts';
import type { AuditVerdict } from '../../audit/verify-audit.ts';
import type { AuditRecord } from '../../store/audit.ts';
import { formTokenField, renderPage } from '../layout.ts';
import { auditTexts as texts } from '../texts/console-texts.ts';
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
    title: texts.title,
    section: '/audit',
    lead: texts.lead,
    caller,
    notice: verdict && { kind: verdict.intact ? 'done' : 'refused', text: verdict.explanation },
    content: html`${renderFilter(question)}
      <section aria-label="${texts.entries}">
        ${renderEntries(entries)}
        ${renderPager({
          label: texts.list.pages,
          first: isFirstPage ? null : { href: `/audit?${asked}`, text: texts.list.newest },
          next: next === null ? null : { href: `/audit?${asked}&after=${next}`, text: texts.list.older },
        })}
      </section>
      <section aria-labelledby="take">
        <h2 id="take">${texts.take.heading}</h2>
        <p>${texts.take.what}</p>
        <div class="actions">
          <a class="button" href="/audit/export?format=csv&amp;${asked}">${texts.take.csv}</a>
          <a class="button" href="/audit/export?format=jsonl&amp;${asked}">${texts.take.jsonLines}</a>
        </div>
      </section>
      <section aria-labelledby="verify">
        <h2 id="verify">${texts.verify.heading}</h2>
        <p>${texts.verify.what}</p>
        <form class="form" method="post" action="/audit/verify" data-once>
          ${formTokenField(caller)}
          <button>${texts.verify.button}</button>
        </form>
      </section>`,
  });
}

function renderFilter({ actor, action, subject, from, to }: AuditQuestion): Html {
  const { filter } = texts;
  return html`<form class="form columns" method="get" action="/audit">
    ${renderTextField({ name: 'actor', label: filter.actor, value: actor, hint: filter.actorHint, attributes: { maxlength: 128 } })}
    ${renderTextField({ name: 'action', label: filter.action, value: action, hint: filter.actionHint, attributes: { maxlength: 64 } })}
    ${renderTextField({ name: 'subject', label: filter.subject, value: subject, hint: filter.subjectHint, attributes: { maxlength: 200 } })}
    ${renderTextField({ name: 'from', label: filter.from, type: 'date', value: from })}
    ${renderTextField({ name: 'to', label: filter.to, type: 'date', value: to })}
    <div class="actions"><button>${filter.show}</button></div>
  </form>`;
}

function renderEntries(entries: readonly AuditRecord[]): Html {
  const { list } = texts;
  return renderTable({
    caption: list.caption,
    columns: [{ heading: list.number, kind: 'number' }, list.when, list.what, list.subject, list.detail],
    rows: entries.map(({ sequence, atMs, actor, action, subject, detail }) => [
      String(sequence),
      timeText(atMs),
      html`<a href="/audit?${queryOf({ ...nothingAsked, action })}">${action}</a>
        <small><a href="/audit?${queryOf({ ...nothingAsked, actor })}">${actor}</a></small>`,
      subject,
      renderDetail(detail),
    ]),
    empty: list.empty,
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
