// Rollouts by the command line's methods, in a running internal-db: begun, gone on, held up, taken back; pins; the audit log, webhooks'
// events and the fleet's generation.
import t from 'tap';
import { packageMediaType } from '#commlink/fleet/fleet-names.ts';
import type { RolloutCounts } from '#commlink/methods/rollout-admin-methods.ts';
import { readGeneration } from '#internal-db/fleet/fleet-generation.ts';
import { startRoom, type RunningRoom } from '../../support/running-room.ts';

const actor = 'test:ann';
const reason = 'because';
const plan = {
  actor,
  product: 'tool',
  groups: [],
  tags: [],
  waves: [
    { percent: 10, soakMs: 0 },
    { percent: 100, soakMs: 0 },
  ],
  windows: [],
  failedPercentMax: 5,
  missingPercentMax: 10,
  stopCountMin: 3,
  reason,
};
const firstPage = { after: null, limit: 100 };
const none: RolloutCounts = { reached: 0, sent: 0, installed: 0, failed: 0, missing: 0, pending: 0 };

async function publish({ admin }: RunningRoom, version: string, draft = false): Promise<void> {
  const sha256 = version.replaceAll('.', '').padEnd(64, '0');
  const file = { name: 'tool.cpk', sizeBytes: 5, sha256, platform: null, mediaType: packageMediaType };
  await admin.call('release.publish', {
    actor,
    product: 'tool',
    version,
    channel: 'stable',
    draft,
    files: [file],
  });
}

async function startFleet(t: Parameters<typeof startRoom>[0]): Promise<RunningRoom> {
  const room = await startRoom(t);
  await room.admin.call('product.create', { actor, name: 'tool', title: 'Tool', description: '' });
  for (const version of ['1.0.0', '2.0.0']) await publish(room, version);
  return room;
}

t.test('a rollout goes from wave to wave by what was counted, and is completed', async (t) => {
  const room = await startFleet(t);
  const { admin, services } = room;
  const { store } = services.context;
  const before = await readGeneration(store.read);
  const { rollout } = await admin.call('rollout.create', { ...plan, version: '2.0.0' });
  t.match(rollout, {
    state: 'running',
    kind: 'update',
    waveCount: 0,
    openPercent: 0,
    previousVersion: '1.0.0',
  });
  t.ok((await readGeneration(store.read)) > before, 'catalogs are judged again');
  const counted = (waveCount: number) =>
    admin.call('fleetWatch.counted', { rollout: rollout.id, waveCount, counts: none, troubled: [] });
  const steps = [];
  for (const waveCount of [0, 0, 1, 1, 2, 2, 2]) steps.push(await counted(waveCount));
  t.same(
    steps.map(({ state, waveCount }) => `${state} ${waveCount}`),
    ['running 1', 'running 1', 'running 1', 'running 2', 'running 2', 'completed 2', 'completed 2'],
    'opened, an old count, settled, opened, settled, completed',
  );
  const { entries } = await admin.call('audit.list', { afterSequence: 0, limit: 100 });
  t.same(
    entries.filter(({ action }) => action.startsWith('rollout.')).map(({ action }) => action),
    ['rollout.create', 'rollout.wave', 'rollout.wave', 'rollout.complete'],
  );
});

t.test('it is paused, resumed and aborted, each from where that can be', async (t) => {
  const { admin } = await startFleet(t);
  const { rollout } = await admin.call('rollout.create', { ...plan, version: '2.0.0' });
  const set = (state: 'running' | 'paused' | 'aborted') =>
    admin.call('rollout.setState', { actor, rollout: rollout.id, state, reason });
  await t.rejects(set('running'), { code: 'refused' });
  t.match(await set('paused'), { rollout: { state: 'paused', stateReason: reason } });
  const counted = { rollout: rollout.id, waveCount: 0, counts: none, troubled: [] };
  t.match(
    await admin.call('fleetWatch.counted', counted),
    { state: 'paused', waveCount: 0 },
    'it stands still',
  );
  t.match(await set('running'), { rollout: { state: 'running' } });
  t.match(await set('aborted'), { rollout: { state: 'aborted' } });
  await t.rejects(set('running'), { code: 'refused' });
});

