// One request for each operation of the console's API, in an order in which all of them can be done. For staff-api.test.ts.
import { createHash } from 'node:crypto';
import { plainGrant, type RunningRoom } from '../support/running-room.ts';
import { ofFleet } from './fleet-api-requests.ts';

/** The route as its row has it, the address, and the body. */
export type OperationRequest = readonly [route: string, path: string, body?: unknown];

const reason = 'because';
const later = new Date(Date.now() + 366 * 86_400_000).toISOString();
const cut = 'ses_0000000000000000000002';

/** A session that runs at the node. */
export async function addSession(room: RunningRoom, id: string): Promise<void> {
  room.cluster.node.sessions.push({
    id,
    connection: 'con_1',
    protocol: 'sftp',
    address: '203.0.113.9',
    account: 'acme',
    principal: 'user:jo',
    username: 'jo',
    startedAtMs: 1,
    idleSinceMs: 1,
    transfer: null,
    transferCount: 0,
  });
}

async function stage({ admin, webFront }: RunningRoom): Promise<string> {
  // So that internal-db has heard of the node.
  await webFront.call('session.describe', { session: 'nobody' });
  const file = { product: 'tool', version: '1.0.0', file: 'tool.bin' };
  const staged = await admin.call('delivery.stage', {
    actor: 'test',
    account: 'acme',
    ...file,
    lifetimeMs: null,
  });
  if (!staged.staged) throw new Error(`not staged: ${staged.explanation}`);
  return staged.delivery.id;
}

/** The requests. Each is made before the next is asked for. */
export async function* requestsOf(
  room: RunningRoom,
  { entitlement }: { entitlement: string },
): AsyncGenerator<OperationRequest> {
  yield* ofOversight(room);
  yield* ofCustomers();
  yield* ofCatalog();
  yield* ofUploads(room);
  yield* ofMachines(room);
  yield* ofFleet(room);
  yield* ofStaff(room);
  const delivery = await stage(room);
  yield ['GET /accounts/:account/deliveries', '/accounts/acme/deliveries?live=true&product=tool'];
  yield ['GET /deliveries/:delivery', `/deliveries/${delivery}`];
  yield ['GET /accounts/:account/downloads', `/accounts/acme/downloads?until=${later}&outcome=complete`];
  const { entitlement: ending } = await room.admin.call('entitlement.grant', {
    ...plainGrant,
    account: 'acme',
    product: 'tool',
    notAfterMs: Date.parse(later),
  });
  yield* ofEntitlements(entitlement, `/entitlements/${ending.id}`);
  yield ['POST /deliveries/:delivery/cancellation', `/deliveries/${delivery}/cancellation`, { reason }];
  yield ['POST /accounts/:account/state', '/accounts/acme/state', { state: 'suspended', reason }];
}

async function* ofOversight(room: RunningRoom): AsyncGenerator<OperationRequest> {
  yield ['GET /me', '/me'];
  yield ['GET /tokens', '/tokens'];
  yield ['GET /search', '/search?q=acme'];
  yield ['GET /alerts', '/alerts'];
  yield ['GET /statistics', '/statistics?days=182&product=tool'];
  yield ['GET /audit', '/audit?actor=test:operator&limit=2&from=2020-01-01T00:00:00Z'];
  yield ['GET /audit/verification', '/audit/verification'];
  const { context } = room.services;
  const staff = await context.store.read.staff.byName('operator-ann');
  if (!staff) throw new Error('nobody to propose');
  const id = 'prp_AAAAAAAAAAAAAAAAAAAAAB';
  const times = { proposedAtMs: Date.now(), expiresAtMs: Date.now() + 60_000 };
  const params = { account: 'acme' };
  await context.store.transaction((transaction) =>
    transaction.proposals.insertProposal({
      id,
      kind: 'account.suspend',
      subject: 'acme',
      reason,
      proposedBy: staff.id,
      ...times,
      change: JSON.stringify({ kind: 'account.suspend', params }),
    }),
  );
  yield ['GET /approvals', '/approvals'];
  yield ['GET /approvals/:proposal', `/approvals/${id}`];
  yield ['DELETE /approvals/:proposal', `/approvals/${id}`];
}

