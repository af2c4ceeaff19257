// The agent's cycle against a centre in this process: what it installs, in which order, what it says of it, and what it refuses.
import t from 'tap';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { CentreClock } from '#appliance/cycle/centre-clock.ts';
import { runCycle } from '#appliance/cycle/run-cycle.ts';
import { untilNext } from '#appliance/cycle/agent-loop.ts';
import { parseDevicePath } from '#commlink/fleet/fleet-names.ts';
import { agentPlaces, allowFiles, enrolAgent, readCurrent } from './enrolled-agent.ts';
import { FakeCentre } from './fake-centre.ts';
import { fileOffer, packageOffer } from './offers.ts';

async function setUp(t: Tap, options: Parameters<typeof enrolAgent>[2] = {}) {
  const centre = await FakeCentre.start(t);
  const places = agentPlaces(t);
  const agent = await enrolAgent(centre, places, options);
  return { centre, places, agent };
}
type Tap = { readonly teardown: (done: () => void) => void };

t.test('a first installation, an update, and nothing to do', async (t) => {
  const { centre, places, agent } = await setUp(t);
  const reload = ['/bin/sh', '-c', 'echo reloaded >> "$CONSIGN_ROOT/log"'];
  centre.offers = [
    await packageOffer({
      version: '1.0.0',
      manifest: { configures: [{ path: parseDevicePath('/etc/motd'), reload }] },
      files: {
        'bin/press': { text: 'one', mode: 0o755 },
        'conf/press.conf': { text: 'placeholder', isPlaceholder: true },
      },
      install:
        'echo "$CONSIGN_ACTION $CONSIGN_VERSION from \\"$CONSIGN_OTHER_VERSION\\"" >> "$CONSIGN_ROOT/log"; echo done',
    }),
    fileOffer('press.conf', 'speed=1', { product: 'press', path: 'conf/press.conf' }),
    fileOffer('motd', 'hello', { path: '/etc/motd', reload }),
  ];
  await runCycle(agent, 'start');
  t.equal(readCurrent(places, 'bin/press'), 'one');
  t.equal(statSync(join(places.state, 'packages/press/current/bin/press')).mode & 0o777, 0o755);
  t.equal(
    readCurrent(places, 'conf/press.conf'),
    'speed=1',
    'the configuration is in the placeholder’s place',
  );
  t.equal(readFileSync(join(places.root, 'etc/motd'), 'utf8'), 'hello');
  t.equal(statSync(join(places.root, 'etc/motd')).mode & 0o777, 0o640);
  t.equal(readFileSync(join(places.root, 'log'), 'utf8'), 'install 1.0.0 from ""\nreloaded\n');
  t.match(
    centre.beats.map(({ cause }) => cause),
    ['start', 'installed'],
  );
  const told = centre.beats[1];
  t.match(told?.results, [
    { outcome: 'installed', version: '1.0.0' },
    { outcome: 'installed' },
    { outcome: 'installed' },
  ]);
  t.match(told?.results[0], { exitCode: 0, output: 'done\n' }, 'with what the install program said');
  t.match(told?.installed, [{ product: 'press', version: '1.0.0' }]);
  t.equal(told?.files.length, 2);
  t.match(told?.downloads, { source: 'near' });
  t.ok(existsSync(join(places.state, 'catalog.cur')));
  t.notOk(existsSync(join(places.state, 'catalog.new')));
  t.same(readdirSync(join(places.state, 'staging')), [], 'nothing is left lying about');

  centre.requests.length = 0;
  await runCycle(agent, 'cycle');
  t.same(centre.requests, ['POST /fleet/v1/beats'], 'what has not changed costs one request');

  const [, conf, motd] = centre.offers;
  centre.offers = [
    await packageOffer({
      version: '1.1.0',
      files: {
        'bin/press': { text: 'two' },
        'conf/press.conf': { text: 'another placeholder', isPlaceholder: true },
      },
    }),
    ...[conf, motd].flatMap((offer) => offer ?? []),
  ];
  await runCycle(agent, 'cycle');
  t.equal(readCurrent(places, 'bin/press'), 'two');
  t.equal(readCurrent(places, 'conf/press.conf'), 'speed=1', 'the configuration came along');
  t.same(
    centre.beats.at(-1)?.results.map(({ path }) => path),
    ['press/1.1.0/press.cpk'],
    'the files were there already',
  );
  t.ok(
    centre.beats.every(({ counter }, index) => counter === (centre.beats[0]?.counter ?? 0) + index),
    'the counter counts',
  );
});

