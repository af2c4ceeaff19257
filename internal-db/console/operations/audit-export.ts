// The audit log as a file: CSV for spreadsheets, JSON lines for programs; written page by page, so that a long log needs
// little memory. Called by audit-routes.ts.
import { csvLine } from '#commlink/pages/csv-line.ts';
import type { AuditFilter, AuditReads, AuditRecord } from '../../store/audit.ts';
import { auditPageMax } from '../../limits.ts';
import { auditEntriesPerExport } from './limits.ts';

/** The forms of the file. */
export type ExportFormat = 'csv' | 'jsonl';

const columns = ['sequence', 'at', 'actor', 'action', 'subject', 'detail', 'hash'] as const;

/** The entries that the filter lets through, the newest first, as pieces of the file. Ends after auditEntriesPerExport. */
export async function* exportAudit(
  audit: AuditReads,
  filter: AuditFilter,
  format: ExportFormat,
): AsyncGenerator<string> {
  if (format === 'csv') yield csvLine(columns);
  let before: number | null = null;
  let left = auditEntriesPerExport;
  while (left > 0) {
    const entries: AuditRecord[] = await audit.search(filter, {
      before,
      limit: Math.min(auditPageMax, left),
    });
    if (entries.length === 0) return;
    yield entries.map(format === 'csv' ? entryLine : jsonLine).join('');
    left -= entries.length;
    before = entries.at(-1)?.sequence ?? null;
  }
}

function jsonLine(entry: AuditRecord): string {
  return `${JSON.stringify(entry)}\n`;
}

function entryLine({ atMs, ...entry }: AuditRecord): string {
  const at = new Date(atMs).toISOString();
  const { sequence, actor, action, subject, detail, hash } = entry;
  return csvLine([sequence, at, actor, action, subject, detail, hash]);
}
