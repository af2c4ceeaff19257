// The console's routes of the audit log: look through it, verify it, take it away as a file. For operators and auditors;
// taking it away is itself an entry.
import { cutPage, decodeCursor } from '#commlink/methods/paging.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { verifyAudit } from '../../audit/verify-audit.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { AuditFilter } from '../../store/audit.ts';
import type { ForStaff } from '../console-gate.ts';
import type { ConsoleApp } from '../console-app.ts';
import { FormFields, parseDay, parseLastDay } from '../console-forms.ts';
import { readSignedForm, requirePermission } from '../console-gate.ts';
import { sendAuditFile } from './audit-file.ts';
import { nothingAsked, renderAuditPage, type AuditQuestion } from './audit-page.ts';
import { auditTexts } from '../texts/console-texts.ts';
import { auditEntriesPerPage } from './limits.ts';

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
      const fields = new FormFields(request.query);
      const format = fields.text('format') === 'jsonl' ? 'jsonl' : 'csv';
      const question = parseQuestion(fields);
      const wanted = {
        by: caller.staff.name,
        format,
        filter: filterOf(question),
        asked: { ...question },
      } as const;
      return await sendAuditFile(context, reply, wanted);
    }),
  );
}

function parseQuestion(fields: FormFields): AuditQuestion {
  const [actor, action, subject] = [fields.text('actor'), fields.text('action'), fields.text('subject')];
  return { actor, action, subject, from: fields.text('from'), to: fields.text('to') };
}

function filterOf({ actor, action, subject, from, to }: AuditQuestion): AuditFilter {
  const fromMs = parseDay(from || null, auditTexts.filter.from);
  const toMs = parseLastDay(to || null, auditTexts.filter.toField);
  if (fromMs !== null && toMs !== null && toMs < fromMs)
    throw new RpcError('refused', auditTexts.filter.reversed);
  return {
    actor: actor || null,
    action: action || null,
    firstWord: subject.split(' ')[0] || null,
    fromMs,
    toMs,
  };
}