t.test('what fails is taken back, told, and tried again three times', async (t) => {
  const rows: [string, Parameters<typeof packageOffer>[0], string][] = [
    ['exit code', { version: '2.0.0', files: {}, install: 'echo broken; exit 3' }, 'install_exit_code'],
    [
      'hangs',
      { version: '2.0.0', files: {}, install: 'sleep 600', limits: { timeoutMs: 300 } },
      'install_stopped_timeout',
    ],
    ['check', { version: '2.0.0', files: {}, install: 'true', check: 'exit 1' }, 'check_exit_code'],
    ['is no program', { version: '2.0.0', files: {}, install: 'exec /nowhere' }, 'install_exit_code'],
  ];
  for (const [title, wanted, code] of rows) {
    const { centre, places, agent } = await setUp(t);
    const log = 'echo "$CONSIGN_ACTION $CONSIGN_VERSION" >> "$CONSIGN_ROOT/log"';
    const old = await packageOffer({ version: '1.0.0', files: { a: { text: 'old' } }, install: log });
    centre.offers = [old];
    await runCycle(agent, 'start');
    centre.offers = [await packageOffer(wanted)];
    await runCycle(agent, 'cycle');
    t.equal(readCurrent(places, 'a'), 'old', `${title}: the old version is in force`);
    t.match(centre.beats.at(-1)?.results, [{ outcome: 'rolled_back', code, version: '2.0.0' }], title);
    t.match(centre.beats.at(-1)?.installed, [{ version: '1.0.0' }]);
    t.equal(
      readFileSync(join(places.root, 'log'), 'utf8'),
      'install 1.0.0\nrollback 1.0.0\n',
      `${title}: put right by its program`,
    );
    for (let more = 0; more < 4; more += 1) await runCycle(agent, 'cycle');
    const tries = centre.beats
      .flatMap(({ results }) => results)
      .filter(({ outcome }) => outcome === 'rolled_back').length;
    t.equal(tries, 3, `${title}: three times`);
    t.match(agent.journal.content.problems, [{ code: 'given_up' }]);
    centre.offers = [await packageOffer({ version: '2.0.1', files: { a: { text: 'mended' } } })];
    await runCycle(agent, 'cycle');
    t.equal(readCurrent(places, 'a'), 'mended', `${title}: another catalog is another beginning`);
  }
});

