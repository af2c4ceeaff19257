// Operations about customers: accounts, their people, their timeline; and the search box.
import { Account } from '#commlink/methods/admin-methods.ts';
import { AtMs, Line, Slug } from '#commlink/methods/fields.ts';
import { cutPage, decodeCursor, pageParams, pageResult } from '#commlink/methods/paging.ts';
import { Type, strictObject } from '#commlink/schema.ts';
import { setAccountState } from '../../admin/account-administration.ts';
import { viewEntitlement } from '../../admin/entitlement-administration.ts';
import { findAccount } from '../../admin/find-by-name.ts';
import { listOpenAgreements } from '../../admin/open-agreements.ts';
import { viewDelivery, viewDownload } from '../../deliveries/delivery-view.ts';
import { portalViewCodeLifetimeMs } from '../../limits.ts';
import { createPortalView } from '../../portal-views/create-view.ts';
import { findAnything } from '../support/find-anything.ts';
import { readTimeline, type TimelineEvent } from '../support/timeline.ts';
import { AccountDetail, Found, Nullable, TimelineKindName, TimelineRow } from './operation-schemas.ts';
import { ofCommand, operation, type Operation } from './operation.ts';

const Reason = Type.String({ minLength: 1, maxLength: 500 });
const tag = 'customers';

const search = operation({
  id: 'search',
  route: 'GET /search',
  summary:
    'People, customers, products, releases, deliveries, entitlements, files and other records by what is at hand: name, version, e-mail or IP address, id, login, digest, fingerprint',
  tag: 'search',
  action: 'read',
  params: strictObject({ q: Type.String({ minLength: 1, maxLength: 200 }) }),
  result: Found,
  run: async ({ context }, { q }, { staff }) => {
    const found = await findAnything(context, q, staff.role);
    const nameOf = ({ name, title, account, email }: (typeof found.accounts)[number]) => ({
      name,
      title,
      account,
      email,
    });
    return {
      accounts: found.accounts.map(nameOf),
      people: found.people.map(nameOf),
      products: found.products.map(nameOf),
      releases: found.releases.map(({ product, version, channel, state }) => ({
        product,
        version,
        channel,
        state,
      })),
      deliveries: found.deliveries.map(viewDelivery),
      entitlements: found.entitlements.map(viewEntitlement),
      files: found.files.map(({ product, version, file, sha256 }) => ({ product, version, file, sha256 })),
      records: [...found.records],
    };
  },
});

const listAccounts = operation({
  id: 'listAccounts',
  route: 'GET /accounts',
  summary: 'Customers by name',
  tag,
  action: 'read',
  params: strictObject(pageParams),
  result: strictObject({ accounts: Type.Array(Account), ...pageResult }),
  run: async ({ context }, { after, limit }) => {
    const name = decodeCursor(after, ['string'])?.[0] ?? null;
    const found = await context.store.read.accounts.page({ after: name, limit: limit + 1 });
    const { rows, next } = cutPage(found, limit, (account) => [account.name]);
    return { accounts: rows, next };
  },
});

const getAccount = operation({
  id: 'getAccount',
  route: 'GET /accounts/:account',
  summary: 'A customer, with how many entitlements and deliveries, and which agreements are open',
  tag,
  action: 'read',
  params: strictObject({ account: Slug }),
  result: AccountDetail,
  run: async ({ context }, { account: name }) => {
    const { read } = context.store;
    const account = await findAccount(read, name);
    const nowMs = context.clock.nowMs();
    const counts = await read.entitlements.countsOfAccount(account.id, nowMs);
    return {
      ...account,
      entitlementCount: counts.total,
      entitlementInForceCount: counts.inForce,
      liveDeliveryCount: await read.deliveries.liveCountOfAccount(account.id),
      openAgreements: await listOpenAgreements(read, account, nowMs),
    };
  },
});

interface Suspension {
  readonly account: string;
  readonly state: string;
  readonly reason: string;
}

const changeState = operation({
  id: 'setAccountState',
  route: 'POST /accounts/:account/state',
  summary: 'Suspend a customer (nobody of it signs in or downloads), or lift the suspension',
  tag,
  action: 'account.setState',
  params: strictObject({
    actor: Line,
    account: Slug,
    state: Type.Union([Type.Literal('active'), Type.Literal('suspended')]),
    reason: Reason,
  }),
  result: Account,
  dangerous: ({ account, state, reason }: Suspension) =>
    state === 'suspended' ? { kind: 'account.suspend', params: { account }, reason } : null,
  run: async ({ context }, change) => {
    await setAccountState(context, change);
    return await findAccount(context.store.read, change.account);
  },
});

