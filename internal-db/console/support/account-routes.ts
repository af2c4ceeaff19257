// The routes of one customer: show, end a delivery, record an acceptance, invite, help who is locked out, suspend. After a
// change the browser is sent back to the page (303), so that loading it again repeats nothing. Registered by support-routes.ts.
import { RpcError } from '#commlink/rpc-error.ts';
import { Cursor, cutPage, decodeCursor, type PageRequest } from '#commlink/methods/paging.ts';
import { compileSchema } from '#commlink/schema.ts';
import { listOpenAgreements } from '../../admin/open-agreements.ts';
import { setAccountPlace } from '../../admin/account-places.ts';
import { setAccountState } from '../../admin/account-administration.ts';
import { findAccount } from '../../admin/find-by-name.ts';
import { cancelDelivery } from '../../deliveries/cancel-delivery.ts';
import { recordLicenceAcceptance } from '../../licences/accept-licence.ts';
import { customerRowsMax, entitlementRowsMax, timelineRowsMax } from '../../limits.ts';
import { listInvitations } from '../../members/invitations.ts';
import { inviteUser, resetUserFactors } from '../../members/member-administration.ts';
import { sendPasswordReset } from '../../members/send-password-reset.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { AccountRecord } from '../../store/accounts.ts';
import type { DeliveryRecord } from '../../store/deliveries.ts';
import type { DeliveryPlace } from '../../store/places.ts';
import type { ConsoleApp, ConsoleReply, ConsoleRequest } from '../console-app.ts';
import { proposalPageFor } from '../approvals/approval-gate.ts';
import { FormFields, parseCancelForm, parseReason } from '../console-forms.ts';
import { readSignedForm, requirePermission, type ForStaff } from '../console-gate.ts';
import type { StaffAction } from '../staff-permissions.ts';
import type { StaffCaller } from '../staff-session.ts';
import { renderAccountPage, type AccountView } from './account-page.ts';
import type { EntitlementList } from './entitlement-list.ts';
import { invitationIn, parseInvitation } from './invitation-form.ts';
import { customersTexts as texts, formsTexts } from '../texts/console-texts.ts';
import { parsePlaceForm } from './place-section.ts';
import { readTimeline, timelineKinds, type TimelineKind } from './timeline.ts';

/** What the page says after the browser was sent back. */
const doneTexts = texts.done;
/** One of these texts' names. */
export type Done = keyof typeof doneTexts;

interface Change {
  readonly caller: StaffCaller;
  readonly actor: string;
  readonly account: string;
  readonly fields: FormFields;
}

/** Another page than the customer's to go to. */
interface Elsewhere {
  readonly page: string;
}

const cursorCheck = compileSchema('cursor', Cursor);

