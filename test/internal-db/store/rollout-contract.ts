// What every engine must do with rollouts, pins, and what the watcher looks for. Called by the engines' tests.
import type { Test } from 'tap';
import { newRecordId } from '#internal-db/record-id.ts';
import type { CountedWaves, PinRecord, RolloutRecord } from '#internal-db/store/rollouts.ts';
import { noteBeat, noteVersion, putSmallFleet } from '../fleet/support/small-fleet.ts';
import { seedStore, type OpenStore } from './store-contract.ts';

const rolloutOf = (
  productId: string,
  change: Partial<RolloutRecord> = {},
): Omit<RolloutRecord, 'number'> => ({
  id: newRecordId('rol'),
  productId,
  version: '2.0.0',
  kind: 'update',
  state: 'running',
  targets: { groups: ['pilots'], tags: [] },
  waves: [{ percent: 100, soakMs: 1000 }],
  windows: [{ weekdays: [1], fromMinute: 0, toMinute: 60 }],
  thresholds: { failedPercentMax: 5, missingPercentMax: 10, countMin: 3 },
  slotOffset: 7,
  waveCount: 0,
  openPercent: 0,
  waveOpenedAtMs: null,
  waveSettledAtMs: null,
  previousVersion: null,
  reason: 'why',
  createdBy: 'test',
  createdAtMs: 5,
  stateReason: 'why',
  stateSinceMs: 5,
  ...change,
});

