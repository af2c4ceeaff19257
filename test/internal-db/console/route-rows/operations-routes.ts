// Rows of the console's route table: overview, statistics, products and releases, nodes, sessions, bans, the audit log.
import { randomInt } from 'node:crypto';
import type { RouteRecords, RouteRequest, RouteRow } from '../route-row.ts';
import { probeText } from '../route-row.ts';

const publishes = ['release-manager', 'operator'] as const;
const guards = ['support', 'operator'] as const;
const readsAudit = ['operator', 'auditor'] as const;

/** By method and path as the route was registered. */
export const operationsRows: Readonly<Record<string, RouteRow>> = {
  'GET /': { who: 'staff' },
  'GET /live': {
    who: 'staff',
    request: async ({ account }) => ({
      path: `/live?${new URLSearchParams({ page: `/accounts/${account}`, state: 'old' })}`,
    }),
  },
  'GET /statistics': {
    who: 'staff',
    request: async ({ product }) => ({ path: `/statistics?product=${product}` }),
  },
  'GET /products': { who: 'staff' },
  'POST /products': {
    who: publishes,
    request: async () => ({
      body: { name: `made-${crypto.randomUUID()}`, title: probeText, description: probeText },
    }),
    answers: 303,
  },
  'GET /products/:product': {
    who: 'staff',
    request: async ({ product }) => ({ path: `/products/${product}` }),
  },
  'POST /products/:product/placement': {
    who: publishes,
    request: async ({ product }) => ({
      path: `/products/${product}/placement`,
      body: { kind: 'popular', detail: '5/30' },
    }),
    answers: 303,
  },
  'GET /products/:product/releases/:version': {
    who: 'staff',
    request: async ({ product }) => ({ path: `/products/${product}/releases/1.0.0` }),
  },
  'POST /products/:product/releases/:version/publish': {
    who: publishes,
    request: withRelease('publish', { reason: probeText }),
    answers: 303,
  },
  'POST /products/:product/releases/:version/withdraw': {
    who: publishes,
    request: withRelease('withdraw', { reason: probeText }),
    answers: 303,
  },
  'POST /products/:product/releases/:version/notes': {
    who: publishes,
    request: withRelease('notes', { notes: probeText }),
    answers: 303,
  },
  'GET /products/:product/upload': {
    who: publishes,
    request: async ({ product }) => ({
      path: `/products/${product}/upload?version=${probeText.slice(0, 5)}`,
    }),
  },
  'POST /products/:product/upload': {
    who: publishes,
    request: async ({ product }) => ({ path: `/products/${product}/upload` }),
    answers: 422,
  },
  'POST /uploads': {
    who: publishes,
    request: async ({ product }) => ({
      body: {
        product,
        version: '9.0.0',
        channel: 'stable',
        name: 'a.bin',
        size: '5',
        modified: '1',
        ends: `${'A'.repeat(43)}=`,
      },
    }),
    answers: 201,
  },
  // The token of a piece is in a header, which a form of another site can't set.
  'PATCH /uploads/:id': { who: publishes, request: unknownUpload(''), answers: 403 },
  'POST /uploads/:id/finish': { who: publishes, request: unknownUpload('/finish'), answers: 404 },
  'POST /uploads/:id/remove': { who: publishes, request: unknownUpload('/remove'), answers: 404 },
  'GET /nodes': { who: 'staff' },
  'GET /sessions': { who: 'staff' },
  'POST /sessions/cut': { who: guards, request: withSession, answers: 303 },
  'GET /bans': { who: 'staff' },
  'POST /bans': {
    who: guards,
    request: async () => ({ body: { network: '203.0.113.7', hours: '1', reason: probeText } }),
    answers: 303,
  },
  'POST /bans/lift': { who: guards, request: withBan, answers: 303 },
  'GET /audit': { who: readsAudit },
  'POST /audit/verify': { who: readsAudit, request: async () => ({ body: {} }) },
  'GET /audit/export': { who: readsAudit, audited: true },
};

/** A draft of its own, so that the release that others download stays as it is. */
function withRelease(action: string, body: Record<string, string>) {
  return async ({ room, product }: RouteRecords): Promise<RouteRequest> => {
    const version = `2.0.0-probe.${randomInt(1_000_000_000)}`;
    const release = { product, version, channel: 'beta', draft: true };
    const file = { name: 'probe.bin', sizeBytes: 1, sha256: 'ab'.repeat(32), platform: null };
    const files = [{ ...file, mediaType: 'application/octet-stream' }];
    await room.admin.call('release.publish', { actor: 'test', ...release, files });
    return { path: `/products/${product}/releases/${version}/${action}`, body };
  };
}

async function withSession({ room, account, user }: RouteRecords): Promise<RouteRequest> {
  const session = `ses_${crypto.randomUUID().replaceAll('-', '').slice(0, 22)}`;
  room.cluster.node.sessions.push({
    id: session,
    connection: 'con_1',
    protocol: 'sftp',
    address: '203.0.113.9',
    account,
    principal: `user:${user}`,
    username: user,
    startedAtMs: 1,
    idleSinceMs: 1,
    transfer: null,
    transferCount: 0,
  });
  return { path: '/sessions/cut', body: { session, reason: probeText } };
}

async function withBan({ room }: RouteRecords): Promise<RouteRequest> {
  const network = '198.51.100.7';
  await room.admin.call('ban.add', { actor: 'test', network, durationMs: 3_600_000, reason: probeText });
  return { path: '/bans/lift', body: { network, reason: probeText } };
}

function unknownUpload(step: string): () => Promise<RouteRequest> {
  return async () => ({ path: `/uploads/upl_${'A'.repeat(22)}${step}` });
}
