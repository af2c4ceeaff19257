// The watcher's look, against a running internal-db and its database: who has missed a beat is found after a whole cycle, not before,
// and no more when it beats; rollouts go on by what it counts.
import t from 'tap';
import { pausedWatchMs } from '#internal-db/watcher/limits.ts';
import { openReader } from '#internal-db/store/open-reader.ts';
import { FleetWatch, type WatchedCentre } from '#internal-db/watcher/watch-fleet.ts';
import { seedRoom, startRoom, type RunningRoom } from '../support/running-room.ts';
import { noteBeat, putSmallFleet } from './support/small-fleet.ts';

const cycleMs = 60_000;
const graceMs = 5_000;

/** The watcher with a clock of the test's, which internal-db is told of by `terms` alone. */
async function startWatch(t: Parameters<typeof startRoom>[0]) {
  const room = await startRoom(t, [], {
    fleet: { beatIntervalMs: cycleMs, missingGraceMs: graceMs, appliancesPerAccountMax: 100 },
  });
  const { admin, cluster, services } = room;
  const reader = await openReader({ engine: 'sqlite' }, cluster.config.databaseFile);
  t.teardown(() => reader.close());
  const time = { nowMs: services.context.clock.nowMs() };
  const centre: WatchedCentre = {
    terms: async () => ({ ...(await admin.call('fleetWatch.terms', {})), ...time }),
    missing: (found) => admin.call('fleetWatch.missing', found),
    counted: (found) => admin.call('fleetWatch.counted', found),
  };
  return { room, time, watch: new FleetWatch(reader.read, centre) };
}

const missingCount = async ({ services }: RunningRoom): Promise<number> => {
  const sites = await services.context.store.read.fleetWatch.missingSites(10);
  return sites.reduce((sum, site) => sum + site.missingCount, 0);
};

t.test('a missed cycle and the grace are told; not in the watcher’s own first cycle', async (t) => {
  const { room, time, watch } = await startWatch(t);
  await seedRoom(room);
  const { store } = room.services.context;
  const account = await store.read.accounts.byName('acme');
  const product = await store.read.catalog.productByName('tool');
  const owner = { accountId: account?.id ?? '', productId: product?.id ?? '', count: 6 };
  const { uids } = await putSmallFleet(store, owner);
  const startMs = time.nowMs;
  await watch.look();
  time.nowMs = startMs + cycleMs;
  await watch.look();
  t.equal(
    await missingCount(room),
    0,
    'nobody has beaten for ages, but it has watched for no longer than this',
  );
  const [late = '', ...others] = uids;
  for (const uid of others) await noteBeat(store, uid, startMs + cycleMs);
  time.nowMs = startMs + cycleMs + graceMs;
  t.ok((await watch.look()) > 0);
  t.equal(await missingCount(room), 1);
  t.match(await store.read.beats.events(late, 5), [{ kind: 'missing' }]);
  await noteBeat(store, late, time.nowMs);
  t.equal(await missingCount(room), 0, 'the next beat clears it');
  await watch.look();
  t.equal(await missingCount(room), 0);
  time.nowMs += cycleMs + graceMs + pausedWatchMs;
  await watch.look();
  t.equal(await missingCount(room), 0, 'it stood still itself, and begins anew');
});

t.test('nobody is missed in the first cycle of internal-db', async (t) => {
  const { room, time, watch } = await startWatch(t);
  await seedRoom(room);
  const { store } = room.services.context;
  const account = await store.read.accounts.byName('acme');
  const product = await store.read.catalog.productByName('tool');
  await putSmallFleet(store, { accountId: account?.id ?? '', productId: product?.id ?? '', count: 2 });
  const { takesBeatsSinceMs } = await room.admin.call('fleetWatch.terms', {});
  for (const before of [cycleMs, 0]) {
    time.nowMs = takesBeatsSinceMs - before;
    await watch.look();
  }
  time.nowMs = takesBeatsSinceMs + cycleMs + graceMs - 1;
  await watch.look();
  t.equal(await missingCount(room), 0);
  time.nowMs += 1;
  await watch.look();
  t.equal(await missingCount(room), 2);
});
