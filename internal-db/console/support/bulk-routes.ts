// The routes of many changes at once. A table is applied only as it was when its dry run found nothing wrong: the form carries
// that text's digest, and a text that was changed since gets another dry run. Registered by support-routes.ts.
import { createHash } from 'node:crypto';
import { applyBulk } from '../../bulk/apply-bulk.ts';
import { bulkFormBytesMax } from '../../limits.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { ConsoleApp } from '../console-app.ts';
import { bulkReason } from '../../second-person/dangerous-change.ts';
import { proposalPageFor } from '../approvals/approval-gate.ts';
import { readSignedForm, requirePermission, type ForStaff } from '../console-gate.ts';
import { addTableParser, tableOf } from './bulk-form.ts';
import { renderBulkPage } from './bulk-page.ts';

/** Registers them, apart from the other routes: only here is a form with a file read whole. */
export function registerBulkRoutes(app: ConsoleApp, context: ServiceContext, forStaff: ForStaff): void {
  void app.register(async (apart) => {
    addTableParser(apart);
    addRoutes(apart, context, forStaff);
  });
}

function addRoutes(app: ConsoleApp, context: ServiceContext, forStaff: ForStaff): void {
  app.get(
    '/bulk',
    forStaff(async (caller) => {
      requirePermission(caller, 'entitlement.grant');
      return renderBulkPage(caller, { text: '', outcome: null, applied: false, checked: null });
    }),
  );
  app.post(
    '/bulk',
    { bodyLimit: bulkFormBytesMax },
    forStaff(async (caller, request, reply) => {
      const fields = readSignedForm(caller, request);
      requirePermission(caller, 'entitlement.grant');
      requirePermission(caller, 'entitlement.revoke');
      const text = tableOf(request.body);
      const digest = createHash('sha256').update(text).digest('base64url');
      const isApplied = fields.text('do') === 'apply' && fields.text('checked') === digest;
      const actor = `staff:${caller.staff.name}`;
      const dangerous = { kind: 'entitlement.bulk', params: { text }, reason: bulkReason } as const;
      const proposalPage = isApplied ? await proposalPageFor(context, caller, dangerous) : null;
      if (proposalPage !== null) return reply.redirect(proposalPage, 303);
      const outcome = await applyBulk(context, { actor, text, dryRun: !isApplied });
      const isFine = outcome.problems.length === 0;
      if (!isFine) reply.code(422);
      const checked = isFine && !isApplied ? digest : null;
      return renderBulkPage(caller, { text, outcome, applied: isFine && isApplied, checked });
    }),
  );
}
