// A node is lost: what is live there is staged at another one under the same id and login, and every order, statement and report
// about it counts at both.
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { DeliveryMover } from '#internal-db/deliveries/move-deliveries.ts';
import { newRecordId } from '#internal-db/record-id.ts';
import { newestAudit } from '../support/newest-audit.ts';
import { demoFile, seedRoom, signIn, startRoom } from '../support/running-room.ts';
import { TestFtpNode } from '../support/test-cluster.ts';

const lostAfterMs = 1000;

/** A delivery that is live at ftp2, which no web-front reaches; ftp1 is there. */
const setUp = async (
  t: Parameters<typeof startRoom>[0],
  moveDeliveriesAfterMs: number | null = lostAfterMs,
) => {
  const room = await startRoom(t, ['ftp2'], { moveDeliveriesAfterMs });
  const { password } = await seedRoom(room);
  const session = await signIn(room, password);
  const { context } = room.services;
  const mover = new DeliveryMover(context);
  const request = async (insteadOf: string[]) => {
    const wish = { session, ...demoFile, address: '127.0.0.1', insteadOf };
    const requested = await room.webFront.call('delivery.request', wish);
    if (!requested.valid || !requested.allowed) throw new Error('not allowed');
    return requested;
  };
  const first = await request([]);
  const { delivery, credentials } = await request([first.delivery.id]);
  await context.orders.settle();
  const record = async () => context.store.read.deliveries.byId(delivery.id);
  const { cluster } = room;
  const lost = new TestFtpNode(cluster.made.keys('ftp2'), cluster.node.internalDb);
  return { room, session, mover, delivery, credentials, record, lost, node: cluster.node };
};

t.test('a delivery of a lost node is staged at another one, with the same login', async (t) => {
  const { room, mover, delivery, credentials, record, node } = await setUp(t);
  t.equal(delivery.node, 'ftp2');
  await delay(lostAfterMs + 100);
  await mover.move();
  t.match(await record(), { nodeName: 'ftp1', state: 'staged', login: credentials.login });
  const grant = node.grants.at(-1);
  t.match(grant, { delivery: delivery.id, node: node.keys.id, account: 'acme', file: 'tool.bin' });
  const { sealed } = await node.sealLogin({ username: credentials.login, password: credentials.password });
  const { answer } = await room.webFront.call('login.decide', { node: node.keys.id, sealed });
  t.match(node.verify('login-answer', answer).verdict, { allowed: true, account: 'acme' });
  t.match(await newestAudit(room.services.context.store.read, 'delivery.move'), {
    actor: 'internal-db',
    detail: { delivery: delivery.id, from: 'ftp2', to: 'ftp1' },
  });
  const before = node.grants.length;
  await mover.move();
  t.equal(node.grants.length, before, 'once');
});

t.test('nothing moves before its time', async (t) => {
  const { mover, record } = await setUp(t, 600_000);
  await mover.move();
  t.equal((await record())?.nodeName, 'ftp2');
});

t.test('where deliveries are live is known node by node', async (t) => {
  const { room, lost, node } = await setUp(t, null);
  const { places } = room.services.context.store.read;
  const named = (await places.nodesWithLive()).map(({ nodeId, nodeName }) => [nodeName, nodeId]);
  t.same(named, [['ftp2', lost.keys.id]], 'the first one has ended');
  t.same([await places.liveCountAt(lost.keys.id), await places.liveCountAt(node.keys.id)], [1, 0]);
  const staged = { actor: 'test', account: 'acme', ...demoFile, lifetimeMs: null };
  await room.admin.call('delivery.stage', staged);
  await room.admin.call('delivery.stage', staged);
  const both = (await places.nodesWithLive()).map(({ nodeName }) => nodeName);
  t.same(both.toSorted(), ['ftp1', 'ftp2']);
  t.equal(await places.liveCountAt(node.keys.id), 2);
});