function* ofCustomers(): Generator<OperationRequest> {
  yield ['GET /accounts', '/accounts?limit=1'];
  yield ['POST /accounts', '/accounts', { name: 'globex', displayName: 'Globex' }];
  yield ['GET /accounts/:account', '/accounts/globex'];
  yield ['GET /accounts/:account/timeline', '/accounts/acme/timeline?kind=change&limit=2'];
  const place = '/accounts/globex/place';
  yield ['PUT /accounts/:account/place', place, { region: 'eu', nodes: [] }];
  yield ['GET /accounts/:account/place', place];
  const person = { name: 'hank', displayName: 'Hank', email: 'hank@globex.example', role: 'downloader' };
  yield ['POST /accounts/:account/users', '/accounts/globex/users', person];
  yield ['GET /accounts/:account/users', '/accounts/globex/users'];
  const invitation = { email: 'homer@globex.example', role: 'owner', language: 'en' };
  yield ['POST /accounts/:account/invitations', '/accounts/globex/invitations', invitation];
  yield ['POST /users/:user/password-reset', '/users/hank/password-reset', { reason }];
  yield ['POST /users/:user/second-factor/reset', '/users/hank/second-factor/reset', { reason }];
  yield ['GET /users/:user/ssh-keys', '/users/hank/ssh-keys'];
}

function* ofCatalog(): Generator<OperationRequest> {
  const file = { name: 'b.bin', sizeBytes: 5, sha256: 'cd'.repeat(32), mediaType: 'text/plain' };
  const files = [{ ...file, platform: null }];
  const licence = { name: 'terms', version: '1', title: 'Terms', text: 'Be kind.' };
  const release = '/products/probe/releases/2.0.0';
  yield ['POST /licences', '/licences', licence];
  yield ['GET /licences', '/licences'];
  yield ['GET /licences/:name/:version', '/licences/terms/1'];
  const grant = { product: 'tool', versions: '*', licenceAgreement: 'terms', reason };
  yield ['POST /accounts/:account/entitlements', '/accounts/acme/entitlements', grant];
  yield ['POST /accounts/:account/portal-views', '/accounts/acme/portal-views', { user: 'jo', reason }];
  yield ['POST /accounts/:account/acceptances', '/accounts/acme/acceptances', { agreement: 'terms' }];
  yield ['GET /products', '/products'];
  yield ['POST /products', '/products', { name: 'probe', title: 'Probe', description: '' }];
  yield ['PUT /products/:product/placement', '/products/probe/placement', { placement: 'on-demand' }];
  yield ['PUT /products/:product/platforms', '/products/probe/platforms', { platforms: ['linux-x64'] }];
  const draft = { version: '2.0.0', channel: 'stable', draft: true, files };
  yield ['POST /products/:product/releases', '/products/probe/releases', draft];
  yield ['GET /products/:product', '/products/probe'];
  yield ['GET /products/:product/releases/:version', release];
  yield ['PUT /products/:product/releases/:version/notes', `${release}/notes`, { notes: '# New' }];
  yield [
    'POST /products/:product/releases/:version/state',
    `${release}/state`,
    { state: 'published', reason },
  ];
  yield ['GET /products/:product/releases/:version/customers', `${release}/customers?list=stopped`];
}

async function* ofMachines(room: RunningRoom): AsyncGenerator<OperationRequest> {
  yield ['GET /nodes', '/nodes'];
  await addSession(room, cut);
  yield ['GET /sessions', '/sessions?account=acme'];
  yield ['POST /sessions/:session/cut', `/sessions/${cut}/cut`, { reason }];
  const ban = { network: '198.51.100.7', durationMs: 3_600_000, reason };
  yield ['POST /bans', '/bans', ban];
  yield ['GET /bans', '/bans'];
  yield ['POST /bans/lift', '/bans/lift', { network: '198.51.100.7', reason }];
}