/** Tests them. */
export function testRolloutContract(t: Test, open: OpenStore): void {
  t.test('rollouts come back as they were put, the newest first', async (t) => {
    const store = await open(t.testdir({}));
    t.teardown(() => store.close());
    const { product } = await seedStore(store);
    const [first, second] = [
      rolloutOf(product.id),
      rolloutOf(product.id, { state: 'paused', version: '3.0.0' }),
    ];
    await store.transaction(async ({ rollouts }) => {
      await rollouts.insert(first);
      await rollouts.insert(second);
    });
    const { rollouts } = store.read;
    const [one, two] = [
      { ...first, number: 1 },
      { ...second, number: 2 },
    ];
    const all = { productId: null, belowNumber: null, limit: 10 };
    t.same(await rollouts.list(all), [two, one]);
    t.same(await rollouts.list({ ...all, limit: 1 }), [two]);
    t.same(await rollouts.list({ ...all, belowNumber: two.number }), [one]);
    t.same(await rollouts.list({ ...all, productId: product.id, belowNumber: one.number }), []);
    t.same(await rollouts.list({ ...all, productId: 'prd_other' }), []);
    t.same(await rollouts.openOf(product.id), [two, one]);
    t.same(await rollouts.inState('running'), [one]);
    t.match(await rollouts.rulesOf(product.id), [
      { id: second.id, number: 2 },
      { targets: { groups: ['pilots'] } },
    ]);
    const progress = {
      state: 'completed' as const,
      waveCount: 1,
      openPercent: 100,
      waveOpenedAtMs: 10,
      waveSettledAtMs: 20,
      stateReason: 'done',
      stateSinceMs: 30,
    };
    await store.transaction((transaction) => transaction.rollouts.setProgress(first.id, progress));
    t.same(await rollouts.byId(first.id), { ...one, ...progress });
    t.same(await rollouts.openOf(product.id), [two]);
  });

  t.test('a pin takes the place of an older one, and goes', async (t) => {
    const store = await open(t.testdir({}));
    t.teardown(() => store.close());
    const { product } = await seedStore(store);
    const scope = { productId: product.id, scope: 'tag' as const, subject: 'lab' };
    const pin = { ...scope, version: '1.0.0', reason: 'why', pinnedBy: 'test', pinnedAtMs: 5 };
    const newer = { ...pin, version: '1.1.0', pinnedAtMs: 6 };
    await store.transaction(async ({ rollouts }) => {
      await rollouts.putPin(pin);
      await rollouts.putPin(newer);
    });
    t.same(await store.read.rollouts.pins(null, 10), [newer]);
    t.same(await store.read.rollouts.pinsOf(product.id), [{ ...scope, version: '1.1.0' }]);
    t.equal(await store.transaction(({ rollouts }) => rollouts.removePin(scope)), true);
    t.equal(await store.transaction(({ rollouts }) => rollouts.removePin(scope)), false);
  });

  t.test('pins are listed page by page, each once, also those of one moment', async (t) => {
    const store = await open(t.testdir({}));
    t.teardown(() => store.close());
    const { product } = await seedStore(store);
    const subjects = ['a', 'b', 'c', 'Ä', 'z_1'];
    await store.transaction(async ({ rollouts }) => {
      for (const scope of ['group', 'tag'] as const)
        for (const subject of subjects)
          await rollouts.putPin({
            productId: product.id,
            scope,
            subject,
            version: '1.0.0',
            reason: 'why',
            pinnedBy: 'test',
            pinnedAtMs: subject === 'a' ? 6 : 5,
          });
    });
    const all = await store.read.rollouts.pins(null, 100);
    t.equal(all.length, 2 * subjects.length);
    const paged: PinRecord[] = [];
    for (let page = await store.read.rollouts.pins(null, 3); page.length > 0;) {
      paged.push(...page);
      page = await store.read.rollouts.pins(page.at(-1) ?? null, 3);
    }
    t.same(paged, all);
    t.same(
      all.slice(0, 2).map(({ subject }) => subject),
      ['a', 'a'],
      'the newest first',
    );
  });

  t.test('a rollout counts those that it has reached, each where it stands', async (t) => {
    const store = await open(t.testdir({}));
    t.teardown(() => store.close());
    const { acme, product } = await seedStore(store);
    const productId = product.id;
    const { uids } = await putSmallFleet(store, { accountId: acme.id, productId, count: 10 });
    const [has = '', failed = '', silent = '', asked = '', quarantined = ''] = uids;
    const sent = { productId, version: '2.0.0', atMs: 100 };
    await noteVersion(store, has, { ...sent, confirmed: true });
    for (const uid of [failed, silent]) await noteVersion(store, uid, { ...sent, confirmed: false });
    const outcome = { productId, outcome: 'failed' as const, outcomeVersion: '2.0.0', outcomeCode: 'exit' };
    await store.transaction(async ({ beats, appliances, fleetWatch }) => {
      await beats.putOutcome(failed, { ...outcome, outcomeAtMs: 110 });
      await fleetWatch.markMissing(silent, { beforeMs: 200, atMs: 200 });
      await appliances.setState(quarantined, { state: 'quarantined', reason: 'cloned', atMs: 100 });
      await appliances.setGroup(asked, 'pilots');
      await appliances.setTags(asked, ['lab', 'loud']);
    });
    await noteBeat(store, asked, 150);
    const waves: CountedWaves = {
      productId,
      version: '2.0.0',
      targets: { groups: [], tags: [] },
      slotOffset: 0,
      openPercent: 100,
      sinceMs: 120,
      untilMs: 180,
      troubleSinceMs: 0,
    };
    const count = (change: Partial<CountedWaves>) => store.read.rollouts.count({ ...waves, ...change });
    const all = { reached: 9, sent: 3, installed: 1, failed: 1, missing: 1, pending: 5 };
    t.same(await count({}), all);
    t.match(await count({ openPercent: 30 }), { reached: 3, sent: 3, pending: 0 });
    t.match(
      await count({ openPercent: 30, slotOffset: 9500 }),
      { reached: 3, installed: 0 },
      'slots go round',
    );
    t.match(
      await count({ troubleSinceMs: 201 }),
      { failed: 0, missing: 0, sent: 3 },
      'it was let go on since',
    );
    t.match(await count({ openPercent: 0 }), { reached: 0, installed: 0 });
    t.match(await count({ untilMs: 140 }), { pending: 6 }, 'who has just beaten may be about to ask');
    t.match(await count({ targets: { groups: ['pilots', 'x'], tags: [] } }), { reached: 1 });
    t.match(await count({ targets: { groups: ['default'], tags: ['lab'] } }), { reached: 0 });
    t.match(await count({ targets: { groups: [], tags: ['lab', 'loud'] } }), { reached: 1 });
    t.match(await count({ productId: 'prd_other' }), { reached: 0 });
    t.same(await store.read.rollouts.troubledAccounts(waves, 3), [{ account: 'acme', applianceCount: 2 }]);
    t.same(await store.read.rollouts.troubledAccounts({ ...waves, troubleSinceMs: 201 }, 3), []);
  });

  t.test('who is silent is found once, by site, until it is heard again', async (t) => {
    const store = await open(t.testdir({}));
    t.teardown(() => store.close());
    const { acme, product } = await seedStore(store);
    const { uids } = await putSmallFleet(store, { accountId: acme.id, productId: product.id, count: 4 });
    const [first = '', second = '', third = '', fourth = ''] = uids;
    await noteBeat(store, first, 100);
    await noteBeat(store, second, 300);
    await store.transaction(({ appliances }) =>
      appliances.setState(fourth, { state: 'retired', reason: 'old', atMs: 1 }),
    );
    const { fleetWatch } = store.read;
    t.same(
      (await fleetWatch.silentSince(200, 10)).toSorted(),
      [first, third].toSorted(),
      'also who never beat',
    );
    t.same(await fleetWatch.silentSince(1, 10), [], 'it was enrolled since');
    const mark = (uid: string) =>
      store.transaction((transaction) =>
        transaction.fleetWatch.markMissing(uid, { beforeMs: 200, atMs: 400 }),
      );
    t.same(
      [await mark(first), await mark(first), await mark(second), await mark(third)],
      [true, false, false, true],
    );
    t.same(await fleetWatch.silentSince(200, 10), []);
    const site = { account: 'acme', site: 'here', missingCount: 1, sinceMs: 400 };
    t.same(await fleetWatch.missingSites(10), [{ ...site, site: null }, site]);
    await noteBeat(store, first, 500);
    t.same(await fleetWatch.missingSites(10), [{ ...site, site: null }]);
  });
}
