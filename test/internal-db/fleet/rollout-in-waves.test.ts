// A version on its way to ten appliances that enrol, beat and fetch their catalogs as agents do, with the watcher's looks in between: by
// a rollout alone, wave by wave; stopped by failures; taken back; and at last completed.
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { readCatalogBundle } from '#commlink/fleet/catalog-bundle.ts';
import { firstTrustedState, type TrustedState } from '#commlink/fleet/tuf/trusted-state.ts';
import { verifyBundle } from '#commlink/fleet/tuf/verify-bundle.ts';
import { findAlerts } from '#internal-db/alerts/find-alerts.ts';
import { gatherFacts } from '#internal-db/alerts/alert-facts.ts';
import { isReached } from '#internal-db/fleet/rollouts/choose-version.ts';
import { newRecordId } from '#internal-db/record-id.ts';
import { openReader } from '#internal-db/store/open-reader.ts';
import { FleetWatch } from '#internal-db/watcher/watch-fleet.ts';
import { seedRoom, startRoom } from '../support/running-room.ts';
import { SignedFleet, TestAppliance } from './support/signed-fleet.ts';

const actor = 'test:operator';
const address = '192.0.2.7';
const reason = 'because';
const beatIntervalMs = 1000;

interface Machine {
  readonly appliance: TestAppliance;
  trusted: TrustedState;
}

const room = await startRoom(t, [], {
  fleet: { beatIntervalMs, missingGraceMs: 600_000, appliancesPerAccountMax: 100 },
});
await seedRoom(room);
const { admin, webFront, cluster, services } = room;
const { store } = services.context;
const fleet = new SignedFleet(admin);
await fleet.setUp();
const reader = await openReader({ engine: 'sqlite' }, cluster.config.databaseFile);
t.teardown(() => reader.close());
const watch = new FleetWatch(reader.read, {
  terms: () => admin.call('fleetWatch.terms', {}),
  missing: (found) => admin.call('fleetWatch.missing', found),
  counted: (found) => admin.call('fleetWatch.counted', found),
});

async function enrolMachines(count: number): Promise<Machine[]> {
  const product = await store.read.catalog.productByName('tool');
  const type = { id: newRecordId('apt'), name: 'box', title: 'Box', channel: 'stable', createdAtMs: 1 };
  await store.transaction(({ fleetTypes }) => fleetTypes.insertType(type, [product?.id ?? '']));
  const wish = {
    actor,
    account: 'acme',
    type: 'box',
    site: null,
    group: null,
    label: '',
    lifetimeMs: 600_000,
  };
  const { codes } = await admin.call('appliance.invite', { ...wish, count });
  const machines: Machine[] = [];
  for (const { code } of codes) {
    const appliance = new TestAppliance();
    const answer = await webFront.call('fleet.enrol', { message: appliance.enrolment(code), address });
    if (!answer.accepted) throw new Error(answer.reason);
    machines.push({ appliance, trusted: firstTrustedState(appliance.take(answer.reply)) });
  }
  return machines;
}

async function beat({ appliance }: Machine, otherwise = {}): Promise<void> {
  const message = appliance.sign('beat', appliance.beat(otherwise));
  const { answers } = await webFront.call('fleet.beats', { beats: [{ message, address }] });
  if (!answers[0]?.accepted) throw new Error(`not taken: ${answers[0]?.reason}`);
}

/** Beats, fetches and verifies its catalog, and installs what that names; resolves with the version. */
async function turn(machine: Machine, outcome: 'installed' | 'failed' = 'installed'): Promise<string | null> {
  await beat(machine);
  const { appliance } = machine;
  const message = appliance.sign('catalog-request', appliance.request());
  const wish = { message, address, known: null, directorRoot: 1, packagesRoot: 1 };
  const answer = await webFront.call('fleet.catalog', wish);
  if (!answer.accepted || answer.bundle === null) throw new Error('no catalog');
  const bundle = readCatalogBundle(answer.bundle);
  const given = { trusted: machine.trusted, bundle, uid: appliance.uid, nowMs: Date.now() };
  const verified = verifyBundle(given);
  machine.trusted = verified.trusted;
  if (!verified.accepted) throw verified.error;
  const [target] = verified.catalog.targets;
  if (target?.custom.kind !== 'package') return null;
  const { product, version } = target.custom;
  const { path, sha256 } = target;
  if (appliance.installed[0]?.version === version) return version;
  if (outcome === 'installed') appliance.installed = [{ product, version, path, sha256 }];
  const result = { path, version, outcome, code: 'exit_code', exitCode: 1, output: '', atMs: Date.now() };
  await beat(machine, { cause: 'installed', results: [result] });
  return version;
}

/** Longer than an appliance that has beaten is waited for to fetch its catalog. */
async function look(): Promise<void> {
  await delay(beatIntervalMs * 0.6);
  await watch.look();
}

const plan = {
  actor,
  product: 'tool',
  groups: [],
  tags: [],
  windows: [],
  failedPercentMax: 5,
  missingPercentMax: 10,
  stopCountMin: 3,
  reason,
};
const whole = { percent: 100, soakMs: 0 };
const half = { percent: 50, soakMs: 0 };

