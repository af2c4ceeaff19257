// What ends deliveries, and that its orders reach the nodes: at once, later, and after a restart.
import t from 'tap';
import { createLogger } from '#commlink/log.ts';
import { setAccountState } from '#internal-db/admin/account-administration.ts';
import { expireRecords } from '#internal-db/expire-records.ts';
import { startOn, demoFile, plainGrant, seedRoom, signIn, startRoom } from '../support/running-room.ts';
import { createTestCluster } from '../support/test-cluster.ts';
import { connectUnix } from '#commlink/unix-socket.ts';
import { adminMethods } from '#commlink/methods/admin-methods.ts';

const setUp = async (t: Parameters<typeof startRoom>[0]) => {
  const room = await startRoom(t);
  const seeded = await seedRoom(room);
  const session = await signIn(room, seeded.password);
  const requested = await room.webFront.call('delivery.request', {
    session,
    ...demoFile,
    address: '127.0.0.1',
  });
  if (!requested.valid || !requested.allowed) throw new Error('not allowed');
  const { delivery } = requested;
  const stateOf = async () => (await room.services.context.store.read.deliveries.byId(delivery.id))?.state;
  return { ...room, ...seeded, session, delivery, node: room.cluster.node, stateOf };
};

t.test('a revocation ends only what nothing else allows', async (t) => {
  const { admin, entitlement, node, stateOf } = await setUp(t);
  const second = await admin.call('entitlement.grant', { ...plainGrant, account: 'acme', product: 'tool' });
  const first = await admin.call('entitlement.revoke', { actor: 'test', entitlement, reason: 'replaced' });
  t.same(first.endedDeliveries, []);
  t.equal(await stateOf(), 'requested');
  const last = { actor: 'test', entitlement: second.entitlement.id, reason: 'unpaid' };
  t.equal((await admin.call('entitlement.revoke', last)).endedDeliveries.length, 1);
  t.equal(node.orders.length, 1);
  await t.rejects(admin.call('entitlement.revoke', last), { code: 'conflict' });
  const unknown = { ...last, entitlement: `ent_${'A'.repeat(22)}` };
  await t.rejects(admin.call('entitlement.revoke', unknown), { code: 'not_found' });
});

t.test('withdrawal, suspension and cancellation end deliveries too', async (t) => {
  t.test('withdrawal', async (t) => {
    const { admin, stateOf, node, session, webFront } = await setUp(t);
    const change = { actor: 'test', product: 'tool', version: '1.0.0', reason: 'broken' };
    await admin.call('release.setState', { ...change, state: 'withdrawn' });
    t.equal(await stateOf(), 'revoked');
    t.equal(node.orders.length, 1);
    t.match(await webFront.call('catalog.products', { session, after: null, limit: 10 }), {
      products: [{ newest: null }],
    });
    await admin.call('release.setState', { ...change, state: 'published' });
    t.match(await webFront.call('catalog.products', { session, after: null, limit: 10 }), {
      products: [{ name: 'tool' }],
    });
  });
  t.test('suspension', async (t) => {
    const { services, stateOf, node } = await setUp(t);
    const change = { actor: 'test', account: 'acme', state: 'suspended', reason: 'unpaid' } as const;
    t.match(await setAccountState(services.context, change), { cutTransferCount: 1, pendingNodes: [] });
    t.equal(await stateOf(), 'revoked');
    t.equal(node.orders.length, 1);
  });
  t.test('cancellation', async (t) => {
    const { webFront, session, delivery, stateOf, node } = await setUp(t);
    const cancel = () => webFront.call('delivery.cancel', { session, delivery: delivery.id });
    t.same(await cancel(), { valid: true, cancelled: true });
    t.same(await cancel(), { valid: true, cancelled: false });
    t.equal(await stateOf(), 'cancelled');
    t.match(node.orders, [{ deliveries: [{ reason: 'cancelled' }] }]);
  });
});

