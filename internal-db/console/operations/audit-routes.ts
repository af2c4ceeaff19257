// The console's routes of the audit log: look through it, verify it, take it away as a file. For operators and auditors;
// taking it away is itself an entry.
import { Readable } from 'node:stream';
import { cutPage, decodeCursor } from '#commlink/methods/paging.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { appendAudit } from '../../audit/append-audit.ts';
import { verifyAudit } from '../../audit/verify-audit.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { AuditFilter } from '../../store/audit.ts';
import type { ForStaff } from '../console-gate.ts';
import type { ConsoleApp, ConsoleReply } from '../console-app.ts';
import { FormFields, parseDay, parseLastDay } from '../console-forms.ts';
import { readSignedForm, requirePermission } from '../console-gate.ts';
import type { StaffCaller } from '../staff-session.ts';
import { exportAudit, type ExportFormat } from './audit-export.ts';
import { nothingAsked, renderAuditPage, type AuditQuestion } from './audit-page.ts';
import { auditEntriesPerPage } from './limits.ts';

const mediaTypes = { csv: 'text/csv; charset=utf-8', jsonl: 'application/jsonl' } as const;

/** Registers them. */
export function registerAuditRoutes(app: ConsoleApp, context: ServiceContext, forStaff: ForStaff): void {
  const { read } = context.store;
  app.get(
    '/audit',
    forStaff(async (caller, request) => {
      requirePermission(caller, 'audit.read');
      const fields = new FormFields(request.query);
      const question = parseQuestion(fields);
      const after = fields.optional('after');
      const before = decodeCursor(after, ['number'])?.[0] ?? null;
      const found = await read.audit.search(filterOf(question), { before, limit: auditEntriesPerPage + 1 });
      const { rows: entries, next } = cutPage(found, auditEntriesPerPage, ({ sequence }) => [sequence]);
      const view = { question, entries, next, isFirstPage: after === null, verdict: null };
      return renderAuditPage(caller, view);
    }),
  );
  app.post(
    '/audit/verify',
    forStaff(async (caller, request) => {
      readSignedForm(caller, request);
      requirePermission(caller, 'audit.read');
      const verdict = await verifyAudit(read);
      const entries = await read.audit.newest(auditEntriesPerPage);
      const view = { question: nothingAsked, entries, next: null, isFirstPage: true, verdict };
      return renderAuditPage(caller, view);
    }),
  );
  app.get(
    '/audit/export',
    forStaff(async (caller, request, reply) => {
      requirePermission(caller, 'audit.read');
      return await sendExport(context, { caller, reply, fields: new FormFields(request.query) });
    }),
  );
}

async function sendExport(
  { store, clock }: ServiceContext,
  { caller, reply, fields }: { caller: StaffCaller; reply: ConsoleReply; fields: FormFields },
): Promise<ConsoleReply> {
  const format: ExportFormat = fields.text('format') === 'jsonl' ? 'jsonl' : 'csv';
  const question = parseQuestion(fields);
  const filter = filterOf(question);
  const atMs = clock.nowMs();
  await store.transaction((transaction) =>
    appendAudit(transaction, {
      atMs,
      actor: `staff:${caller.staff.name}`,
      action: 'audit.export',
      subject: caller.staff.name,
      detail: { format, ...question },
    }),
  );
  const name = `audit-${new Date(atMs).toISOString().slice(0, 10)}.${format}`;
  return reply
    .type(mediaTypes[format])
    .header('content-disposition', `attachment; filename="${name}"`)
    .send(Readable.from(exportAudit(store.read.audit, filter, format)));
}

function parseQuestion(fields: FormFields): AuditQuestion {
  const [actor, action, subject] = [fields.text('actor'), fields.text('action'), fields.text('subject')];
  return { actor, action, subject, from: fields.text('from'), to: fields.text('to') };
}

function filterOf({ actor, action, subject, from, to }: AuditQuestion): AuditFilter {
  const fromMs = parseDay(from || null, 'From');
  const toMs = parseLastDay(to || null, 'To');
  if (fromMs !== null && toMs !== null && toMs < fromMs)
    throw new RpcError('refused', 'The last day is before the first one.');
  return {
    actor: actor || null,
    action: action || null,
    firstWord: subject.split(' ')[0] || null,
    fromMs,
    toMs,
  };
}
