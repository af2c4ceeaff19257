// The routes by which staff get to see the portal as a customer does. Registered by support-routes.ts.
import { RpcError } from '#commlink/rpc-error.ts';
import { findAccount } from '../../admin/find-by-name.ts';
import { customerRowsMax, portalViewCodeLifetimeMs } from '../../limits.ts';
import { createPortalView, viewsOffered } from '../../portal-views/create-view.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { ConsoleApp } from '../console-app.ts';
import { FormFields, parseReason } from '../console-forms.ts';
import { readSignedForm, requirePermission, type ForStaff } from '../console-gate.ts';
import { accountOf } from './account-routes.ts';
import { renderViewForm, renderViewLink, type ViewForm } from './portal-view-page.ts';

/** Registers them. */
export function registerPortalViewRoutes(app: ConsoleApp, context: ServiceContext, forStaff: ForStaff): void {
  const read = async (name: string): Promise<Omit<ViewForm, 'chosen' | 'refusal'>> => {
    const account = await findAccount(context.store.read, name);
    const members = { accountId: account.id, afterName: '', limit: customerRowsMax };
    const people = await context.store.read.people.membersOf(members);
    // An owner sees most, so that one comes first.
    const sorted = people.toSorted((a, b) => Number(b.role === 'owner') - Number(a.role === 'owner'));
    return { account, people: sorted, isTold: viewsOffered(context)?.isTold ?? null };
  };
  app.get(
    '/accounts/:account/portal',
    forStaff(async (caller, request) => {
      requirePermission(caller, 'portal.view');
      const chosen = new FormFields(request.query).text('user');
      return renderViewForm(caller, { ...(await read(accountOf(request))), chosen, refusal: null });
    }),
  );
  app.post(
    '/accounts/:account/portal',
    forStaff(async (caller, request, reply) => {
      const fields = readSignedForm(caller, request);
      requirePermission(caller, 'portal.view');
      const view = await read(accountOf(request));
      const user = fields.text('user');
      try {
        const wish = { staff: caller.staff, account: view.account.name, user, reason: parseReason(fields) };
        const href = await createPortalView(context, wish);
        const seconds = portalViewCodeLifetimeMs / 1000;
        return renderViewLink(caller, { account: view.account, user, href, seconds });
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        reply.code(422);
        return renderViewForm(caller, { ...view, chosen: user, refusal: error.message });
      }
    }),
  );
}
