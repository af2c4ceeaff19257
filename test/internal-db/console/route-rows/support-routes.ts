// Rows of the console's route table: sign-in, overview, accounts, why, the audit log.
import type { RouteRecords, RouteRequest, RouteRow } from '../route-row.ts';
import { probeText } from '../route-row.ts';

const support = ['support', 'operator'] as const;
const readsAudit = ['operator', 'auditor'] as const;
const emptyForm = async (): Promise<RouteRequest> => ({ body: {} });

/** By method and path as the route was registered. */
export const supportRows: Readonly<Record<string, RouteRow>> = {
  'GET /sign-in': { who: 'anybody' },
  'POST /sign-in': {
    who: 'anybody',
    request: async () => ({ body: { name: 'nobody', password: 'none' } }),
    answers: 401,
  },
  'POST /sign-out': { who: 'staff', request: emptyForm, answers: 303 },
  'GET /': { who: 'staff' },
  'GET /accounts': { who: 'staff' },
  'GET /accounts/:account': { who: 'staff', request: accountAt('') },
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
  'POST /accounts/:account/state': {
    who: ['operator'],
    request: accountAt('/state', () => ({ state: 'suspended', reason: probeText })),
  },
  'GET /why': {
    who: 'staff',
    request: async ({ account, product }) => ({ path: `/why?account=${account}&product=${product}` }),
  },
  'GET /audit': { who: readsAudit },
  'POST /audit/verify': { who: readsAudit, request: emptyForm },
};

function accountAt(action: string, fields?: (records: RouteRecords) => Record<string, string>) {
  return async (records: RouteRecords): Promise<RouteRequest> => {
    const path = `/accounts/${records.account}${action}`;
    return fields ? { path, body: fields(records) } : { path };
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
