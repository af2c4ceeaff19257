// The agent as a process, as the service manager runs it: its commands, its memory, one agent for one state directory, pings, its end
// when it is retired, and a disk that is full.
import t from 'tap';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { AgentPlaces } from '#appliance/agent.ts';
import { rootsDigest } from '#commlink/fleet/enrol-command.ts';
import { mountMemory } from '../rig/mounted-memory.ts';
import { plainCommand } from '../rig/plain-process.ts';
import { runProgram } from '../rig/run-program.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';
import { agentPlaces, allowFiles, readCurrent } from './enrolled-agent.ts';
import { FakeCentre } from './fake-centre.ts';
import { fileOffer, packageOffer } from './offers.ts';

const program = join(import.meta.dirname, '../../appliance/consign-agent');
const residentMebibytesMax = 80;

const placeArguments = ({ state, root, machineRoot }: AgentPlaces): string[] => [
  '--state',
  state,
  '--root',
  root,
  '--machine',
  machineRoot,
];

async function run(places: AgentPlaces, ...words: string[]) {
  const [command, args] = plainCommand(program, [...words, ...placeArguments(places)]);
  return runProgram(command, args);
}

function start(t: { readonly teardown: (done: () => void) => void }, places: AgentPlaces): ChildProcess {
  const [command, args] = plainCommand(program, ['run', ...placeArguments(places)]);
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  return child;
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (isSo()) return;
    await delay(50);
  }
  throw new Error(`It did not come to be: ${what}`);
}

function residentMebibytes({ pid }: ChildProcess): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

