// The routes of changes of entitlements: form, preview, change. The preview is a question and changes nothing; the change is
// decided anew, whatever the preview has said. Registered by support-routes.ts.
import { RpcError } from '#commlink/rpc-error.ts';
import {
  extendEntitlement,
  grantEntitlement,
  revokeEntitlement,
} from '../../admin/entitlement-administration.ts';
import type { EntitlementChange } from '../../admin/change-entitlements.ts';
import { findAccount } from '../../admin/find-by-name.ts';
import { previewChange, requireAccount } from '../../admin/preview-change.ts';
import { singleRevocation } from '../../second-person/dangerous-change.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { EntitlementRecord } from '../../store/entitlements.ts';
import { proposalPageFor } from '../approvals/approval-gate.ts';
import type { ConsoleApp, ConsoleReply, ConsoleRequest } from '../console-app.ts';
import { FormFields } from '../console-forms.ts';
import { readSignedForm, requirePermission, type ForStaff } from '../console-gate.ts';
import type { StaffAction } from '../staff-permissions.ts';
import type { StaffCaller } from '../staff-session.ts';
import { accountOf, type Done } from './account-routes.ts';
import { isChangeKind, readChange, type ChangeKind } from './change-form.ts';
import { changeTexts, entitlementTexts } from '../texts/console-texts.ts';
import { renderEntitlementPage, renderGrantPage, renderPreviewPage } from './change-pages.ts';

const actionOf: Readonly<Record<ChangeKind, StaffAction>> = {
  grant: 'entitlement.grant',
  extend: 'entitlement.grant',
  revoke: 'entitlement.revoke',
};
const doneOf: Readonly<Record<ChangeKind, Done>> = {
  grant: 'granted',
  extend: 'extended',
  revoke: 'revoked',
};

/** Registers the routes. */
export function registerChangeRoutes(app: ConsoleApp, context: ServiceContext, forStaff: ForStaff): void {
  app.get(
    '/accounts/:account/grant',
    forStaff(async (caller, request) => {
      requirePermission(caller, 'entitlement.grant');
      return await showGrantForm(context, caller, { request, refusal: null });
    }),
  );
  app.get(
    '/accounts/:account/entitlements/:entitlement',
    forStaff(async (caller, request) => {
      const { entitlements } = context.store.read;
      const entitlement = await findEntitlement(context, request);
      const { accountId, productId, id } = entitlement;
      const ofProduct = await entitlements.extensionsOf(accountId, productId);
      const extensions = ofProduct.filter((extension) => extension.entitlementId === id);
      return renderEntitlementPage(caller, { entitlement, extensions, nowMs: context.clock.nowMs() });
    }),
  );
  app.get(
    '/accounts/:account/preview/:change',
    forStaff(async (caller, request, reply) => await showPreview(context, caller, { request, reply })),
  );
  for (const kind of ['grant', 'extend', 'revoke'] as const) {
    app.post(
      `/accounts/:account/${kind}`,
      forStaff(async (caller, request, reply) => {
        const fields = readSignedForm(caller, request);
        requirePermission(caller, actionOf[kind]);
        const { name } = await findAccount(context.store.read, accountOf(request));
        const change = readChange(fields, kind, name);
        // Refuses an entitlement of another customer before anything is done.
        requireAccount(await previewChange(context, change), name);
        if (change.kind === 'revoke') {
          const dangerous = singleRevocation(change.entitlement, change.reason);
          const page = await proposalPageFor(context, caller, dangerous);
          if (page !== null) return reply.redirect(page, 303);
        }
        await makeChange(context, change, `staff:${caller.staff.name}`);
        return reply.redirect(`/accounts/${name}?done=${doneOf[kind]}`, 303);
      }),
    );
  }
}

async function makeChange(context: ServiceContext, change: EntitlementChange, actor: string): Promise<void> {
  const { reason } = change;
  switch (change.kind) {
    case 'grant': {
      const { account, product, terms } = change;
      const channels = terms.channels === null ? null : [...terms.channels];
      await grantEntitlement(context, { actor, account, product, ...terms, channels, reason });
      return;
    }
    case 'extend': {
      const { entitlement, notAfterMs } = change;
      await extendEntitlement(context, { actor, entitlement, notAfterMs, reason });
      return;
    }
    case 'revoke':
      await revokeEntitlement(context, { actor, entitlement: change.entitlement, reason });
  }
}

async function showPreview(
  context: ServiceContext,
  caller: StaffCaller,
  { request, reply }: { request: ConsoleRequest; reply: ConsoleReply },
): Promise<string> {
  const kind = new FormFields(request.params).text('change');
  if (!isChangeKind(kind)) throw new RpcError('not_found', changeTexts.noSuchChange);
  requirePermission(caller, actionOf[kind]);
  const { name } = await findAccount(context.store.read, accountOf(request));
  const fields = new FormFields(request.query);
  try {
    const preview = await previewChange(context, readChange(fields, kind, name));
    return renderPreviewPage(caller, { kind, preview: requireAccount(preview, name), fields });
  } catch (error) {
    if (kind !== 'grant' || !(error instanceof RpcError)) throw error;
    reply.code(422);
    return await showGrantForm(context, caller, { request, refusal: error.message });
  }
}

async function showGrantForm(
  { store }: ServiceContext,
  caller: StaffCaller,
  { request, refusal }: { request: ConsoleRequest; refusal: string | null },
): Promise<string> {
  const account = await findAccount(store.read, accountOf(request));
  const products = (await store.read.catalog.products()).map((product) => product.name);
  return renderGrantPage(caller, { account, products, typed: new FormFields(request.query), refusal });
}

async function findEntitlement(
  { store }: ServiceContext,
  request: ConsoleRequest,
): Promise<EntitlementRecord> {
  const id = new FormFields(request.params).text('entitlement');
  const entitlement = await store.read.entitlements.byId(id);
  if (entitlement?.account === accountOf(request)) return entitlement;
  throw new RpcError('not_found', entitlementTexts.notTheirs(accountOf(request), id));
}