async function* ofStaff({ services }: RunningRoom): AsyncGenerator<OperationRequest> {
  const hook = { url: 'https://hooks.example.com/consign', events: ['alert.raised'] };
  yield ['POST /webhooks', '/webhooks', hook];
  yield ['GET /webhooks', '/webhooks'];
  const id = (await services.context.store.read.webhooks.all())[0]?.id ?? '';
  const replay = { since: '2026-01-01T00:00:00Z', undeliveredOnly: true };
  yield ['POST /webhooks/:webhook/replay', `/webhooks/${id}/replay`, replay];
  yield ['POST /webhooks/:webhook/test', `/webhooks/${id}/test`, {}];
  yield ['GET /webhooks/:webhook/failures', `/webhooks/${id}/failures`];
  yield ['DELETE /webhooks/:webhook', `/webhooks/${id}`];
  yield ['POST /staff', '/staff', { name: 'bob', displayName: 'Bob', role: 'support' }];
  yield ['GET /staff', '/staff'];
  yield ['POST /staff/:name/role', '/staff/bob/role', { role: 'auditor', reason }];
  yield ['POST /staff/:name/second-factor/reset', '/staff/bob/second-factor/reset', { reason }];
  yield ['POST /staff/:name/access', '/staff/bob/access', { ended: true, reason }];
}

function* ofEntitlements(entitlement: string, ending: string): Generator<OperationRequest> {
  const own = `/entitlements/${entitlement}`;
  const grant = { product: 'tool', versions: '1.x', notAfter: later };
  yield ['GET /accounts/:account/entitlements', '/accounts/acme/entitlements?inForce=true'];
  yield ['POST /accounts/:account/entitlements/preview', '/accounts/acme/entitlements/preview', grant];
  yield ['POST /accounts/:account/entitlements', '/accounts/acme/entitlements', { ...grant, reason }];
  yield ['GET /entitlements/:entitlement', own];
  const suppose = { kind: 'grant', versions: '2.x', notAfter: later };
  const question = { account: 'acme', product: 'tool', at: later, suppose };
  yield ['POST /why', '/why', question];
  const table = `change,account,product,versions,reason\ngrant,acme,tool,*,${reason}`;
  yield ['POST /entitlements/bulk', '/entitlements/bulk', { table, dryRun: false }];
  const until = { notAfter: null };
  yield ['POST /entitlements/:entitlement/extension/preview', `${ending}/extension/preview`, until];
  yield ['POST /entitlements/:entitlement/extension', `${ending}/extension`, { ...until, reason }];
  yield ['GET /entitlements/:entitlement/revocation/preview', `${own}/revocation/preview`];
  yield ['POST /entitlements/:entitlement/revocation', `${own}/revocation`, { reason }];
}

/** Of empty files, which arrive without a piece; pieces have a test of their own. */
async function* ofUploads({ services }: RunningRoom): AsyncGenerator<OperationRequest> {
  const nothing = createHash('sha256').digest('hex');
  const file = { product: 'probe', version: '3.0.0', channel: 'stable', sizeBytes: 0, sha256: nothing };
  yield ['POST /uploads', '/uploads', { ...file, name: 'given-up.bin' }];
  yield ['GET /uploads', '/uploads'];
  const own = await services.context.store.read.originals.uploadsOf('staff:operator-ann');
  yield ['GET /uploads/:upload', `/uploads/${own[0]?.id}`];
  yield ['DELETE /uploads/:upload', `/uploads/${own[0]?.id}`];
  yield ['POST /uploads', '/uploads', { ...file, name: 'empty.bin', platform: 'linux-x64' }];
  const [last] = await services.context.store.read.originals.uploadsOf('staff:operator-ann');
  yield ['POST /uploads/:upload/finish', `/uploads/${last?.id}/finish`, {}];
}