t.test('bad packages and bad names are refused, and the old version stays', async (t) => {
  const { centre, places, agent } = await setUp(t);
  centre.offers = [await packageOffer({ version: '1.0.0', files: { a: { text: 'old' } } })];
  await runCycle(agent, 'start');
  const good = await packageOffer({ version: '2.0.0', files: { a: { text: 'new' } } });
  const other = await packageOffer({ version: '9.9.9', files: { a: { text: 'new' } } });
  const damaged = Buffer.from(good.bytes);
  damaged[damaged.length - 20] = (damaged[damaged.length - 20] ?? 0) ^ 1;
  const rows: [string, Parameters<typeof Object.assign>[0]][] = [
    ['changed before it was signed', { bytes: damaged }],
    ['cut off', { bytes: good.bytes.subarray(0, -30) }],
    ['sealed with another key', { key: other.key }],
    ['another version than its path says', { bytes: other.bytes, key: other.key }],
    ['no package at all', { bytes: Buffer.from('#!/bin/sh\nrm -rf /\n') }],
  ];
  for (const [title, bent] of rows) {
    centre.offers = [{ ...good, ...bent }];
    await runCycle(agent, 'cycle');
    t.match(centre.beats.at(-1)?.results, [{ outcome: 'refused', code: 'bad_package' }], title);
    t.equal(readCurrent(places, 'a'), 'old', title);
  }
  symlinkSync('/tmp', join(places.root, 'etc/outside'));
  mkdirSync(join(places.root, 'etc/folder'));
  allowFiles(places, { path: '/etc/outside/x' }, { path: '/etc/folder' });
  for (const path of ['/etc/outside/x', '/etc/folder']) {
    centre.offers = [fileOffer('x', 'x', { path })];
    await runCycle(agent, 'cycle');
    t.match(agent.journal.content.problems, [{ code: 'bad_path' }], path);
    await runCycle(agent, 'cycle');
    t.match(centre.beats.at(-1)?.problems, [{ code: 'bad_path' }], 'and told');
  }
  t.notOk(existsSync('/tmp/x'));
  const escaping: [string, object][] = [
    ['a name upwards', { path: '/etc/../../x' }],
    ['a name that is not absolute', { path: 'x' }],
    ['a file for another’s folder', { product: '../press', path: 'a' }],
  ];
  for (const [title, custom] of escaping) {
    centre.offers = [fileOffer('y', 'y', custom)];
    await runCycle(agent, 'cycle');
    t.match(agent.journal.content.problems.at(-1), { code: 'bad_catalog' }, title);
  }
});

t.test('catalogs that are not to be followed', async (t) => {
  const { centre, places, agent } = await setUp(t);
  centre.offers = [await packageOffer({ version: '1.0.0', files: { a: { text: 'old' } } })];
  await runCycle(agent, 'start');
  const old = await centre.bundle();
  centre.offers = [await packageOffer({ version: '2.0.0', files: { a: { text: 'new' } } })];
  const rows: [string, string, () => void, () => void][] = [
    [
      'somebody else’s',
      'not_for_us',
      () => void (centre.subject = { uid: 'apl_ABCDEFGHIJKLMNOPQRSTUV' }),
      () => void (centre.subject = {}),
    ],
    [
      'an older one',
      'bad_catalog',
      () => void (centre.bend = () => old),
      () => void (centre.bend = (bundle) => bundle),
    ],
    [
      'without a signature',
      'bad_catalog',
      () =>
        void (centre.bend = (bundle) => ({
          ...bundle,
          director: { ...bundle.director, targets: bundle.director.targets.replace('2.0.0', '3.0.0') },
        })),
      () => void (centre.bend = (bundle) => bundle),
    ],
  ];
  for (const [title, code, bend, straighten] of rows) {
    bend();
    await runCycle(agent, 'cycle');
    t.match(agent.journal.content.problems.at(-1), { code }, title);
    t.equal(readCurrent(places, 'a'), 'old', title);
    straighten();
  }
  await runCycle(agent, 'cycle');
  t.equal(readCurrent(places, 'a'), 'new', 'a good one is followed after all of it');
});

t.test('the time is the centre’s, however wrong the machine’s clock is', async (t) => {
  for (const machineMs of [0, Date.now() + 10 * 365 * 86_400_000]) {
    const { centre, places, agent } = await setUp(t, { clock: new CentreClock(() => machineMs) });
    centre.offers = [await packageOffer({ version: '1.0.0', files: { a: { text: 'a' } } })];
    await runCycle(agent, 'start');
    t.equal(readCurrent(places, 'a'), 'a', `at ${machineMs}`);
    t.match(centre.beats[1]?.problems, [{ code: 'clock_wrong' }]);
    // Three days later by the centre, with the catalog of today.
    const stale = await centre.bundle();
    centre.aheadMs = 3 * 86_400_000;
    centre.bend = () => stale;
    await runCycle(agent, 'cycle');
    t.match(
      agent.journal.content.problems.at(-1),
      { code: 'bad_catalog', about: /expired/ },
      'a catalog expires by the centre’s time',
    );
    t.equal(readCurrent(places, 'a'), 'a');
  }
});