t.test('another account can neither see nor cancel a delivery', async (t) => {
  const { admin, webFront, delivery, stateOf } = await setUp(t);
  const password = 'other password';
  await admin.call('account.create', { actor: 'test', name: 'other', displayName: 'Other' });
  const user = { actor: 'test', account: 'other', name: 'eve', displayName: 'Eve', password };
  await admin.call('user.create', user);
  const opened = await webFront.call('session.open', { username: 'eve', password, address: '127.0.0.1' });
  if (!opened.opened) throw new Error('not signed in');
  const { session } = opened;
  t.same(await webFront.call('delivery.describe', { session, deliveries: [delivery.id] }), {
    valid: true,
    deliveries: [],
  });
  t.match(await webFront.call('delivery.cancel', { session, delivery: delivery.id }), { cancelled: false });
  t.equal(await stateOf(), 'requested');
  for (const wanted of [demoFile, { ...demoFile, version: '7.7.7' }, { ...demoFile, product: 'nothing' }]) {
    const answer = await webFront.call('delivery.request', { session, ...wanted, address: '127.0.0.1' });
    t.match(answer, { allowed: false, reason: 'not_entitled' }, 'names can not be probed');
  }
});

t.test('a node that is away gets its order when it is back', async (t) => {
  const { admin, entitlement, node } = await setUp(t);
  node.reachable = false;
  const revoked = await admin.call('entitlement.revoke', { actor: 'test', entitlement, reason: 'unpaid' });
  t.match(revoked, { cutTransferCount: 0, pendingNodes: ['ftp1'] });
  t.equal((await admin.call('status', {})).pendingOrders, 1);
  node.reachable = true;
  const deadlineMs = Date.now() + 10_000;
  while (node.orders.length === 0 && Date.now() < deadlineMs) await new Promise((r) => setTimeout(r, 50));
  t.equal(node.orders.length, 1);
});

t.test('an order that was not delivered survives a restart', async (t) => {
  const cluster = await createTestCluster();
  t.teardown(() => cluster.remove());
  const log = createLogger('internal-db', 'silent');
  const start = async () => {
    const { services } = await startOn(cluster);
    const peer = { role: 'internal-db', name: 'db1', id: 'db1' } as const;
    const admin = await connectUnix({ path: cluster.config.adminSocket, peer, called: adminMethods, log });
    const webFront = await cluster.openWebFront();
    const stop = async () => {
      admin.close();
      await webFront.commlink.close();
      await services.stop();
    };
    return { services, admin, webFront, stop };
  };
  const before = await start();
  const { entitlement } = await seedRoom(before);
  await before.webFront.call('session.describe', { session: 'nobody' });
  const order = { actor: 'test', account: 'acme', ...demoFile, lifetimeMs: null };
  t.match(await before.admin.call('delivery.stage', order), { staged: true });
  cluster.node.reachable = false;
  await before.admin.call('entitlement.revoke', { actor: 'test', entitlement, reason: 'unpaid' });
  await before.stop();
  cluster.node.reachable = true;
  const after = await start();
  t.teardown(() => after.stop());
  const deadlineMs = Date.now() + 10_000;
  while (cluster.node.orders.length === 0 && Date.now() < deadlineMs)
    await new Promise((r) => setTimeout(r, 50));
  t.match(cluster.node.orders, [{ deliveries: [{ reason: 'revoked' }] }]);
});

t.test('overdue deliveries expire', async (t) => {
  const { services, admin, webFront, session, stateOf } = await setUp(t);
  const { context } = services;
  const later = { ...context.clock, nowMs: () => Date.now() + 3_600_001 };
  await expireRecords({ store: context.store, clock: later });
  t.equal(await stateOf(), 'expired');
  t.same(await webFront.call('session.describe', { session }), { valid: false }, 'so do sessions');
  t.equal((await admin.call('status', {})).counts.sessions, 0);
});

t.test('a delivery never outlives its entitlement', async (t) => {
  const { admin, entitlement, webFront, session } = await setUp(t);
  await admin.call('entitlement.revoke', { actor: 'test', entitlement, reason: 'replaced' });
  const notAfterMs = Date.now() + 60_000;
  await admin.call('entitlement.grant', { ...plainGrant, account: 'acme', product: 'tool', notAfterMs });
  const requested = await webFront.call('delivery.request', { session, ...demoFile, address: '127.0.0.1' });
  t.match(requested, { allowed: true, delivery: { expiresAtMs: notAfterMs } });
});
