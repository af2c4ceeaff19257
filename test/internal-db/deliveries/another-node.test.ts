// A node that does not stage: another one is chosen, what may be staged at the first is taken back, and nobody can end
// other deliveries by naming them.
import t from 'tap';
import { demoFile, seedRoom, signIn, startRoom } from '../support/running-room.ts';

const address = '127.0.0.1';

const setUp = async (t: Parameters<typeof startRoom>[0], furtherNodes: readonly string[]) => {
  const room = await startRoom(t, furtherNodes);
  const { password } = await seedRoom(room);
  const session = await signIn(room, password);
  const request = async (insteadOf: string[], by = session) => {
    const wish = { session: by, ...demoFile, address, insteadOf };
    const requested = await room.webFront.call('delivery.request', wish);
    if (!requested.valid || !requested.allowed) throw new Error('not allowed');
    return requested.delivery;
  };
  const stateOf = async (id: string) => (await room.services.context.store.read.deliveries.byId(id))?.state;
  return { room, session, request, stateOf };
};

t.test('each node is asked once; a delivery that was not staged ends, at its node too', async (t) => {
  const { room, request, stateOf } = await setUp(t, ['ftp2']);
  const first = await request([]);
  t.equal(first.node, 'ftp1', 'the one that can be reached');
  const second = await request([first.id]);
  t.equal(second.node, 'ftp2');
  t.equal(await stateOf(first.id), 'failed');
  t.equal(await stateOf(second.id), 'requested');
  await room.services.context.orders.settle();
  t.match(room.cluster.node.orders, [{ deliveries: [{ delivery: first.id, reason: 'cancelled' }] }]);
  await t.rejects(request([first.id, second.id]), { code: 'unavailable' });
  t.equal(await stateOf(second.id), 'requested', 'without another node nothing is changed');
});

t.test('deliveries of another wish or another account neither end nor count', async (t) => {
  const { room, request, stateOf } = await setUp(t, ['ftp2']);
  const { admin } = room;
  const actor = 'test:operator';
  await admin.call('account.create', { actor, name: 'other', displayName: 'Other' });
  const password = 'another correct horse';
  await admin.call('user.create', { actor, account: 'other', name: 'kim', displayName: 'Kim', password });
  const staged = await admin.call('delivery.stage', {
    actor,
    account: 'acme',
    ...demoFile,
    lifetimeMs: 60_000,
  });
  if (!staged.staged) throw new Error('not staged');
  const own = await request([staged.delivery.id]);
  t.equal(own.node, 'ftp1', 'made by somebody else');
  t.equal(await stateOf(staged.delivery.id), 'requested');
  const opened = await room.webFront.call('session.open', { username: 'kim', password, address });
  if (!opened.opened) throw new Error('not signed in');
  const wish = { session: opened.session, ...demoFile, address, insteadOf: [own.id] };
  t.match(await room.webFront.call('delivery.request', wish), { allowed: false });
  t.equal(await stateOf(own.id), 'requested');
});

t.test('the command line tries another node too', async (t) => {
  const { room } = await setUp(t, ['ftp2']);
  room.cluster.node.stagingFailure = { staged: false, failure: 'disk_full', explanation: 'No room.' };
  const order = { actor: 'test:ann', account: 'acme', ...demoFile, lifetimeMs: 60_000 };
  await t.rejects(
    room.admin.call('delivery.stage', order),
    { code: 'unavailable' },
    'nobody reaches the other',
  );
  const { deliveries } = await room.admin.call('delivery.list', { account: 'acme', state: null, limit: 10 });
  t.same(deliveries.map(({ node, state }) => `${node} ${state}`).toSorted(), [
    'ftp1 failed',
    'ftp2 cancelled',
  ]);
});