t.test('it stops by itself, and then goes back as a newer rollout', async (t) => {
  const { admin } = await startFleet(t);
  const { rollout } = await admin.call('rollout.create', { ...plan, version: '2.0.0' });
  await admin.call('fleetWatch.counted', { rollout: rollout.id, waveCount: 0, counts: none, troubled: [] });
  const counts = { ...none, reached: 10, sent: 10, failed: 4, installed: 2 };
  const troubled = [{ account: 'acme', applianceCount: 4 }];
  const stopped = await admin.call('fleetWatch.counted', {
    rollout: rollout.id,
    waveCount: 1,
    counts,
    troubled,
  });
  t.equal(stopped.state, 'stopped');
  t.match((await admin.call('rollout.status', { rollout: rollout.id })).rollout, {
    stateReason: '4 of 6 installations failed (acme: 4)',
  });
  const back = await admin.call('rollout.rollback', { actor, rollout: rollout.id, version: null, reason });
  t.match(back.rollout, { kind: 'rollback', version: '1.0.0', openPercent: 100, state: 'running' });
  t.match((await admin.call('rollout.status', { rollout: rollout.id })).rollout, {
    state: 'aborted',
    stateReason: /rolled back to 1\.0\.0/,
  });
  const { rollouts } = await admin.call('rollout.list', { product: 'tool', ...firstPage });
  t.same(
    rollouts.map(({ version }) => version),
    ['1.0.0', '2.0.0'],
  );
});

t.test('what can’t be a rollout is refused with what to do', async (t) => {
  const room = await startFleet(t);
  const { admin } = room;
  const create = (change: object) => admin.call('rollout.create', { ...plan, version: '2.0.0', ...change });
  await t.rejects(create({ version: '9.0.0' }), { code: 'not_found' });
  await t.rejects(
    create({ waves: [{ percent: 50, soakMs: 0 }] }),
    { code: 'refused' },
    'the last wave is all',
  );
  const falling = [
    { percent: 50, soakMs: 0 },
    { percent: 40, soakMs: 0 },
    { percent: 100, soakMs: 0 },
  ];
  await t.rejects(create({ waves: falling }), { code: 'refused' });
  await t.rejects(create({ windows: ['every now and then'] }), { code: 'refused' });
  const file = {
    name: 'a.zip',
    sizeBytes: 5,
    sha256: 'f'.repeat(64),
    platform: null,
    mediaType: 'application/zip',
  };
  const plain = { actor, product: 'tool', version: '3.0.0', channel: 'stable', draft: false, files: [file] };
  await admin.call('release.publish', plain);
  await t.rejects(create({ version: '3.0.0' }), { code: 'refused' }, 'no package');
  await create({ groups: ['pilots'] });
  await t.rejects(create({}), { code: 'refused' }, 'another one is open for some of them');
  await create({ groups: ['others'] });
});

t.test('a draft has its rollout before it is published', async (t) => {
  const room = await startFleet(t);
  const { admin } = room;
  await publish(room, '4.0.0', true);
  const { rollout } = await admin.call('rollout.create', { ...plan, version: '4.0.0' });
  const counted = () =>
    admin.call('fleetWatch.counted', { rollout: rollout.id, waveCount: 0, counts: none, troubled: [] });
  t.equal((await counted()).waveCount, 0);
  const release = { actor, product: 'tool', version: '4.0.0', reason };
  await admin.call('release.setState', { ...release, state: 'published' });
  t.equal((await counted()).waveCount, 1);
  await admin.call('release.setState', { ...release, state: 'withdrawn' });
  const last = await admin.call('fleetWatch.counted', {
    rollout: rollout.id,
    waveCount: 1,
    counts: none,
    troubled: [],
  });
  t.equal(last.state, 'stopped', 'withdrawn');
});

t.test('pins are put, listed and removed', async (t) => {
  const { admin } = await startFleet(t);
  const pin = { product: 'tool', scope: 'group' as const, subject: 'hospital' };
  t.match(await admin.call('pin.put', { actor, ...pin, version: '1.0.0', reason }), {
    pin: { pinnedBy: actor },
  });
  t.match(await admin.call('pin.list', firstPage), {
    pins: [{ ...pin, version: '1.0.0', reason }],
    next: null,
  });
  const other = { ...pin, subject: 'school' };
  await admin.call('pin.put', { actor, ...other, version: '1.0.0', reason });
  const begin = await admin.call('pin.list', { after: null, limit: 1 });
  const end = await admin.call('pin.list', { after: begin.next, limit: 1 });
  t.same(
    [...begin.pins, ...end.pins].map(({ subject }) => subject).toSorted(),
    ['hospital', 'school'],
    'page by page',
  );
  t.equal(end.next, null);
  await t.rejects(admin.call('pin.list', { after: 'bm90', limit: 1 }), { code: 'bad_request' });
  await t.rejects(admin.call('pin.put', { actor, ...pin, version: '9.0.0', reason }), { code: 'not_found' });
  const stranger = { ...pin, scope: 'appliance' as const, subject: 'apl_AAAAAAAAAAAAAAAAAAAAAA' };
  await t.rejects(admin.call('pin.put', { actor, ...stranger, version: '1.0.0', reason }), {
    code: 'not_found',
  });
  await admin.call('pin.remove', { actor, ...pin, reason });
  await t.rejects(admin.call('pin.remove', { actor, ...pin, reason }), { code: 'not_found' });
});
