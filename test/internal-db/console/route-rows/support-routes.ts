// Rows of the console's route table: sign-in and second factor, customers and what they may have, staff.
import { createHash, randomBytes } from 'node:crypto';
import { plainGrant } from '../../support/running-room.ts';
import type { RouteRecords, RouteRequest, RouteRow } from '../route-row.ts';
import { probeText } from '../route-row.ts';

const support = ['support', 'operator'] as const;
const emptyForm = async (): Promise<RouteRequest> => ({ body: {} });

/** By method and path as the route was registered. */
export const supportRows: Readonly<Record<string, RouteRow>> = {
  'GET /sign-in': { who: 'anybody' },
  'POST /sign-in': {
    who: 'anybody',
    // Somebody else each time: a name that fails too often has to wait.
    request: async () => ({ body: { name: `nobody-${randomBytes(4).toString('hex')}`, password: 'none' } }),
    answers: 401,
  },
  'POST /sign-out': { who: 'staff', request: emptyForm, answers: 303 },
  'GET /accounts': { who: 'staff' },
  'GET /accounts/:account': { who: 'staff', request: accountAt('') },
  'GET /accounts/:account/grant': { who: support, request: accountAt('/grant') },
  'GET /accounts/:account/entitlements/:entitlement': {
    who: 'staff',
    request: async ({ account, entitlement }) => ({
      path: `/accounts/${account}/entitlements/${entitlement}`,
    }),
  },
  'GET /accounts/:account/preview/:change': {
    who: support,
    request: async ({ account, product }) => {
      const query = new URLSearchParams({ product, versions: '1.x', reason: probeText });
      return { path: `/accounts/${account}/preview/grant?${query}` };
    },
  },
  'POST /accounts/:account/extend': { who: support, request: endingEntitlement },
  'GET /search': {
    who: 'staff',
    request: async () => ({ path: `/search?q=${encodeURIComponent(probeText)}` }),
  },
  'GET /bulk': { who: support },
  'POST /bulk': {
    who: support,
    request: async ({ account, product }) => {
      const table = `change,account,product,reason\ngrant,${account},${product},because`;
      const checked = createHash('sha256').update(table).digest('base64url');
      return { path: '/bulk', body: { table, checked, do: 'apply' } };
    },
  },
  'GET /staff': { who: ['operator'] },
  'POST /staff': {
    who: ['operator'],
    request: async () => {
      const name = `new-${randomBytes(6).toString('hex')}`;
      return { path: '/staff', body: { name, displayName: probeText, role: 'support' } };
    },
  },
  'POST /staff/:name/role': { who: ['operator'], request: colleagueAt('role', { role: 'auditor' }) },
  'POST /staff/:name/end': { who: ['operator'], request: colleagueAt('end') },
  'POST /staff/:name/readmit': { who: ['operator'], request: colleagueAt('readmit') },
  'POST /staff/:name/reset-second-factor': {
    who: ['operator'],
    request: colleagueAt('reset-second-factor'),
  },
  'POST /accounts/:account/grant': {
    who: support,
    request: accountAt('/grant', ({ product }) => ({ product, versions: '1.x', reason: probeText })),
  },
  'POST /accounts/:account/revoke': {
    who: support,
    request: accountAt('/revoke', ({ entitlement }) => ({ entitlement, reason: probeText })),
  },
  'POST /accounts/:account/cancel': { who: support, request: stagedDelivery },
  'POST /accounts/:account/accept': { who: support, request: licensedAccount },
  'POST /accounts/:account/reset-second-factor': {
    who: support,
    request: accountAt('/reset-second-factor', ({ user }) => ({ user, reason: probeText })),
  },
  'POST /accounts/:account/state': {
    who: ['operator'],
    request: accountAt('/state', () => ({ state: 'suspended', reason: probeText })),
  },
  'GET /why': {
    who: 'staff',
    request: async ({ account, product }) => ({ path: `/why?account=${account}&product=${product}` }),
  },
};

function accountAt(action: string, fields?: (records: RouteRecords) => Record<string, string>) {
  return async (records: RouteRecords): Promise<RouteRequest> => {
    const path = `/accounts/${records.account}${action}`;
    return fields ? { path, body: fields(records) } : { path };
  };
}

/** One with an end, as only these are extended. */
async function endingEntitlement({ room, account, product }: RouteRecords): Promise<RouteRequest> {
  const notAfterMs = Date.now() + 86_400_000;
  const grant = { ...plainGrant, account, product, notAfterMs };
  const { entitlement } = await room.admin.call('entitlement.grant', grant);
  const body = { entitlement: entitlement.id, until: '2099-12-31', reason: probeText };
  return { path: `/accounts/${account}/extend`, body };
}

/** A change of somebody else of the staff. */
function colleagueAt(change: string, fields: Record<string, string> = {}) {
  return async ({ room }: RouteRecords): Promise<RouteRequest> => {
    const name = `staff-${randomBytes(6).toString('hex')}`;
    const staff = { actor: 'test', name, displayName: probeText, role: 'support' as const, password: null };
    await room.admin.call('staff.create', staff);
    return { path: `/staff/${name}/${change}`, body: { ...fields, reason: probeText } };
  };
}

async function stagedDelivery({ room, account, product }: RouteRecords): Promise<RouteRequest> {
  const wish = { actor: 'test', account, product, version: '1.0.0', file: 'probe.bin', lifetimeMs: null };
  const staged = await room.admin.call('delivery.stage', wish);
  if (!staged.staged) throw new Error(staged.explanation);
  return {
    path: `/accounts/${account}/cancel`,
    body: { delivery: staged.delivery.id, reason: probeText },
  };
}

async function licensedAccount({ room, account, product }: RouteRecords): Promise<RouteRequest> {
  const period = { notBeforeMs: null, notAfterMs: null, downloadsMax: null };
  const terms = { ...period, versions: '*', channels: null, licenceAgreement: 'eula', reason: probeText };
  await room.admin.call('entitlement.grant', { actor: 'test', account, product, ...terms });
  return { path: `/accounts/${account}/accept`, body: { agreement: 'eula' } };
}