t.test('a version comes to appliances by rollouts alone', async (t) => {
  const machines = await enrolMachines(10);
  const turnAll = async (outcome?: 'failed') => {
    const versions = new Map<string, string | null>();
    for (const machine of machines) versions.set(machine.appliance.uid, await turn(machine, outcome));
    return versions;
  };
  const namedTo = (versions: ReadonlyMap<string, string | null>, version: string): string[] =>
    [...versions].flatMap(([uid, named]) => (named === version ? [uid] : [])).toSorted();
  const slots = new Map<string, number>();
  for (const { appliance } of machines)
    slots.set(appliance.uid, (await store.read.appliances.byUid(appliance.uid))?.slot ?? 0);
  const reachedBy = async (id: string): Promise<string[]> => {
    const rollout = await store.read.rollouts.byId(id);
    return [...slots].flatMap(([uid, slot]) => (rollout && isReached(rollout, slot) ? [uid] : [])).toSorted();
  };
  const status = async (rollout: string) => (await admin.call('rollout.status', { rollout })).rollout;
  const everybody = [...slots.keys()].toSorted();

  await fleet.publish('tool', '1.1.0');
  const first = (await admin.call('rollout.create', { ...plan, version: '1.1.0', waves: [whole] })).rollout
    .id;
  t.same(namedTo(await turnAll(), '1.1.0'), [], 'its wave has not begun');
  await look();
  t.same(namedTo(await turnAll(), '1.1.0'), everybody);
  await look();
  await look();
  t.match(await status(first), { state: 'completed' });

  await fleet.publish('tool', '2.0.0');
  t.same(namedTo(await turnAll(), '2.0.0'), [], 'a release without a rollout comes to nobody');
  const behind = await admin.call('rollout.behind', { product: 'tool', after: null, limit: 100 });
  t.same(new Set(behind.appliances.map(({ why }) => why)), new Set(['no_rollout']));
  const bad = (await admin.call('rollout.create', { ...plan, version: '2.0.0', waves: [half, whole] }))
    .rollout.id;
  await look();
  const pilots = await reachedBy(bad);
  t.same(namedTo(await turnAll('failed'), '2.0.0'), pilots, 'the first wave, and nobody else');
  await look();
  const stopped = await admin.call('rollout.status', { rollout: bad });
  t.match(stopped, { rollout: { state: 'stopped', stateReason: /installations failed \(acme: \d+\)$/ } });
  t.equal(stopped.counts.failed, pilots.length);
  const sources = {
    clusterStatus: () => null,
    certificate: () => room.node.opened.configuration.identity.certificate,
  };
  const facts = await gatherFacts(services.context, {
    ...sources,
    databaseFile: cluster.config.databaseFile,
    databaseEngine: 'sqlite',
    databaseIsFull: () => false,
  });
  t.match(
    findAlerts({ ...facts, audit: null }).filter(({ kind }) => kind === 'rollout_stopped'),
    [{ subject: bad }],
  );
  t.same(namedTo(await turnAll(), '2.0.0'), [], 'nobody is brought further');

  const resumed = { actor, rollout: bad, state: 'running' as const, reason };
  await admin.call('rollout.setState', resumed);
  await look();
  t.match(await status(bad), { state: 'running' }, 'those that failed have another chance');
  t.same(namedTo(await turnAll('failed'), '2.0.0'), pilots);
  await look();
  t.match(await status(bad), { state: 'stopped' }, 'and it stops when they fail again');

  const { rollout: back } = await admin.call('rollout.rollback', {
    actor,
    rollout: bad,
    version: null,
    reason,
  });
  t.match(back, { version: '1.1.0', kind: 'rollback' });
  t.same(namedTo(await turnAll(), '1.1.0'), everybody);
  await look();
  await look();
  t.match(await status(back.id), { state: 'completed' });

  await fleet.publish('tool', '2.0.1');
  const good = (await admin.call('rollout.create', { ...plan, version: '2.0.1', waves: [half, whole] }))
    .rollout.id;
  await look();
  t.same(namedTo(await turnAll(), '2.0.1'), await reachedBy(good));
  const waiting = await admin.call('rollout.behind', { product: 'tool', after: null, limit: 100 });
  t.same(new Set(waiting.appliances.map(({ why }) => why)), new Set(['waiting_wave']));
  for (let looks = 0; looks < 2; looks += 1) await look();
  t.same(namedTo(await turnAll(), '2.0.1'), everybody);
  for (let looks = 0; looks < 2; looks += 1) await look();
  t.match(await status(good), { state: 'completed', openPercent: 100 });
  const none = await admin.call('rollout.behind', { product: 'tool', after: null, limit: 100 });
  t.same(none, { appliances: [], next: null });

  const [pinned = ''] = everybody;
  const pin = { product: 'tool', scope: 'appliance' as const, subject: pinned };
  await admin.call('pin.put', { actor, ...pin, version: '1.1.0', reason });
  t.same(namedTo(await turnAll(), '1.1.0'), [pinned], 'it goes back, and alone');
});