const timeline = operation({
  id: 'readTimeline',
  route: 'GET /accounts/:account/timeline',
  summary: 'What happened to a customer, the newest first: changes, deliveries, downloads, logins, refusals',
  tag,
  action: 'read',
  params: strictObject({ account: Slug, kind: Nullable(TimelineKindName), ...pageParams }),
  result: strictObject({ events: Type.Array(TimelineRow), ...pageResult }),
  run: async ({ context }, { account: name, ...wanted }) => {
    const { read } = context.store;
    const { events, next } = await readTimeline(read, await findAccount(read, name), wanted);
    return { events: events.map(viewEvent), next };
  },
});

const viewPortal = operation({
  id: 'viewPortal',
  route: 'POST /accounts/:account/portal-views',
  summary:
    'A link to the portal as one of a customer’s people sees it, good once and for a minute; the customer is told where the settings say so',
  tag,
  action: 'portal.view',
  status: 201,
  fails: [422],
  params: strictObject({ account: Slug, user: Slug, reason: Reason }),
  result: strictObject({ url: Type.String({ maxLength: 2048 }), expiresAtMs: AtMs }),
  run: async ({ context }, wish, { staff }) => {
    const expiresAtMs = context.clock.nowMs() + portalViewCodeLifetimeMs;
    return { url: await createPortalView(context, { ...wish, staff }), expiresAtMs };
  },
});

const nothing = { actor: null, action: null, subject: null, detail: null, download: null, login: null };

function viewEvent(event: TimelineEvent) {
  const { atMs, kind } = event;
  if (event.source === 'audit') {
    const { actor, action, subject, detail } = event.entry;
    return { ...nothing, atMs, kind, actor, action, subject, detail };
  }
  if (event.source === 'download') {
    const { downloadedBy, ...download } = event.download;
    return { ...nothing, atMs, kind, actor: downloadedBy, download: viewDownload(download) };
  }
  const { door, protocol, principal, address, refusal, eventCount } = event.access;
  return { ...nothing, atMs, kind, login: { door, protocol, principal, address, refusal, eventCount } };
}

/** The rows. */
export const customerOperations: readonly Operation[] = [
  search,
  listAccounts,
  ofCommand('account.create', {
    id: 'createAccount',
    route: 'POST /accounts',
    summary: 'Make a customer',
    tag,
    action: 'account.create',
    status: 201,
    fails: [409],
  }),
  getAccount,
  changeState,
  timeline,
  viewPortal,
  ofCommand('account.place', {
    id: 'getAccountPlace',
    route: 'GET /accounts/:account/place',
    summary: 'Which download servers a customer’s deliveries come from',
    tag,
    action: 'read',
  }),
  ofCommand('account.setPlace', {
    id: 'setAccountPlace',
    route: 'PUT /accounts/:account/place',
    summary:
      'Prefer servers of a region, or bind a customer to servers by name; for deliveries from now on, in the place of what is noted',
    tag,
    action: 'account.place',
    explicit: ['region'],
    fails: [422],
  }),
  ofCommand('user.list', {
    id: 'listUsers',
    route: 'GET /accounts/:account/users',
    summary: 'People of a customer by name; the first page has the open invitations, too',
    tag,
    action: 'read',
  }),
  ofCommand('user.create', {
    id: 'createUser',
    route: 'POST /accounts/:account/users',
    summary:
      'Make a person of a customer, for operators; without a password one is made up, and told here alone',
    tag,
    action: 'user.create',
    status: 201,
    fails: [409, 422],
  }),
  ofCommand('user.invite', {
    id: 'inviteUser',
    route: 'POST /accounts/:account/invitations',
    summary: 'Mail somebody an invitation, in the vendor’s name',
    tag,
    action: 'account.create',
    status: 201,
    fails: [422],
  }),
  ofCommand('user.sendReset', {
    id: 'sendPasswordReset',
    route: 'POST /users/:user/password-reset',
    summary: 'Mail somebody a link with which they set a new password',
    tag,
    action: 'user.resetSecondFactor',
    fails: [422],
  }),
  ofCommand('user.resetSecondFactor', {
    id: 'resetUserSecondFactor',
    route: 'POST /users/:user/second-factor/reset',
    summary: 'Take the second factors of somebody who has lost them, and end their sessions',
    tag,
    action: 'user.resetSecondFactor',
    dangerous: ({ user, reason }: { user: string; reason: string }) => ({
      kind: 'user.resetSecondFactor',
      params: { user },
      reason,
    }),
  }),
  ofCommand('sshKey.list', {
    id: 'listUserSshKeys',
    route: 'GET /users/:user/ssh-keys',
    summary: 'Somebody’s SSH keys',
    tag,
    action: 'read',
  }),
  ofCommand('licence.accept', {
    id: 'recordAcceptance',
    route: 'POST /accounts/:account/acceptances',
    summary: 'Record that a customer has accepted an agreement on paper; without a version, the one in force',
    tag,
    action: 'licence.accept',
    status: 201,
    fails: [409, 422],
  }),
];