/** Registers the routes. */
export function registerAccountRoutes(app: ConsoleApp, context: ServiceContext, forStaff: ForStaff): void {
  app.get(
    '/accounts/:account',
    forStaff(async (caller, request) => {
      const query = new FormFields(request.query);
      const view = await readAccount(context, accountOf(request), query);
      const done = query.text('done');
      const text = Object.hasOwn(doneTexts, done) ? doneTexts[done as Done] : null;
      return renderAccountPage(caller, view, text === null ? null : { kind: 'done', text });
    }),
  );
  const onPost = (
    path: string,
    action: StaffAction,
    apply: (change: Change) => Promise<Done | Elsewhere>,
  ): void => {
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
  onPost('cancel', 'delivery.cancel', async ({ fields, actor }) => {
    await cancelDelivery(context, parseCancelForm(fields, actor));
    return 'ended';
  });
  onPost('accept', 'licence.accept', async ({ fields, actor, account }) => {
    const agreement = fields.text('agreement');
    await recordLicenceAcceptance(context, { actor, account, agreement, version: null });
    return 'accepted';
  });
  onPost('reset-second-factor', 'user.resetSecondFactor', async ({ caller, fields, actor, account }) => {
    const user = await findPersonOf(context, account, fields.text('user'));
    const reason = parseReason(fields);
    const dangerous = { kind: 'user.resetSecondFactor', params: { user }, reason } as const;
    const page = await proposalPageFor(context, caller, dangerous);
    if (page !== null) return { page };
    await resetUserFactors(context, { actor, user, reason });
    return 'factorsReset';
  });
  onPost('invite', 'account.create', async ({ fields, actor, account }) => {
    await inviteUser(context, parseInvitation(invitationIn(fields), { actor, account }));
    return 'invited';
  });
  onPost('send-reset', 'user.resetSecondFactor', async ({ fields, actor, account }) => {
    const user = await findPersonOf(context, account, fields.text('user'));
    await sendPasswordReset(context, { actor, user, reason: parseReason(fields) });
    return 'resetSent';
  });
  onPost('place', 'account.place', async ({ fields, actor, account }) => {
    await setAccountPlace(context, parsePlaceForm(fields, { actor, account }));
    return 'placed';
  });
  onPost('state', 'account.setState', async ({ caller, fields, actor, account }) => {
    const state = fields.text('state') === 'suspended' ? 'suspended' : 'active';
    const reason = parseReason(fields);
    const dangerous = { kind: 'account.suspend', params: { account }, reason } as const;
    const page = state === 'suspended' ? await proposalPageFor(context, caller, dangerous) : null;
    if (page !== null) return { page };
    await setAccountState(context, { actor, account, state, reason });
    return 'state';
  });
}

/** The name of somebody of this account. RpcError `not_found` for anybody else. */
async function findPersonOf({ store }: ServiceContext, account: string, user: string): Promise<string> {
  const found = await store.read.accounts.userByName(user);
  if (found?.account.name === account) return user;
  throw new RpcError('not_found', texts.nobodyCalled(account, user));
}

/** The account's name in a route's path. */
export function accountOf(request: ConsoleRequest): string {
  return new FormFields(request.params).text('account');
}

/** A cursor of a query; null where there is none. RpcError `bad_request`. */
function readCursor(text: string): Cursor | null {
  if (text === '') return null;
  if (cursorCheck.matches(text)) return text;
  throw new RpcError('bad_request', formsTexts.noSuchPage);
}

async function applyChange(
  context: ServiceContext,
  parts: {
    change: Change;
    apply: (change: Change) => Promise<Done | Elsewhere>;
    reply: ConsoleReply;
  },
): Promise<string | ConsoleReply> {
  const { change, apply, reply } = parts;
  const { caller, account } = change;
  try {
    const done = await apply(change);
    const page = typeof done === 'string' ? `/accounts/${account}?done=${done}` : done.page;
    return await reply.redirect(page, 303);
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    const view = await readAccount(context, account, new FormFields({}));
    reply.code(422);
    return renderAccountPage(caller, view, { kind: 'refused', text: error.message });
  }
}

async function readAccount(context: ServiceContext, name: string, query: FormFields): Promise<AccountView> {
  const { read } = context.store;
  const account = await findAccount(read, name);
  const kind = timelineKinds.find((one) => one === query.text('kind')) ?? null;
  const liveDeliveries = await read.deliveries.liveOfAccount(account.id);
  const further = await read.places.ofDeliveries(liveDeliveries.map(({ id }) => id));
  return {
    account,
    people: await read.people.membersOf({ accountId: account.id, afterName: '', limit: customerRowsMax + 1 }),
    invitations: await listInvitations(context, account.id),
    canMail: context.mail.portal() !== null,
    entitlements: await readEntitlements(context, account, query),
    liveDeliveries,
    formerNodes: formerNodesOf(liveDeliveries, further),
    place: await read.places.ofAccount(account.id),
    openAgreements: await listOpenAgreements(read, account, context.clock.nowMs()),
    timeline: await readEvents(context, account, { kind, after: readCursor(query.text('after')) }),
  };
}

/** The node that a delivery is at now may have been noted before it moved there. */
function formerNodesOf(
  deliveries: readonly DeliveryRecord[],
  further: readonly DeliveryPlace[],
): Map<string, string[]> {
  const nodeIds = new Map(deliveries.map(({ id, nodeId }) => [id, nodeId]));
  const former = further.filter(({ deliveryId, nodeId }) => nodeIds.get(deliveryId) !== nodeId);
  const byDelivery = Map.groupBy(former, ({ deliveryId }) => deliveryId);
  return new Map([...byDelivery].map(([id, places]) => [id, places.map(({ nodeName }) => nodeName)]));
}

async function readEvents(
  { store }: ServiceContext,
  account: AccountRecord,
  wanted: { kind: TimelineKind | null; after: Cursor | null },
): Promise<AccountView['timeline']> {
  const page = await readTimeline(store.read, account, { ...wanted, limit: timelineRowsMax });
  return { ...page, kind: wanted.kind, isFirst: wanted.after === null };
}

async function readEntitlements(
  context: ServiceContext,
  account: AccountRecord,
  query: FormFields,
): Promise<EntitlementList> {
  const { entitlements } = context.store.read;
  const nowMs = context.clock.nowMs();
  const inForceOnly = query.text('entitlements') !== 'all';
  const page: PageRequest = { after: readCursor(query.text('from')), limit: entitlementRowsMax };
  const key = decodeCursor(page.after, ['number', 'string']);
  const rows = await entitlements.page({
    accountId: account.id,
    productId: null,
    inForceAtMs: inForceOnly ? nowMs : null,
    after: key && { atMs: key[0], id: key[1] },
    limit: page.limit + 1,
  });
  const cut = cutPage(rows, page.limit, ({ grantedAtMs, id }) => [grantedAtMs, id]);
  return {
    entitlements: cut.rows,
    next: cut.next,
    isFirst: key === null,
    inForceOnly,
    counts: await entitlements.countsOfAccount(account.id, nowMs),
    nowMs,
  };
}