t.test('the commands', async (t) => {
  const centre = await FakeCentre.start(t);
  const places = agentPlaces(t);
  const before = await run(places, 'status');
  t.equal(before.code, 1);
  t.match(before.stderr, /not enrolled/);
  const enrolled = await run(
    places,
    'enroll',
    'code-1',
    '--centre',
    centre.url,
    '--ca',
    centre.authorityFile,
    '--name',
    'hall 2',
  );
  t.match(enrolled, { code: 0, stdout: /^Enrolled as hall 2 \(apl_/ });
  t.equal(statSync(join(places.state, 'identity.json')).mode & 0o777, 0o600, 'keys are private');
  t.match(await run(places, 'enroll', 'code-1', '--centre', centre.url), {
    code: 1,
    stderr: /enrolled already/,
  });
  const other = agentPlaces(t);
  t.match(
    await run(other, 'enroll', 'code-1', '--centre', centre.url),
    { code: 1, stderr: /cannot be reached/ },
    'an authority that nobody knows',
  );
  t.match(await run(other, 'enroll', 'code-1', '--centre', 'http://127.0.0.1'), { code: 1, stderr: /https/ });
  centre.offers = [
    await packageOffer({ version: '1.0.0', files: { a: { text: 'a' } } }),
    fileOffer('motd', 'hello', { path: '/etc/motd' }),
  ];
  allowFiles(places, { path: '/etc/motd' });
  t.match(await run(places, 'run', '--once'), { code: 0, stdout: /package press 1\.0\.0/ });
  const modes = [
    '',
    'packages/press/current',
    'packages/press/current/a',
    'staging',
    'journal.json',
    'trusted',
  ];
  t.same(
    modes.map((name) => (statSync(join(places.state, name)).mode & 0o777).toString(8)),
    ['711', '755', '644', '700', '600', '700'],
    'packages are for all, the rest is the agent’s',
  );
  t.match(await run(places, 'status'), {
    code: 0,
    stdout: /hall 2[^]*press 1\.0\.0[^]*file files\/motd at \/etc\/motd/,
  });
  t.match(await run(places, 'catalog'), { code: 0, stdout: /press\/1\.0\.0\/press\.cpk \d+ bytes/ });
  t.match(await run(places, 'history'), { code: 0, stdout: /installed press\/1\.0\.0\/press\.cpk 1\.0\.0/ });
  t.match(await run(places, 'verify'), { code: 0, stdout: /as it was installed \(packages: 1, files: 1\)/ });
  await runProgram('sh', ['-c', 'echo x >> "$1"', 'sh', join(places.root, 'etc/motd')]);
  t.match(await run(places, 'verify'), { code: 1, stdout: /files\/motd: its content was changed/ });
  centre.offers = [
    await packageOffer({
      version: '1.1.0',
      files: { a: { text: 'b' } },
      check: 'echo "no \\033 paper"; exit 3',
    }),
  ];
  const failing =
    /press\/1\.1\.0\/press\.cpk: failed, the old version is in force again \(check_exit_code, exit code 3.*no \? paper/;
  t.match(await run(places, 'run', '--once'), { code: 1, stdout: failing });
  t.match(await run(places, 'status'), { code: 1, stdout: failing });
  centre.order = 'quarantined';
  for (const command of [['run', '--once'], ['status']])
    t.match(await run(places, ...command), { code: 1, stdout: /order: quarantined/ });
  centre.order = null;
  t.match(await run(places, 'dance'), { code: 2, stderr: /no command "dance"[^]*Usage/ });
  t.match(await run(places, 'status', 'twice'), { code: 2, stderr: /^status takes no "twice"\.[^]*Usage/ });
  t.match(await run(places, 'enroll', '--centre', centre.url), { code: 2, stderr: /^Say the code/ });
  t.match(await run(places, 'status', '--loud'), { code: 2, stderr: /--loud[^]*Usage/ });
  t.match(await run(agentPlaces(t), 'run', '--once'), { code: 1, stderr: /^This machine is not enrolled/ });
  const logged = [await run(places, 'history'), await run(places, 'status')]
    .map(({ stdout }) => stdout)
    .join();
  t.notMatch(logged, /PRIVATE KEY/);
});

t.test('one text lists the commands, each in a line', async (t) => {
  const places = agentPlaces(t);
  const help = await run(places, '--help');
  t.match(help, { code: 0, stderr: '' });
  t.match(await run(places), { code: 2, stdout: help.stdout });
  t.match(await run(places, 'enroll', '-h'), { code: 0, stdout: help.stdout });
  t.match(await run(places, 'dance'), {
    code: 2,
    stdout: '',
    stderr: `no command "dance".\n\n${help.stdout}`,
  });
  const [, list = ''] = help.stdout.split('\n\n');
  const names = [...list.matchAll(/^ {2}([a-z]+).* {2}\S/gm)].map(([, name = '']) => name);
  t.same(names, ['enroll', 'run', 'status', 'catalog', 'history', 'verify']);
  t.equal(list.split('\n').length, names.length, 'and each has one line');
  for (const name of names.slice(1))
    t.match(await run(places, name), { code: 1, stderr: /^This machine is not enrolled/ }, name);
  for (const name of ['constructor', '--loud']) t.match(await run(places, name), { code: 2 }, name);
});

t.test('the first roots are those that the person has named', async (t) => {
  const centre = await FakeCentre.start(t);
  const places = agentPlaces(t);
  const here = ['enroll', 'code-1', '--centre', centre.url, '--ca', centre.authorityFile];
  const roots = rootsDigest({
    directorRoot: centre.director.roots[0] ?? '',
    packagesRoot: centre.packages.roots[0] ?? '',
  });
  t.match(await run(places, ...here, '--roots', 'ab'.repeat(32)), {
    code: 1,
    stderr: new RegExp(`other roots[^]*${roots}`),
  });
  t.throws(() => statSync(join(places.state, 'identity.json')), { code: 'ENOENT' }, 'and nothing is kept');
  t.throws(() => statSync(join(places.state, 'trusted')), { code: 'ENOENT' });
  t.match(await run(places, ...here, '--roots', 'abc'), { code: 2, stderr: /64 digits/ });
  t.equal(statSync(join(places.state, 'enrolment.json')).mode & 0o777, 0o600, 'but for its keys');
  const proven = await run(places, ...here, '--roots', roots);
  t.match(proven, { code: 0, stdout: /^Enrolled/ }, 'with which the code is good again');
  t.notMatch(proven.stdout, /unproven/);
  t.match(await run(agentPlaces(t), ...here), { code: 1, stderr: /was used/ }, 'and nowhere else');
  const trusting = await run(agentPlaces(t), 'enroll', 'code-2', ...here.slice(2));
  t.match(trusting.stdout, new RegExp(`the roots ${roots}, unproven`), 'without the digest, it is said');
});

t.test('an agent that runs: small, alone, woken by a ping, and at an end when it is retired', async (t) => {
  const centre = await FakeCentre.start(t);
  centre.intervalMs = 2000;
  const places = agentPlaces(t);
  await run(places, 'enroll', 'code-1', '--centre', centre.url, '--ca', centre.authorityFile);
  centre.offers = [
    await packageOffer({ version: '1.0.0', files: { a: { text: 'a'.repeat(5_000_000) } }, install: 'true' }),
  ];
  // What Node.js compiles is kept from the first run on, as in the field.
  await run(places, 'run', '--once');
  const agent = start(t, places);
  const exited = once(agent, 'exit');
  await until('it beats', () => centre.beats.length > 4);
  t.match(centre.beats.find(({ counter }) => counter > 2)?.cause, 'start');
  t.match(await run(places, 'run', '--once'), { code: 1, stderr: /Another agent/ });
  centre.offers = [
    await packageOffer({ version: '1.1.0', files: { a: { text: 'b'.repeat(5_000_000) } }, install: 'true' }),
  ];
  await until('it updates', () => readCurrent(places, 'a')?.startsWith('b') === true);
  const beats = centre.beats.length;
  await until('it beats on', () => centre.beats.length > beats + 2);
  const resident = residentMebibytes(agent);
  t.comment(`resident: ${resident.toFixed(1)} MiB`);
  t.ok(resident < residentMebibytesMax, `${resident.toFixed(1)} MiB are resident after two installations`);
  centre.intervalMs = 3_600_000;
  const heard = centre.beats.length;
  const isWaiting = (): boolean => centre.requests.at(-1) === 'GET /fleet/v1/pings';
  await until('it waits for an hour', () => centre.beats.length > heard && isWaiting());
  centre.hasPing = true;
  await until('a ping wakes it', () => centre.beats.at(-1)?.cause === 'ping');
  centre.order = 'retired';
  centre.hasPing = true;
  t.same(await exited, [0, null], 'it is retired');
});

t.test('a signal ends it at once, and in the middle of an install program', async (t) => {
  const centre = await FakeCentre.start(t);
  const places = agentPlaces(t);
  await run(places, 'enroll', 'code-1', '--centre', centre.url, '--ca', centre.authorityFile);
  const log = 'echo "$CONSIGN_ACTION $CONSIGN_VERSION" >> "$CONSIGN_ROOT/log"';
  const old = await packageOffer({ version: '1.0.0', files: { a: { text: 'a' } }, install: log });
  centre.offers = [old];
  await run(places, 'run', '--once');
  centre.offers = [
    await packageOffer({
      version: '1.1.0',
      files: { a: { text: 'b' } },
      install: 'touch "$CONSIGN_ROOT/begun"; sleep 600',
      limits: { timeoutMs: 600_000 },
    }),
  ];
  centre.intervalMs = 1000;
  const agent = start(t, places);
  await until('the program runs', () => readdirSync(places.root).includes('begun'));
  agent.kill('SIGTERM');
  t.same(await once(agent, 'exit'), [0, null]);
  t.equal(readCurrent(places, 'a'), 'a', 'the old version is in force');
  centre.offers = [old];
  await run(places, 'run', '--once');
  t.match(
    readFileSync(join(places.root, 'log'), 'utf8'),
    /^install 1\.0\.0\n(?:rollback 1\.0\.0\n)+$/,
    'and put right by its program',
  );
  t.match(centre.beats.at(-1)?.results, [{ outcome: 'rolled_back', code: 'power_lost', version: '1.1.0' }]);
});

t.test(
  'a full disk: told in the next beat, the old version in force, and over when there is room again',
  async (t) => {
    const centre = await FakeCentre.start(t);
    const folder = join(temporaryFolder(t), 'disk');
    const memory = await mountMemory(t, folder, 48);
    const places = agentPlaces(t, folder);
    await run(places, 'enroll', 'code-1', '--centre', centre.url, '--ca', centre.authorityFile);
    centre.offers = [await packageOffer({ version: '1.0.0', files: { a: { text: 'a' } } })];
    await run(places, 'run', '--once');
    t.equal(readCurrent(places, 'a'), 'a');
    memory.fill();
    centre.offers = [await packageOffer({ version: '1.1.0', files: { a: { text: 'b'.repeat(3_000_000) } } })];
    for (let cycle = 0; cycle < 3; cycle += 1) await run(places, 'run', '--once');
    t.match(centre.beats.at(-1)?.problems, [{ code: 'disk_full' }]);
    t.equal(readCurrent(places, 'a'), 'a');
    memory.free();
    await run(places, 'run', '--once');
    t.match(readCurrent(places, 'a'), /^bbb/);
  },
);