t.test('a node that comes back keeps what was moved away, and its downloads count', async (t) => {
  const { room, mover, delivery, record, lost } = await setUp(t);
  await delay(lostAfterMs + 100);
  await mover.move();
  const ask = { node: lost.keys.id, statement: lost.statement([delivery.id]) };
  t.same(await room.webFront.call('node.reconcile', ask), { order: null });
  const send = (event: Parameters<TestFtpNode['report']>[0]) =>
    room.webFront.call('node.report', { node: lost.keys.id, reports: [lost.report(event)] });
  await send({ type: 'delivery.ended', delivery: delivery.id, reason: 'cancelled' });
  t.match(await record(), { state: 'staged' }, 'it ends at the lost node alone');
  await send({
    type: 'download',
    download: newRecordId('dlv'),
    delivery: delivery.id,
    account: 'acme',
    path: 'tool/1.0.0/tool.bin',
    protocol: 'https',
    address: '127.0.0.1',
    principal: `delivery:${delivery.id}`,
    offsetBytes: 0,
    sentBytes: 5,
    sizeBytes: 5,
    startedAtMs: 1,
    endedAtMs: 2,
    outcome: 'complete',
  });
  const downloads = await room.services.context.store.read.downloads.ofDelivery(delivery.id, 10);
  t.match(downloads, [{ outcome: 'complete' }]);
});

t.test('where no other node has the file, one fetches it first', async (t) => {
  const { room, mover, delivery, record, lost, node } = await setUp(t);
  const { store, clock } = room.services.context;
  const { sha256 } = (await record()) ?? { sha256: '' };
  // It is kept as an original, and the lost node alone has fetched it.
  await store.transaction(async ({ originals }) => {
    await originals.put({ sha256, sizeBytes: 5, keptAtMs: clock.nowMs() });
    await originals.noteHeld(lost.keys.id, { sha256, isPinned: false, atMs: clock.nowMs() });
  });
  await delay(lostAfterMs + 100);
  const before = node.grants.length;
  await mover.move();
  t.match(await record(), { nodeName: 'ftp1', state: 'requested', arrivedBytes: 0 });
  t.equal(node.grants.length, before, 'nothing is staged before it has come');
  t.match(
    await store.read.places.ofDeliveries([delivery.id]),
    [{ nodeName: 'ftp2' }],
    'both are told of its end',
  );
  await mover.move();
  t.match(await record(), { nodeName: 'ftp1', arrivedBytes: 0 }, 'and it stays on its way');
  const held = node.report({ type: 'artifact.held', sha256, pinned: false });
  await room.webFront.call('node.report', { node: node.keys.id, reports: [held] });
  await room.services.context.artifacts.arrivals.stage();
  t.match(node.grants.at(-1), { delivery: delivery.id, node: node.keys.id });
});

t.test('who ends it ends it at both nodes', async (t) => {
  const { room, session, mover, delivery, lost, node } = await setUp(t);
  await delay(lostAfterMs + 100);
  await mover.move();
  await room.webFront.call('delivery.cancel', { session, delivery: delivery.id });
  t.match(node.orders.at(-1), { deliveries: [{ delivery: delivery.id, reason: 'cancelled' }] });
  const pending = await room.services.context.store.read.nodes.pendingOrders(10);
  t.ok(
    pending.some(
      ({ nodeId, deliveries }) => nodeId === lost.keys.id && deliveries[0]?.delivery === delivery.id,
    ),
  );
  const ask = { node: lost.keys.id, statement: lost.statement([delivery.id]) };
  const { order } = await room.webFront.call('node.reconcile', ask);
  t.match(lost.verify('unstage-order', order ?? ''), { deliveries: [{ reason: 'cancelled' }] });
});

t.test('a node that does not stage gets no delivery, but the order that ends it', async (t) => {
  const { room, session, mover, delivery, record, node } = await setUp(t);
  await delay(lostAfterMs + 100);
  node.stagingFailure = { staged: false, failure: 'disk_full', explanation: 'No room.' };
  await mover.move();
  t.match(await record(), { nodeName: 'ftp2', state: 'requested' });
  await room.webFront.call('delivery.cancel', { session, delivery: delivery.id });
  t.match(node.orders.at(-1), { deliveries: [{ delivery: delivery.id }] });
});

t.test('nothing moves while no other node is reached, nor where it is turned off', async (t) => {
  const alone = await setUp(t);
  await delay(lostAfterMs + 100);
  alone.node.reachable = false;
  alone.room.services.context.directory.find = () => undefined;
  alone.room.services.context.directory.isReachable = () => false;
  alone.room.services.context.directory.reachable = () => [];
  await alone.mover.move();
  t.match(await alone.record(), { nodeName: 'ftp2' });
  const off = await setUp(t, null);
  await delay(lostAfterMs + 100);
  await off.mover.move();
  t.match(await off.record(), { nodeName: 'ftp2' });
});