t.test('a rotated key is followed, an answer of somebody else is not', async (t) => {
  const { centre, places, agent } = await setUp(t);
  centre.offers = [await packageOffer({ version: '1.0.0', files: { a: { text: 'a' } } })];
  await runCycle(agent, 'start');
  centre.director.rotate('timestamp', Date.now());
  centre.offers = [await packageOffer({ version: '1.1.0', files: { a: { text: 'b' } } })];
  await runCycle(agent, 'cycle');
  t.equal(readCurrent(places, 'a'), 'b');
  const stranger = await FakeCentre.start(t);
  Object.assign(centre.director, { keys: stranger.director.keys });
  centre.offers = [await packageOffer({ version: '1.2.0', files: { a: { text: 'c' } } })];
  await runCycle(agent, 'cycle');
  t.match(agent.journal.content.problems.at(-1), { code: 'centre_invalid' });
  t.equal(readCurrent(places, 'a'), 'b');
});

t.test('a centre that is gone for a day changes nothing', async (t) => {
  const { centre, places, agent } = await setUp(t);
  centre.offers = [await packageOffer({ version: '1.0.0', files: { a: { text: 'a' } } })];
  await runCycle(agent, 'start');
  centre.isDown = true;
  for (let cycle = 0; cycle < 5; cycle += 1) t.equal(await runCycle(agent, 'cycle'), null);
  t.equal(readCurrent(places, 'a'), 'a');
  centre.isDown = false;
  centre.aheadMs = 2 * 86_400_000;
  centre.offers = [await packageOffer({ version: '1.1.0', files: { a: { text: 'b' } } })];
  await runCycle(agent, 'cycle');
  t.equal(readCurrent(places, 'a'), 'b');
  t.match(centre.beats.at(-2)?.problems, [{ code: 'centre_unreachable' }], 'and is told of once');
});

t.test('orders: quarantined changes nothing, a restore brings back what was destroyed', async (t) => {
  const { centre, places, agent } = await setUp(t);
  centre.offers = [
    await packageOffer({ version: '1.0.0', files: { a: { text: 'a' }, b: { text: 'b' } } }),
    fileOffer('motd', 'hello', { path: '/etc/motd' }),
  ];
  allowFiles(places, { path: '/etc/motd' });
  centre.order = 'quarantined';
  await runCycle(agent, 'start');
  t.equal(readCurrent(places, 'a'), null);
  centre.order = null;
  await runCycle(agent, 'cycle');
  writeFileSync(join(places.state, 'packages/press/current/a'), 'X');
  writeFileSync(join(places.root, 'etc/motd'), 'X');
  await runCycle(agent, 'cycle');
  t.equal(readCurrent(places, 'a'), 'X', 'a change by hand is left alone');
  centre.order = 'restore';
  await runCycle(agent, 'cycle');
  t.equal(readCurrent(places, 'a'), 'a');
  t.equal(readFileSync(join(places.root, 'etc/motd'), 'utf8'), 'hello');
  centre.order = null;
  rmSync(join(places.state, 'packages'), { recursive: true });
  await runCycle(agent, 'cycle');
  t.equal(readCurrent(places, 'a'), 'a', 'what is missing comes back by itself');
});

