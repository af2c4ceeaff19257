// Whoever signs with the director's online keys places files and runs commands nowhere but where an installed package's manifest, or the
// machine's administrator, allows just that.
import t from 'tap';
import {
  chmodSync,
  chownSync,
  existsSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { runCycle } from '#appliance/cycle/run-cycle.ts';
import { parseDevicePath, parsePackagePath } from '#commlink/fleet/fleet-names.ts';
import { agentPlaces, allowFiles, enrolAgent, readCurrent } from './enrolled-agent.ts';
import { FakeCentre } from './fake-centre.ts';
import { fileOffer, packageOffer } from './offers.ts';

type Tap = { readonly teardown: (done: () => void) => void };

async function setUp(t: Tap) {
  const centre = await FakeCentre.start(t);
  const places = agentPlaces(t);
  const agent = await enrolAgent(centre, places);
  const problem = () => agent.journal.content.problems.at(-1);
  const read = (name: string): string | null => {
    const file = join(places.root, name);
    return existsSync(file) ? readFileSync(file, 'utf8') : null;
  };
  return { centre, places, agent, problem, read };
}

const touch = (name: string): string[] => ['/bin/sh', '-c', `echo ran >> "$CONSIGN_ROOT/${name}"`];

t.test('a file that nobody has listed is refused, and not even fetched', async (t) => {
  const { centre, agent, problem, read } = await setUp(t);
  centre.offers = [fileOffer('cron', '* * * * * root evil', { path: '/etc/crontab', reload: touch('evil') })];
  await runCycle(agent, 'start');
  t.match(problem(), { code: 'not_allowed', about: /files\/cron: No installed package.*\/etc\/crontab/ });
  t.notOk(
    centre.requests.some((line) => line.endsWith('/sources')),
    'it is not asked for',
  );
  await runCycle(agent, 'cycle');
  t.match(centre.beats.at(-1)?.problems, [{ code: 'not_allowed' }], 'the centre hears of it');
  t.equal(read('etc/crontab'), null);
  t.equal(read('evil'), null);
  t.same(agent.journal.content.files, []);
});

t.test('a package that is installed allows a path and a command, exactly', async (t) => {
  const { centre, agent, problem, read } = await setUp(t);
  const configures = [
    { path: parseDevicePath('/etc/press.conf'), reload: touch('reloaded') },
    { path: parseDevicePath('/etc/quiet.conf'), reload: null },
  ];
  const offer = await packageOffer({
    version: '1.0.0',
    files: { a: { text: 'a' } },
    manifest: { configures },
  });
  const rows: [string, object, boolean][] = [
    ['its path with its command', { path: '/etc/press.conf', reload: touch('reloaded') }, true],
    ['its path without a command', { path: '/etc/press.conf', reload: null }, true],
    ['another command', { path: '/etc/press.conf', reload: touch('evil') }, false],
    ['a word more', { path: '/etc/press.conf', reload: [...touch('reloaded'), 'x'] }, false],
    ['a command where there is none', { path: '/etc/quiet.conf', reload: touch('evil') }, false],
    ['the command of another file', { path: '/etc/quiet.conf', reload: touch('reloaded') }, false],
    ['a path below its own', { path: '/etc/press.conf/x', reload: null }, false],
    ['a path beside it', { path: '/etc/press.conf2', reload: null }, false],
  ];
  for (const [index, [title, custom, isAllowed]] of rows.entries()) {
    // In the first row both come in one catalog.
    centre.offers = [offer, fileOffer(`conf-${index}`, title, custom)];
    await runCycle(agent, 'cycle');
    if (isAllowed) t.equal(read('etc/press.conf'), title, title);
    else t.match(problem(), { code: 'not_allowed' }, title);
  }
  t.equal(read('etc/quiet.conf'), null);
  t.equal(read('reloaded'), 'ran\n');
  t.equal(read('evil'), null);
});

t.test('a placeholder is there to be replaced; its command is the manifest’s', async (t) => {
  const { centre, places, agent, problem, read } = await setUp(t);
  const configures = [{ path: parsePackagePath('a'), reload: touch('reloaded') }];
  const files = { a: { text: '', isPlaceholder: true }, b: { text: '', isPlaceholder: true } };
  const offer = await packageOffer({ version: '1.0.0', files, manifest: { configures } });
  const put = async (path: string, reload: string[] | null): Promise<void> => {
    centre.offers = [
      offer,
      fileOffer(`of-${path}`, `${path} ${JSON.stringify(reload)}`, { product: 'press', path, reload }),
    ];
    await runCycle(agent, 'cycle');
  };
  await put('b', null);
  t.equal(readCurrent(places, 'b'), 'b null');
  await put('b', touch('reloaded'));
  t.match(problem(), { code: 'not_allowed', about: /Nothing in press allows b with the command/ });
  await put('a', touch('evil'));
  t.match(problem(), { code: 'not_allowed' });
  t.equal(readCurrent(places, 'a'), '');
  await put('a', touch('reloaded'));
  t.match(readCurrent(places, 'a'), /reloaded/);
  t.equal(read('reloaded'), 'ran\n');
  t.equal(read('evil'), null);
});

t.test('the administrator allows what no package does, in a file that is nobody else’s', async (t) => {
  const { centre, places, agent, problem, read } = await setUp(t);
  const reload = touch('reloaded');
  const folder = join(places.machineRoot, 'etc/consign-agent');
  const file = join(folder, 'files.json');
  allowFiles(places, { path: '/etc/ntp.conf', reload });
  const text = readFileSync(file, 'utf8');
  const rows: [string, () => void, () => void, RegExp][] = [
    ['others may write it', () => chmodSync(file, 0o666), () => chmodSync(file, 0o644), /Other users/],
    ['a group may', () => chmodSync(file, 0o664), () => chmodSync(file, 0o644), /Other users/],
    ['others may replace it', () => chmodSync(folder, 0o777), () => chmodSync(folder, 0o755), /Other users/],
    ['no JSON', () => writeFileSync(file, '{'), () => writeFileSync(file, text), /not JSON/],
    ['no list', () => writeFileSync(file, '{"files": 1}'), () => writeFileSync(file, text), /files/],
    [
      'a link',
      () => {
        renameSync(file, `${file}.old`);
        symlinkSync(`${file}.old`, file);
      },
      () => renameSync(`${file}.old`, file),
      /something else than a file/,
    ],
  ];
  // Only root can give a file away.
  if (process.getuid?.() === 0)
    rows.push([
      'a service’s',
      () => chownSync(file, 65534, 65534),
      () => chownSync(file, 0, 0),
      /Other users/,
    ]);
  centre.offers = [fileOffer('ntp', 'server a', { path: '/etc/ntp.conf', reload })];
  for (const [title, spoil, mend, about] of rows) {
    spoil();
    await runCycle(agent, 'cycle');
    t.match(problem(), { code: 'bad_policy', about }, title);
    t.equal(read('etc/ntp.conf'), null, title);
    mend();
  }
  await runCycle(agent, 'cycle');
  t.equal(read('etc/ntp.conf'), 'server a');
  t.equal(read('reloaded'), 'ran\n');
  centre.offers = [fileOffer('ntp', 'server b', { path: '/etc/ntp.conf', reload: touch('evil') })];
  await runCycle(agent, 'cycle');
  t.match(problem(), { code: 'not_allowed' }, 'another command is none of his');
  t.equal(read('etc/ntp.conf'), 'server a');
  t.equal(read('evil'), null);
});
