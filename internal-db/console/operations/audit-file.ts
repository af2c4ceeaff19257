// The audit log as a file to take away, which is itself an entry. Called by the page of the log and by the API.
import { Readable } from 'node:stream';
import { appendAudit } from '../../audit/append-audit.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { AuditFilter } from '../../store/audit.ts';
import type { ConsoleReply } from '../console-app.ts';
import { exportAudit, type ExportFormat } from './audit-export.ts';

const mediaTypes = { csv: 'text/csv; charset=utf-8', jsonl: 'application/jsonl' } as const;

/** Notes that it is taken, by whom and what `asked` says, and sends it. */
export async function sendAuditFile(
  { store, clock }: ServiceContext,
  reply: ConsoleReply,
  wanted: {
    readonly by: string;
    readonly format: ExportFormat;
    readonly filter: AuditFilter;
    readonly asked: Readonly<Record<string, unknown>>;
  },
): Promise<ConsoleReply> {
  const { by, format, filter, asked } = wanted;
  const atMs = clock.nowMs();
  const event = { actor: `staff:${by}`, action: 'audit.export', subject: by, detail: { format, ...asked } };
  await store.transaction((transaction) => appendAudit(transaction, { ...event, atMs }));
  const name = `audit-${new Date(atMs).toISOString().slice(0, 10)}.${format}`;
  return reply
    .type(mediaTypes[format])
    .header('content-disposition', `attachment; filename="${name}"`)
    .send(Readable.from(exportAudit(store.read.audit, filter, format)));
}
