// Where files are kept, as internal-db decides it: what each node is told to hold, deliveries that are recorded before their node has
// the file, and what becomes of them when it has, when it loses it, and when they are ended meanwhile.
import { createHash, randomBytes } from 'node:crypto';
import t from 'tap';
import { RpcError } from '#commlink/rpc-error.ts';
import { StagedArrivals } from '#internal-db/artifacts/staged-arrivals.ts';
import type { PlacementText } from '#commlink/artifacts/placement.ts';
import { waitFor } from '../../rig/running-consign.ts';
import { seedRoom, signIn, startRoom, type RunningRoom } from '../support/running-room.ts';
import { TestFtpNode } from '../support/test-cluster.ts';

const actor = 'cli:jo';
const content = randomBytes(1000);
const sha256 = createHash('sha256').update(content).digest('hex');
const sizeBytes = content.length;

/** A kept file of `tool` 2.0.0, and a customer who may have it. */
async function keepFile(room: RunningRoom, placement: PlacementText | null) {
  const { admin } = room;
  const { password } = await seedRoom(room);
  await admin.call('product.setPlacement', { actor, product: 'tool', placement });
  const { upload } = await admin.call('upload.begin', { actor, name: 'a.bin', sizeBytes, sha256 });
  const piece = content.toString('base64url');
  await admin.call('upload.append', { actor, upload, offsetBytes: 0, piece });
  await admin.call('upload.finish', { actor, upload });
  const files = [{ name: 'a.bin', sizeBytes, sha256, platform: null, mediaType: 'a/b' }];
  const release = { product: 'tool', version: '2.0.0', channel: 'stable', draft: false, files };
  await admin.call('release.publish', { actor, ...release });
  const session = await signIn(room, password);
  const wish = { session, product: 'tool', version: '2.0.0', file: 'a.bin', address: '127.0.0.1' };
  return { session, wish };
}

async function orderedNow({ services, cluster: { node } }: RunningRoom) {
  node.holdings.length = 0;
  await services.context.artifacts.holdings.send();
  return node.holdings.at(-1)?.artifacts ?? [];
}

async function report(
  { cluster: { node }, webFront }: RunningRoom,
  event: Parameters<typeof node.report>[0],
) {
  await webFront.call('node.report', { node: node.keys.id, reports: [node.report(event)] });
}

type Wish = Awaited<ReturnType<typeof keepFile>>['wish'] & { readonly insteadOf?: string[] };

async function request(room: RunningRoom, wish: Wish) {
  const answer = await room.webFront.call('delivery.request', wish);
  if (!answer.valid || !answer.allowed) throw new Error('the delivery was not allowed');
  return answer;
}

const held = { type: 'artifact.held', sha256, pinned: false } as const;

t.test('a file that nobody has is fetched for a delivery, which is staged when it has come', async (t) => {
  const room = await startRoom(t);
  const { node } = room.cluster;
  const { session, wish } = await keepFile(room, 'on-demand');
  t.same(await orderedNow(room), [], 'nobody wants it yet');
  const { grant, delivery } = await request(room, wish);
  t.equal(grant, null);
  t.match(delivery, { state: 'requested', arrivedBytes: 0, node: 'ftp1' });
  node.arriving = [{ sha256, sizeBytes, arrivedBytes: 400 }];
  t.same(await orderedNow(room), [{ sha256, sizeBytes, purpose: 'delivery' }]);
  const describe = async () => {
    const ids = { session, deliveries: [delivery.id] };
    const answer = await room.webFront.call('delivery.describe', ids);
    return answer.valid ? answer.deliveries[0]?.delivery : null;
  };
  t.match(await describe(), { state: 'requested', arrivedBytes: 400 }, 'whoever looks sees how far it is');

  node.reachable = false;
  await report(room, held);
  await room.services.context.artifacts.arrivals.stage();
  t.match(await describe(), { state: 'requested', arrivedBytes: 400 }, 'the node is away');
  node.reachable = true;
  await room.services.context.artifacts.arrivals.stage();
  t.match(node.grants, [{ delivery: delivery.id, sha256 }]);
  await room.services.context.artifacts.arrivals.stage();
  t.equal(node.grants.length, 1, 'once');
  await report(room, { type: 'delivery.staged', delivery: delivery.id });
  t.match(await describe(), { state: 'staged', arrivedBytes: null });
  t.type((await request(room, wish)).grant, 'string', 'the next one is staged at once');
  t.same(await orderedNow(room), [], 'and it stays in the cache');
});

t.test('what was revoked, or could not be staged, is not staged when its file has come', async (t) => {
  const room = await startRoom(t);
  const { node } = room.cluster;
  const { session, wish } = await keepFile(room, 'on-demand');
  const first = await request(room, wish);
  const second = await request(room, wish);
  await room.webFront.call('delivery.cancel', { session, delivery: first.delivery.id });
  node.stagingFailure = { staged: false, failure: 'disk_full', explanation: 'The disk is full.' };
  await report(room, held);
  await room.services.context.artifacts.arrivals.stage();
  node.stagingFailure = null;
  await room.services.context.artifacts.arrivals.stage();
  t.same(node.grants, []);
  const { deliveries } = await room.admin.call('delivery.list', { account: 'acme', state: null, limit: 5 });
  const states = Object.fromEntries(deliveries.map(({ id, state }) => [id, state]));
  t.same(states, { [first.delivery.id]: 'cancelled', [second.delivery.id]: 'failed' });
});

