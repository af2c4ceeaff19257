// Rows of the route table: the ways in, one's own account, second factors, sessions and the members, on pages and in the
// API. Links that only a mail has, and what only an authenticator can say, are refused here; people-browser.test.ts
// follows them.
import type { ResultOf } from '#commlink/method-table.ts';
import type { internalDbMethods } from '#commlink/methods/internal-db-methods.ts';
import { newId } from '../fake-backends.ts';
import { customerPassword as password, probeText, type Customer } from '../route-customers.ts';
import type { RouteRequest, RouteRow } from '../route-row.ts';

type Rows = Readonly<Record<string, RouteRow>>;
type Valid<M extends keyof typeof internalDbMethods> = Extract<
  ResultOf<typeof internalDbMethods, M>,
  { valid: true }
>;

const newPassword = 'seven quiet lighthouse keepers';
const noStep = JSON.stringify({ challenge: 'none', totp: true, recoveryCodes: true, passkey: null });
const deadLink = { path: '?token=none' };
// What is sent has no hostile name: another account sends it, too, and its own pages then show it.
const profile = { displayName: 'Grace', language: 'en' };
const invitation = { email: 'invited@analytical.example', role: 'downloader', language: 'en' };
const attestation = { challenge: 'none', response: '{}', name: probeText };

/** What is sent, the same each time. */
function sent(body: Readonly<Record<string, unknown>>, path?: string): Pick<RouteRow, 'request'> {
  return { request: async () => ({ body, ...(path === undefined ? {} : { path }) }) };
}

/** A page whose address has the secret of a link. */
function dead(path: string, answers?: number): RouteRow {
  const request = async () => ({ path: path + deadLink.path });
  return { who: 'anybody', others: 'same', request, ...(answers === undefined ? {} : { answers }) };
}

const wayIn = { who: 'anybody', others: 'same' } as const;
const own = { who: 'customer', others: 'own' } as const;
const recorded = { who: 'customer', others: 'refused' } as const;
const ownersOwn = { who: 'owner', others: 'own' } as const;
const ownersRecord = { who: 'owner', others: 'refused' } as const;

const wayInRows: Rows = {
  'POST /sign-in/passkey': { ...wayIn, ...sent({ next: '/' }) },
  'POST /sign-in/second-step': {
    ...wayIn,
    ...sent({ next: '/', username: 'nobody', step: noStep, kind: 'totp', code: '000000' }),
    answers: 422,
  },
  'GET /forgotten-password': wayIn,
  'POST /forgotten-password': { ...wayIn, ...sent({ email: 'nobody@analytical.example' }) },
  'GET /reset-password': dead('/reset-password', 410),
  'POST /reset-password': { ...wayIn, ...sent({ token: 'none', username: 'x', newPassword }), answers: 410 },
  'GET /invitation': dead('/invitation', 410),
  'POST /invitation': {
    ...wayIn,
    ...sent({ token: 'none', displayName: 'X', username: 'x', newPassword }),
    answers: 410,
  },
  'GET /confirm-email': dead('/confirm-email'),
  'POST /confirm-email': { ...wayIn, ...sent({ token: 'none' }), answers: 410 },
  'GET /welcome': own,
};

const accountRows: Rows = {
  'GET /account': own,
  'POST /account/profile': { ...own, ...sent(profile) },
  'POST /account/email': { ...own, ...sent({ email: invitation.email, password }) },
  'POST /account/password': { ...own, ...sent({ password, newPassword }) },
  'GET /account/security': own,
  'POST /account/security/totp': { ...own, ...sent({ password }) },
  'POST /account/security/totp/confirm': {
    ...own,
    ...sent({ challenge: 'none', uri: 'otpauth://totp/x', secret: 'JBSWY3DP', code: '000000' }),
    answers: 422,
  },
  'POST /account/security/totp/remove': { ...own, ...sent({ password }), answers: 404 },
  'POST /account/security/recovery-codes': { ...own, ...sent({ password }), answers: 404 },
  'POST /account/security/passkeys': { ...own, ...sent({ name: probeText, password }) },
  'POST /account/security/passkeys/register': { ...own, ...sent(attestation), answers: 422 },
  'POST /account/security/passkeys/:id/remove': {
    ...recorded,
    request: async ({ addWaysIn }) => {
      const { passkey } = await addWaysIn();
      return { path: `/account/security/passkeys/${passkey}/remove`, body: { password } };
    },
  },
  'POST /account/security/sessions/:id/end': {
    ...recorded,
    request: async (customer) => ({
      path: `/account/security/sessions/${await otherSession(customer)}/end`,
      body: {},
    }),
  },
  'POST /account/security/sessions/end-others': { ...own, ...sent({}) },
};

