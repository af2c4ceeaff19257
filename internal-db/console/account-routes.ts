// The console's routes of one account: show, grant, revoke, end a delivery, suspend. After a change the browser is sent
// back to the page (303), so that loading it again repeats nothing.
import { RpcError } from '#commlink/rpc-error.ts';
import { setAccountState } from '../admin/account-administration.ts';
import { listDeliveries, listDownloads } from '../admin/delivery-administration.ts';
import {
  grantEntitlement,
  listEntitlements,
  revokeEntitlement,
} from '../admin/entitlement-administration.ts';
import { findAccount } from '../admin/find-by-name.ts';
import { cancelDelivery } from '../deliveries/cancel-delivery.ts';
import { recordLicenceAcceptance } from '../licences/accept-licence.ts';
import { consoleRowsMax } from '../limits.ts';
import type { ServiceContext } from '../service-context.ts';
import { renderAccountPage, type AccountView } from './account-page.ts';
import type { ConsoleApp, ConsoleReply, ConsoleRequest } from './console-app.ts';
import {
  FormFields,
  parseCancelForm,
  parseGrantForm,
  parseReason,
  parseRevokeForm,
} from './console-forms.ts';
import { readSignedForm, requirePermission, type StaffRoute } from './console-gate.ts';
import type { StaffAction } from './staff-permissions.ts';
import type { StaffCaller } from './staff-session.ts';

/** Wraps a route so that it is called for signed-in staff only. */
export type ForStaff = (
  route: StaffRoute,
) => (request: ConsoleRequest, reply: ConsoleReply) => Promise<ConsoleReply>;

/** What the page says after the browser was sent back. */
const doneTexts = {
  granted: 'Granted.',
  revoked: 'Revoked. What it alone allowed has ended, on every node that answered.',
  ended: 'The delivery has ended.',
  accepted: 'The acceptance is recorded.',
  state: 'The state of the account is changed.',
} as const;
type Done = keyof typeof doneTexts;

interface Change {
  readonly caller: StaffCaller;
  readonly actor: string;
  readonly account: string;
  readonly fields: FormFields;
}

/** Registers the routes. */
export function registerAccountRoutes(app: ConsoleApp, context: ServiceContext, forStaff: ForStaff): void {
  app.get(
    '/accounts/:account',
    forStaff(async (caller, request) => {
      const view = await readAccount(context, accountOf(request));
      const done = new FormFields(request.query).text('done');
      const text = Object.hasOwn(doneTexts, done) ? doneTexts[done as Done] : null;
      return renderAccountPage(caller, view, text === null ? null : { kind: 'done', text });
    }),
  );
  const onPost = (path: string, action: StaffAction, apply: (change: Change) => Promise<Done>): void => {
    app.post(
      `/accounts/:account/${path}`,
      forStaff(async (caller, request, reply) => {
        const fields = readSignedForm(caller, request);
        requirePermission(caller, action);
        const { name } = await findAccount(context.store.read, accountOf(request));
        const change = { caller, actor: `staff:${caller.staff.name}`, account: name, fields };
        return await applyChange(context, { change, apply, reply });
      }),
    );
  };
  onPost('grant', 'entitlement.grant', async ({ fields, actor, account }) => {
    await grantEntitlement(context, parseGrantForm(fields, { actor, account }));
    return 'granted';
  });
  onPost('revoke', 'entitlement.revoke', async ({ fields, actor }) => {
    await revokeEntitlement(context, parseRevokeForm(fields, actor));
    return 'revoked';
  });
  onPost('cancel', 'delivery.cancel', async ({ fields, actor }) => {
    await cancelDelivery(context, parseCancelForm(fields, actor));
    return 'ended';
  });
  onPost('accept', 'licence.accept', async ({ fields, actor, account }) => {
    await recordLicenceAcceptance(context, {
      actor,
      account,
      agreement: fields.text('agreement'),
      version: null,
    });
    return 'accepted';
  });
  onPost('state', 'account.setState', async ({ fields, actor, account }) => {
    const state = fields.text('state') === 'suspended' ? 'suspended' : 'active';
    await setAccountState(context, { actor, account, state, reason: parseReason(fields) });
    return 'state';
  });
}

async function applyChange(
  context: ServiceContext,
  parts: { change: Change; apply: (change: Change) => Promise<Done>; reply: ConsoleReply },
): Promise<string | ConsoleReply> {
  const { change, apply, reply } = parts;
  const { account, caller } = change;
  try {
    return await reply.redirect(`/accounts/${account}?done=${await apply(change)}`, 303);
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    const view = await readAccount(context, account);
    reply.code(422);
    return renderAccountPage(caller, view, { kind: 'refused', text: error.message });
  }
}

async function readAccount(context: ServiceContext, name: string): Promise<AccountView> {
  const { read } = context.store;
  const account = await findAccount(read, name);
  const filter = { account: name, limit: consoleRowsMax };
  const products = await read.catalog.products();
  return {
    account,
    users: await read.accounts.usersOf(account.id),
    acceptances: await read.licences.acceptancesOf(account.id),
    ...(await listEntitlements(context, name)),
    ...(await listDeliveries(context, { ...filter, state: null })),
    ...(await listDownloads(context, filter)),
    productNames: products.map((product) => product.name),
    nowMs: context.clock.nowMs(),
  };
}

function accountOf(request: ConsoleRequest): string {
  return new FormFields(request.params).text('account');
}
