// What a node reports: order, replays, gaps, forgeries, download limits; and the comparison of what it has staged.
import t from 'tap';
import { createNodeKeys } from '#commlink/node-keys.ts';
import type { DocumentBody } from '#commlink/methods/documents.ts';
import { newRecordId } from '#internal-db/record-id.ts';
import { demoFile, plainGrant, seedRoom, signIn, startRoom } from '../support/running-room.ts';
import { TestFtpNode } from '../support/test-cluster.ts';

type DownloadEvent = Extract<DocumentBody<'node-report'>['event'], { type: 'download' }>;

const setUp = async (t: Parameters<typeof startRoom>[0]) => {
  const room = await startRoom(t);
  const { password, entitlement } = await seedRoom(room);
  const session = await signIn(room, password);
  const { webFront, cluster } = room;
  const request = async () => {
    const requested = await webFront.call('delivery.request', { session, ...demoFile, address: '127.0.0.1' });
    if (!requested.valid || !requested.allowed) throw new Error('not allowed');
    return requested.delivery.id;
  };
  const send = async (...reports: string[]) => {
    const { receipt } = await webFront.call('node.report', { node: cluster.node.keys.id, reports });
    return cluster.node.verify('report-receipt', receipt).acceptedSequence;
  };
  const stateOf = async (id: string) => {
    const listed = await webFront.call('delivery.describe', { session, deliveries: [id] });
    return listed.valid ? listed.deliveries[0] : undefined;
  };
  return { room, session, entitlement, node: cluster.node, request, send, stateOf };
};

const download = (delivery: string, changes: Partial<DownloadEvent> = {}): DownloadEvent => ({
  type: 'download',
  download: newRecordId('dlv'),
  delivery,
  account: 'acme',
  path: 'tool/1.0.0/tool.bin',
  protocol: 'ftps',
  address: '127.0.0.1',
  principal: 'user:jo',
  offsetBytes: 0,
  sentBytes: 5,
  sizeBytes: 5,
  startedAtMs: 1,
  endedAtMs: 2,
  outcome: 'complete',
  ...changes,
});

t.test('reports are applied in order, once', async (t) => {
  const { node, request, send, stateOf } = await setUp(t);
  const id = await request();
  const staged = node.report({ type: 'delivery.staged', delivery: id });
  const started = download(id, { sentBytes: 1, endedAtMs: null, outcome: 'running' });
  const running = node.report(started);
  const complete = node.report({ ...started, sentBytes: 5, endedAtMs: 9, outcome: 'complete' });
  t.equal(await send(running, staged), 2, 'whatever their order in the message');
  t.match(await stateOf(id), {
    delivery: { state: 'staged' },
    downloads: [{ outcome: 'running', sentBytes: 1 }],
  });
  t.equal(await send(complete), 3);
  t.equal(await send(staged, running, complete), 3, 'replays are answered, not applied');
  t.match(await stateOf(id), { downloads: [{ outcome: 'complete', sentBytes: 5 }] });
  const ended = node.report({ type: 'delivery.ended', delivery: id, reason: 'expired' });
  t.equal(await send(ended), 4);
  t.match(await stateOf(id), { delivery: { state: 'expired' } });
});

t.test('after a gap nothing is taken until what is missing has come', async (t) => {
  const { node, request, send, stateOf } = await setUp(t);
  const id = await request();
  const first = node.report({ type: 'delivery.staged', delivery: id });
  const second = node.report(download(id));
  const third = node.report({ type: 'delivery.ended', delivery: id, reason: 'cancelled' });
  t.equal(await send(first), 1);
  t.equal(await send(third), 1, 'a relay that drops the second is noticed');
  t.match(await stateOf(id), { delivery: { state: 'staged' }, downloads: [] });
  t.equal(await send(second, third), 3);
  t.match(await stateOf(id), { delivery: { state: 'cancelled' }, downloads: [{ outcome: 'complete' }] });
});

t.test('a failed staging is recorded', async (t) => {
  const { node, request, send, stateOf } = await setUp(t);
  const id = await request();
  await send(node.report({ type: 'delivery.failed', delivery: id, explanation: 'disk full' }));
  t.match(await stateOf(id), { delivery: { state: 'failed' } });
});

t.test('what a node may not say is refused or passed over', async (t) => {
  const { room, node, request, send, stateOf } = await setUp(t);
  const id = await request();
  const stranger = new TestFtpNode(createNodeKeys(), node.internalDb);
  const forged = stranger.report({ type: 'delivery.staged', delivery: id });
  await t.rejects(send(forged), { code: 'refused' }, 'signed by another key');
  const fromStranger = { node: stranger.keys.id, reports: [forged] };
  await t.rejects(room.webFront.call('node.report', fromStranger), { code: 'refused' }, 'an unknown node');
  const other = { account: 'other', download: newRecordId('dlv') };
  t.equal(await send(node.report(download(id, other))), 1, 'for another account: acknowledged');
  t.equal(await send(node.report(download(newRecordId('dlv')))), 2, 'for an unknown delivery: acknowledged');
  t.match(
    await stateOf(id),
    { delivery: { state: 'requested' }, downloads: [] },
    'and nothing of it recorded',
  );
  const statement = { node: node.keys.id, statement: stranger.statement([id]) };
  await t.rejects(room.webFront.call('node.reconcile', statement), { code: 'refused' });
});

t.test('the last download that is included ends what is still staged', async (t) => {
  const { room, session, entitlement, node, request, send, stateOf } = await setUp(t);
  await room.admin.call('entitlement.revoke', { actor: 'test', entitlement, reason: 'replaced' });
  await room.admin.call('entitlement.grant', {
    ...plainGrant,
    account: 'acme',
    product: 'tool',
    downloadsMax: 2,
  });
  const [first, second] = [await request(), await request()];
  await send(node.report(download(first)));
  await send(node.report(download(first, { outcome: 'partial', sentBytes: 2 })));
  t.match(await stateOf(second), { delivery: { state: 'requested' } }, 'partial ones do not count');
  await send(node.report(download(second)));
  t.match(await stateOf(first), { delivery: { state: 'revoked' } });
  t.match(await stateOf(second), { delivery: { state: 'revoked' } });
  const again = { session, ...demoFile, address: '127.0.0.1' };
  t.match(await room.webFront.call('delivery.request', again), { reason: 'download_limit_reached' });
  await room.services.context.orders.settle();
  t.same(
    node.orders.flatMap((order) => order.deliveries.map((one) => one.delivery)).toSorted(),
    [first, second].toSorted(),
  );
});

t.test('a statement is answered with an order for what is not live', async (t) => {
  const { room, session, node, request } = await setUp(t);
  const [live, cancelled] = [await request(), await request()];
  await room.webFront.call('delivery.cancel', { session, delivery: cancelled });
  const unknown = newRecordId('dlv');
  const ask = (deliveries: string[]) => {
    const params = { node: node.keys.id, statement: node.statement(deliveries) };
    return room.webFront.call('node.reconcile', params);
  };
  t.same(await ask([live]), { order: null });
  const { order } = await ask([live, cancelled, unknown]);
  if (order === null) throw new Error('no order');
  t.same(node.verify('unstage-order', order).deliveries, [
    { delivery: cancelled, reason: 'cancelled' },
    { delivery: unknown, reason: 'unknown' },
  ]);
  const many = await ask(Array.from({ length: 400 }, () => newRecordId('dlv')));
  t.ok(many.order, 'a long list gets as many as an order has room for');
});