t.test('packages wait for what they need, and for the window', async (t) => {
  const { centre, places, agent } = await setUp(t);
  const needing = await packageOffer({
    product: 'alpha',
    version: '1.0.0',
    files: { a: { text: 'a' } },
    manifest: { requires: [{ product: 'press', range: '>=2' }] },
  });
  centre.offers = [needing, await packageOffer({ version: '1.0.0', files: { a: { text: '1' } } })];
  await runCycle(agent, 'start');
  t.equal(readCurrent(places, 'a', 'alpha'), null);
  t.match(centre.beats.at(-1)?.problems, [{ code: 'unmet_dependency' }]);
  const unmet = { path: needing.path, code: 'unmet_dependency' };
  const lacks = { ...unmet, about: 'It needs press >=2, and 1.0.0 is installed.' };
  t.same(centre.beats.at(-1)?.waiting, [lacks]);
  const beatCount = centre.beats.length;
  await runCycle(agent, 'cycle');
  t.equal(centre.beats.length, beatCount + 1, 'what has not changed needs no second beat');
  t.same(centre.beats.at(-1)?.waiting, [lacks], 'and is said in each');
  t.match(centre.beats.at(-1)?.problems, [{ code: 'unmet_dependency' }], 'as a problem, too');
  const now = new Date();
  const minute = now.getUTCHours() * 60 + now.getUTCMinutes();
  const weekdays = [1, 2, 3, 4, 5, 6, 7];
  centre.offers = [needing, await packageOffer({ version: '2.0.0', files: { a: { text: '2' } } })];
  centre.subject = {
    windows: [{ weekdays, fromMinute: (minute + 60) % 1440, toMinute: (minute + 120) % 1440 }],
  };
  await runCycle(agent, 'cycle');
  t.equal(readCurrent(places, 'a'), '1', 'it is not the time');
  t.same(
    centre.beats.at(-1)?.waiting.map(({ code }) => code),
    ['outside_window', 'outside_window'],
  );
  t.equal(centre.beats.at(-1)?.cause, 'cycle', 'nothing is installed');
  centre.subject = {
    windows: [{ weekdays, fromMinute: (minute + 1380) % 1440, toMinute: (minute + 60) % 1440 }],
  };
  await runCycle(agent, 'cycle');
  t.equal(readCurrent(places, 'a'), '2');
  t.equal(readCurrent(places, 'a', 'alpha'), 'a', 'in one cycle, in the right order');
  t.same(centre.beats.at(-1)?.waiting, []);
  centre.offers = [
    await packageOffer({ version: '4.0.0', files: { a: { text: '4' } }, manifest: { from: '>=3 <4' } }),
  ];
  await runCycle(agent, 'cycle');
  t.equal(readCurrent(places, 'a'), '2', 'an intermediate version is asked for');
  t.match(centre.beats.at(-1)?.waiting, [{ about: 'It follows >=3 <4, and 2.0.0 is installed.' }]);
  centre.offers = [];
  await runCycle(agent, 'cycle');
  t.same(centre.beats.at(-1)?.waiting, [], 'nothing is to come');
});

t.test('plug-ins join the beat', async (t) => {
  const { centre, places, agent } = await setUp(t);
  const plugin = (name: string, script: string, mode = 0o755): void => {
    writeFileSync(join(places.state, 'plugins', name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(places.state, 'plugins', name), mode);
  };
  plugin('initial/10-load', 'echo "phase $CONSIGN_PHASE"; echo \'{"pages": 12}\'');
  plugin('initial/20-fails', 'echo no >&2; exit 4');
  plugin('initial/30-foreign', 'echo never', 0o777);
  plugin('initial/40-plain', 'echo never', 0o644);
  plugin('post/10-after', 'echo after');
  await runCycle(agent, 'start');
  t.match(centre.beats[0]?.plugins, [
    { name: '10-load', phase: 'initial', exitCode: 0, output: 'phase initial', data: '{"pages":12}' },
    { name: '20-fails', exitCode: 4, output: 'no\n' },
    { name: '30-foreign', exitCode: null, output: /not run/ },
    { name: '40-plain', exitCode: null, output: /executable/ },
  ]);
  await runCycle(agent, 'cycle');
  plugin(`initial/50-${'n'.repeat(240)}`, 'true');
  await runCycle(agent, 'cycle');
  t.match(
    centre.beats.at(-1)?.problems,
    [{ code: 'state_damaged' }],
    'what no beat can carry does not end the beats',
  );
  t.match(centre.beats[1]?.plugins[0], { name: '10-after', phase: 'post', output: 'after\n' });
});

t.test('beats come at the place in the interval that the uid decides', async (t) => {
  const first = untilNext({ uid: 'apl_a', intervalMs: 909_000, nowMs: 1_000_000_000 });
  t.ok(first > 0 && first <= 909_000);
  t.equal(untilNext({ uid: 'apl_a', intervalMs: 909_000, nowMs: 1_000_000_000 + first }), 909_000);
  t.not(first, untilNext({ uid: 'apl_b', intervalMs: 909_000, nowMs: 1_000_000_000 }));
});