t.test(
  'a placement is ordered, changed in place, and ordered again when the node has lost the file',
  async (t) => {
    const room = await startRoom(t);
    const { admin } = room;
    const { wish } = await keepFile(room, null);
    const placed = [{ sha256, sizeBytes, purpose: 'placement' }];
    t.same(await orderedNow(room), placed, 'the settings say everywhere');
    await report(room, { ...held, pinned: true });
    t.same(await orderedNow(room), []);
    await admin.call('product.setPlacement', { actor, product: 'tool', placement: 'nodes:elsewhere' });
    t.same(await orderedNow(room), [{ sha256, sizeBytes, purpose: 'cache' }], 'may be dropped');
    await t.rejects(request(room, wish), { code: 'unavailable' }, 'delivered by no other node');
    await report(room, held);
    t.same(await orderedNow(room), []);
    await admin.call('product.setPlacement', { actor, product: 'tool', placement: 'nodes:ftp1' });
    t.same(await orderedNow(room), placed);
    await report(room, { ...held, pinned: true });
    await report(room, { type: 'artifact.lost', sha256, why: 'damaged' });
    t.same(await orderedNow(room), placed);
    await report(room, { type: 'artifact.lost', sha256, why: 'missing' });
    await report(room, { ...held, pinned: true });
    await report(room, { type: 'artifact.lost', sha256, why: 'damaged' });
    const { store, clock } = room.services.context;
    t.match(await store.read.audit.last(), { actor: 'node:ftp1', action: 'artifact.lost', subject: 'ftp1' });
    const lost = {
      action: 'artifact.lost',
      actor: null,
      firstWord: null,
      fromMs: null,
      toMs: null,
    };
    t.match(await store.read.audit.search(lost, { before: null, limit: 5 }), { length: 1 }, 'once');
    t.same(await store.read.artifactLosses.lossesSince(clock.nowMs() - 60_000), [
      { nodeName: 'ftp1', count: 1 },
    ]);
    await report(room, { ...held, pinned: true });
    await report(room, { type: 'artifact.lost', sha256, why: 'dropped' });
    t.match(
      await store.read.audit.search(lost, { before: null, limit: 5 }),
      { length: 1 },
      'as it should be',
    );
    await t.rejects(admin.call('product.setPlacement', { actor, product: 'nothing', placement: 'all' }), {
      code: 'not_found',
    });
  },
);

t.test('the number of an order grows, whatever the clock of the internal-db says', async (t) => {
  const room = await startRoom(t);
  const { node } = room.cluster;
  await keepFile(room, 'all');
  const { context } = room.services;
  const ahead = context.clock.nowMs() + 600_000;
  await context.store.transaction(({ settings }) => settings.put('holding_order_number', String(ahead)));
  await orderedNow(room);
  const first = node.holdings.at(-1)?.issuedAtMs ?? 0;
  t.ok(first > ahead, 'another one, whose clock was ahead, has numbered the last');
  await orderedNow(room);
  t.ok((node.holdings.at(-1)?.issuedAtMs ?? 0) > first);
});

t.test('a node that does not answer holds up no other one', async (t) => {
  const room = await startRoom(t, ['ftp2']);
  const { node } = room.cluster;
  const { wish } = await keepFile(room, 'on-demand');
  const { context } = room.services;
  const first = await request(room, wish);
  const second = await request(room, { ...wish, insteadOf: [first.delivery.id] });
  const third = await request(room, wish);
  t.same([second.delivery.node, third.delivery.node], ['ftp2', 'ftp1']);
  const silent = new TestFtpNode(room.cluster.made.keys('ftp2'), node.internalDb);
  const answers = Promise.withResolvers<void>();
  const asked: string[] = [];
  const endpoints = { https: null, ftp: null, sftp: null };
  // A web-front that reaches both nodes, one of which hangs.
  const relay = {
    stage: async ({ node: id }: { node: string }) => {
      asked.push(id);
      if (id === silent.keys.id) {
        await answers.promise;
        throw new RpcError('deadline', 'It has not answered.');
      }
      return { staged: true as const, path: 'tool/2.0.0/a.bin', endpoints };
    },
  };
  const arrivals = new StagedArrivals({ ...context, relay });
  for (const id of [silent.keys.id, node.keys.id])
    await context.store.transaction(({ originals }) =>
      originals.noteHeld(id, { sha256, isPinned: false, atMs: context.clock.nowMs() }),
    );
  const round = arrivals.stage();
  const waiting = async (id: string) => (await context.store.read.deliveries.arrivedAt(id, 10)).length;
  await waitFor('the other node', async () => (await waiting(node.keys.id)) === 0, 60_000);
  t.equal(await waiting(silent.keys.id), 1);
  const secondRound = arrivals.stage();
  answers.resolve();
  await Promise.all([round, secondRound]);
  t.same(asked.filter((id) => id === silent.keys.id).length, 1, 'it is not asked again while it is asked');
  await arrivals.stage();
  t.same(asked.filter((id) => id === silent.keys.id).length, 2, 'but afterwards');
});

t.test('what is asked for often enough is placed at every node', async (t) => {
  const room = await startRoom(t);
  const { wish } = await keepFile(room, 'popular:2/30');
  await request(room, wish);
  t.match(await orderedNow(room), [{ purpose: 'delivery' }]);
  await report(room, held);
  t.same(await orderedNow(room), []);
  await request(room, wish);
  // Counted once a minute for each placement.
  await room.admin.call('product.setPlacement', { actor, product: 'tool', placement: 'popular:2/31' });
  t.same(await orderedNow(room), [{ sha256, sizeBytes, purpose: 'placement' }]);
});
