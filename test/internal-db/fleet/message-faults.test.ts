// What one appliance sends costs no other one anything: values that a store can't hold, a row that can't be read, a beat that can't be
// written, and floods of what is turned away or worth an event.
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import type { Beat } from '#commlink/fleet/beat.ts';
import { refusalNotesMax, eventsPerDayMax } from '#internal-db/fleet/limits.ts';
import { newRecordId } from '#internal-db/record-id.ts';
import { otherSenders } from '#internal-db/store/fleet-beats.ts';
import type { RunningRoom } from '../support/running-room.ts';
import { actor, address, beat, enrol, makeCode, startFleetRoom } from './support/fleet-room.ts';

type Enrolled = Awaited<ReturnType<typeof enrol>>;

/** The answers to one beat of each, all in one call. */
async function beatTogether({ webFront }: RunningRoom, ...all: readonly Enrolled[]) {
  const beats = all.map(({ appliance }) => ({
    message: appliance.sign('beat', appliance.beat()),
    address,
  }));
  const { answers } = await webFront.call('fleet.beats', { beats });
  return answers.map((answer) => (answer.accepted ? 'taken' : answer.reason));
}

t.test('what no store can hold is not well formed', async (t) => {
  const { room } = await startFleetRoom(t);
  const enrolled = await enrol(room, await makeCode(room));
  const { machine } = enrolled.appliance.beat();
  const refused = async (otherwise: Partial<Beat>) => (await beat(room, enrolled, otherwise)).refused;
  t.equal(await refused({ machine: { ...machine, loadAverage: 2 ** 53 - 1 } }), 'malformed');
  t.equal(await refused({ machine: { ...machine, loadAverage: -1 } }), 'malformed');
  t.equal(await refused({ clockOffsetMs: 9e15 }), 'malformed');
  t.equal(await refused({ bootId: 'a\0b' }), 'malformed');
  t.equal(await refused({ agentVersion: '\0' }), 'malformed');
  t.equal(await refused({ sentAtMs: 2 ** 53 - 1 }), 'malformed');
  t.equal(await refused({}), null);
});

t.test('a row that can’t be read is its own appliance’s trouble', async (t) => {
  const { room, store } = await startFleetRoom(t);
  const [sick, sound] = [
    await enrol(room, await makeCode(room)),
    await enrol(room, await makeCode(room)),
  ] as const;
  const known = await store.read.beats.beatOf(sick.appliance.uid);
  if (!known) throw new Error('there is no row');
  await store.transaction(({ beats }) => beats.putBeat({ ...known, dayLoadMaxPercent: 9e17 }, ''));
  await t.rejects(store.read.beats.beatOf(sick.appliance.uid), 'no JavaScript number holds it');
  t.same(await beatTogether(room, sick, sound), ['fault', 'taken']);
  const wish = { known: null, directorRoot: 1, packagesRoot: 1, address };
  const message = sick.appliance.sign('catalog-request', sick.appliance.request());
  t.same(await room.webFront.call('fleet.catalog', { message, ...wish }), {
    accepted: false,
    reason: 'fault',
  });
  await room.services.context.fleetRefusals.write();
  t.match(await store.read.beats.refusals(null, 9), [
    { kind: 'fault', subject: sick.appliance.uid, refusedCount: 2 },
  ]);
});

t.test('a beat that can’t be written undoes nobody else’s', async (t) => {
  const { room, store } = await startFleetRoom(t);
  const all = [];
  for (let count = 0; count < 3; count += 1) all.push(await enrol(room, await makeCode(room)));
  const [first, sick, last] = all as [Enrolled, Enrolled, Enrolled];
  const database = new DatabaseSync(room.cluster.config.databaseFile);
  t.teardown(() => database.close());
  database.exec(
    `CREATE TRIGGER sick BEFORE UPDATE ON appliance_beats WHEN NEW.uid = '${sick.appliance.uid}'
     BEGIN SELECT RAISE(ABORT, 'sick'); END`,
  );
  t.same(await beatTogether(room, first, sick, last), ['taken', 'fault', 'taken']);
  for (const { appliance } of [first, last])
    t.match(await store.read.beats.beatOf(appliance.uid), { counter: 1 });
  t.match(await store.read.beats.beatOf(sick.appliance.uid), { counter: 0 });
});

t.test('a flood of names that nobody has fills a few rows', async (t) => {
  const { room, store } = await startFleetRoom(t);
  const { fleetRefusals } = room.services.context;
  for (let count = 0; count < refusalNotesMax + 50; count += 1)
    fleetRefusals.note({ reason: 'unknown', uid: newRecordId('apl'), address });
  for (const end of [1, 2]) fleetRefusals.note({ reason: 'malformed', uid: '', address: `2001:db8::${end}` });
  await fleetRefusals.write();
  const rows = await store.read.beats.refusals(null, 2000);
  t.equal(rows.length, refusalNotesMax + 2, 'and one for the others of each reason');
  t.match(
    rows
      .filter(({ subject }) => subject === otherSenders)
      .toSorted((one, other) => one.kind.localeCompare(other.kind))
      .map(({ kind, refusedCount }) => [kind, refusedCount]),
    [
      ['malformed', 2],
      ['unknown', 50],
    ],
  );
});

t.test('an appliance has so many events a day, of its own products', async (t) => {
  const { room, store, fleet } = await startFleetRoom(t);
  await room.admin.call('product.create', { actor, name: 'secret', title: 'Secret', description: '' });
  await fleet.publish('secret', '1.0.0');
  const enrolled = await enrol(room, await makeCode(room));
  const { uid } = enrolled.appliance;
  const result = {
    version: '1.0.0',
    outcome: 'failed',
    code: 'x',
    exitCode: null,
    output: '',
    atMs: 1,
  } as const;
  const results = Array.from({ length: 32 }, (_none, index) => ({
    ...result,
    path: `${index % 2 ? 'tool' : 'secret'}/1.0.0/a.cpk` as Beat['results'][number]['path'],
    code: `x${index}`,
  }));
  const installed = ['tool', 'secret'].map((product) => ({
    product,
    version: '1.0.0',
    path: `${product}/1.0.0/a.cpk` as Beat['installed'][number]['path'],
    sha256: 'ab'.repeat(32),
  }));
  const files = [{ path: 'files/mine' as Beat['files'][number]['path'], sha256: 'ab'.repeat(32) }];
  for (let count = 0; count < 8; count += 1)
    await beat(room, enrolled, { results, files, installed: count % 2 ? installed : [] });
  const events = await store.read.beats.events(uid, 1000);
  t.equal(events.length, eventsPerDayMax);
  t.equal(events[0]?.kind, 'more');
  t.match(await store.read.beats.productsOf(uid), [
    { product: 'tool', confirmedVersion: '1.0.0', outcome: null },
  ]);
  t.equal(
    (await store.read.beats.productsOf(uid)).length,
    1,
    'nothing of a product that its type does not run',
  );
  t.same(await store.read.beats.filesOf(uid), [], 'nor of a file that it was never sent');
});
