// The console's audit log: the newest entries, and the verdict on the whole chain when it was asked for.
import { html } from '#commlink/pages/html.ts';
import type { AuditVerdict } from '../audit/verify-audit.ts';
import type { AuditRecord } from '../store/audit.ts';
import { formTokenField, renderPage, renderTable, renderTime } from './layout.ts';
import type { StaffCaller } from './staff-session.ts';

/** The page. */
export function renderAuditPage(
  caller: StaffCaller,
  entries: readonly AuditRecord[],
  verdict: AuditVerdict | null,
): string {
  const rows = entries.map(
    (entry) =>
      html`<tr>
        <td class="number">${entry.sequence}</td>
        <td>${renderTime(entry.atMs)}</td>
        <td>${entry.actor}</td>
        <td>${entry.action}</td>
        <td>${entry.subject}</td>
        <td><code>${entry.detail}</code></td>
      </tr>`,
  );
  return renderPage({
    title: 'Audit log',
    caller,
    notice: verdict && { kind: verdict.intact ? 'done' : 'refused', text: verdict.explanation },
    content: html`<form method="post" action="/audit/verify">
        ${formTokenField(caller)}
        <button class="quiet">Verify the whole chain</button>
      </form>
      <section>
        ${renderTable(['No.', 'When', 'Who', 'What', 'On what', 'Detail'], rows, 'The log is empty.')}
      </section>`,
  });
}