const memberRows: Rows = {
  'GET /members': ownersOwn,
  'POST /members': { ...ownersOwn, ...sent(invitation) },
  'POST /members/:id/role': {
    ...ownersRecord,
    request: memberAt('/members', { action: '/role', body: { role: 'downloader' } }),
  },
  'POST /members/:id/remove': {
    ...ownersRecord,
    request: memberAt('/members', { action: '/remove', body: {} }),
  },
  'POST /members/invitations/:id/withdraw': {
    ...ownersRecord,
    request: invitationAt('/members/invitations', { action: '/withdraw', body: {} }),
  },
};

const apiRows: Rows = {
  'GET /api/v1/profile': own,
  'PATCH /api/v1/profile': { ...own, ...sent(profile) },
  'POST /api/v1/profile/email': { ...own, ...sent({ email: invitation.email, password }) },
  'POST /api/v1/profile/password': { ...own, ...sent({ password, newPassword }) },
  'GET /api/v1/sessions': own,
  'DELETE /api/v1/sessions': own,
  'DELETE /api/v1/sessions/:id': {
    ...recorded,
    request: async (customer) => ({ path: `/api/v1/sessions/${await otherSession(customer)}` }),
  },
  'GET /api/v1/second-factors': own,
  'POST /api/v1/second-factors/totp': { ...own, ...sent({ password }) },
  'POST /api/v1/second-factors/totp/confirm': {
    ...own,
    ...sent({ challenge: 'none', code: '000000' }),
    answers: 422,
  },
  'POST /api/v1/second-factors/totp/remove': { ...own, ...sent({ password }), answers: 404 },
  'POST /api/v1/second-factors/recovery-codes': { ...own, ...sent({ password }), answers: 404 },
  'POST /api/v1/second-factors/passkeys/begin': { ...own, ...sent({ password }) },
  'POST /api/v1/second-factors/passkeys': { ...own, ...sent(attestation), answers: 422 },
  'POST /api/v1/second-factors/passkeys/:id/remove': {
    ...recorded,
    request: async ({ addWaysIn }) => {
      const { passkey } = await addWaysIn();
      return { path: `/api/v1/second-factors/passkeys/${passkey}/remove`, body: { password } };
    },
  },
  'GET /api/v1/identity-links': own,
  'POST /api/v1/identity-links/:id/remove': {
    ...recorded,
    request: async ({ addWaysIn }) => {
      const { link } = await addWaysIn();
      return { path: `/api/v1/identity-links/${link}/remove`, body: { password } };
    },
  },
  'GET /api/v1/members': ownersOwn,
  'PATCH /api/v1/members/:id': {
    ...ownersRecord,
    request: memberAt('/api/v1/members', { action: '', body: { role: 'downloader' } }),
  },
  'DELETE /api/v1/members/:id': { ...ownersRecord, request: memberAt('/api/v1/members', { action: '' }) },
  'POST /api/v1/invitations': { ...ownersOwn, ...sent(invitation) },
  'DELETE /api/v1/invitations/:id': {
    ...ownersRecord,
    request: invitationAt('/api/v1/invitations', { action: '' }),
  },
};

/** By method and path as the route was registered. */
export const peopleRows: Rows = { ...wayInRows, ...accountRows, ...memberRows, ...apiRows };

/** A session of the customer that is not the one of its browser. */
async function otherSession({ name, session, internalDb }: Customer): Promise<string> {
  await internalDb('session.open', { username: name, password, address: '192.0.2.9', client: probeText });
  const list = (await internalDb('session.list', { session })) as Valid<'session.list'>;
  const other = list.sessions.find(({ isCurrent }) => !isCurrent);
  if (!other) throw new Error('the customer has no other session');
  return other.id;
}

interface Aim {
  readonly action: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

/** Somebody else of the customer's account, who was made before. */
function memberAt(folder: string, { action, body }: Aim) {
  return async ({ name, session, internalDb }: Customer): Promise<RouteRequest> => {
    const list = await internalDb('member.list', { session, after: null, limit: 100 });
    const other = (list as Valid<'member.list'>).members.find((member) => member.name !== name);
    if (!other) throw new Error('the account has nobody else');
    return { path: `${folder}/${other.id}${action}`, ...(body ? { body } : {}) };
  };
}

function invitationAt(folder: string, { action, body }: Aim) {
  return async ({ session, internalDb }: Customer): Promise<RouteRequest> => {
    // Somebody else each time: one address is not invited often.
    const email = `${newId('usr')}@analytical.example`;
    const wish = { email, role: 'downloader', language: 'en' } as const;
    const made = await internalDb('member.invite', { session, ...wish });
    const { invitation: open } = made as Extract<Valid<'member.invite'>, { done: true }>;
    return { path: `${folder}/${open.id}${action}`, ...(body ? { body } : {}) };
  };
}
