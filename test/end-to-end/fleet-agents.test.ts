// Real agents at a real Consign: enrolled with a code of `consign appliance invite`, they install what people have signed, by each way of
// fetching; they follow an update at a ping, a copied disk is found, and fifty of them install at a time.
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { enrol as enrolAt } from '#appliance/commands/enroll.ts';
import { openAgent, type AgentPlaces } from '#appliance/agent.ts';
import { askSources } from '#appliance/cycle/ask-sources.ts';
import { sendBeat } from '#appliance/cycle/send-beat.ts';
import { obtainCatalog } from '#appliance/catalog/keep-catalog.ts';
import { downloadTarget } from '#appliance/download/download-target.ts';
import { Disk } from '#appliance/state/disk.ts';
import type { CatalogTarget } from '#commlink/fleet/catalog-entries.ts';
import { agentPlaces, readCurrent } from '../appliance/enrolled-agent.ts';
import { findFreePortBase } from '../rig/free-ports.ts';
import { plainCommand } from '../rig/plain-process.ts';
import { runProgram } from '../rig/run-program.ts';
import { startConsign, waitFor } from '../rig/running-consign.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';

const waitMs = 90_000;
const askEveryMs = 500;
const processesAtATime = 5;
const program = join(import.meta.dirname, '../../appliance/consign-agent');
const consign = await startConsign(t);
const folder = temporaryFolder(t);
const keys = join(folder, 'keys');
const plainPort = await findFreePortBase();
const places = agentPlaces(t);
const reload = ['touch', join(places.root, 'reloaded')];

async function agent({ state, root, machineRoot }: AgentPlaces, ...words: string[]) {
  const [command, args] = plainCommand(program, [
    ...words,
    '--state',
    state,
    '--root',
    root,
    '--machine',
    machineRoot,
  ]);
  return runProgram(command, args);
}

/** A machine of its own, as far as software can see. */
async function makeMachine({ machineRoot }: AgentPlaces, id: string): Promise<void> {
  await mkdir(join(machineRoot, 'etc'), { recursive: true });
  await mkdir(join(machineRoot, 'proc/sys/kernel/random'), { recursive: true });
  await writeFile(join(machineRoot, 'etc/machine-id'), `${id}\n`);
  await writeFile(join(machineRoot, 'proc/sys/kernel/random/boot_id'), `boot-of-${id}\n`);
}

async function enrol(at: AgentPlaces): Promise<string> {
  const { codes, roots } = await consign.json<{ codes: { code: string }[]; roots: string }>(
    'appliance',
    'invite',
    '--account',
    'acme',
    '--type',
    'box',
  );
  const { portal, caFile } = consign.endpoints;
  const where = ['--centre', portal, '--ca', caFile, '--roots', roots];
  const enrolled = await agent(at, 'enroll', codes[0]?.code ?? '', ...where);
  t.equal(enrolled.code, 0, enrolled.stderr);
  return /apl_[\w-]+/.exec(enrolled.stdout)?.[0] ?? '';
}

async function publish(version: string): Promise<void> {
  const source = join(folder, version);
  await mkdir(source);
  await writeFile(join(source, 'program'), `gateway ${version} ${'x'.repeat(500_000)}`);
  await writeFile(join(source, 'conf'), 'placeholder');
  await writeFile(
    join(source, 'install.sh'),
    '#!/bin/sh\necho "$CONSIGN_ACTION $CONSIGN_VERSION" >> "$CONSIGN_ROOT/log"\n',
    { mode: 0o755 },
  );
  const install = { run: 'install.sh', args: [], timeoutMs: 20_000, memoryMiB: 64 };
  const configures = [{ path: '/etc/gateway.conf', reload }];
  const description = {
    name: 'Gateway',
    product: 'gateway',
    version,
    install,
    placeholders: ['conf'],
    configures,
  };
  await writeFile(join(source, 'consign-package.json'), JSON.stringify(description));
  const cpk = join(folder, `gateway-${version}.cpk`);
  await consign.json('package', 'build', source, '--out', cpk);
  await consign.json('package', 'sign', cpk, '--with', join(keys, 'packages-1.key'));
}

/** One cycle after the other, until it is so: a file may be on its way to a node. */
async function cycleUntil(at: AgentPlaces, what: string, isSo: () => boolean): Promise<void> {
  await waitFor(
    what,
    async () => {
      const { stdout, stderr } = await agent(at, 'run', '--once');
      if (isSo()) return true;
      t.comment(stdout, stderr);
      return false;
    },
    waitMs,
  );
}

t.test('a fleet is set up, and an appliance enrolled', async (t) => {
  await consign.json(
    'fleet',
    'setup',
    '--keys',
    keys,
    '--root',
    '1/1',
    '--packages',
    '1/1',
    '--no-passphrase',
  );
  for (const product of ['gateway', 'settings']) await consign.json('product', 'create', product);
  await publish('1.0.0');
  const conf = join(folder, 'conf');
  await writeFile(conf, 'site = north\n');
  await consign.json('publish', 'settings', '1.0.0', conf);
  await consign.json('account', 'create', 'acme');
  for (const product of ['gateway', 'settings'])
    await consign.json('grant', 'acme', product, '--reason', 'test');
  await consign.json('appliance', 'type', 'create', 'box', '--products', 'gateway');
  const put = ['conf', 'settings/1.0.0/conf', '--type', 'box', '--in', 'gateway', '--path', 'conf'];
  await consign.json('appliance', 'file', 'put', ...put);
  await consign.configure('ftp1/https/plainPort', String(plainPort), 'ftp1/ftp/plainPackages', 'true');
  await makeMachine(places, 'one');
  t.match(await enrol(places), /^apl_/);
  t.match(await agent(places, 'enroll', 'x', '--centre', consign.endpoints.portal), { code: 1 });
});

t.test('it installs what was signed, with its configuration', async (t) => {
  await cycleUntil(
    places,
    'the package is installed',
    () => readCurrent(places, 'program', 'gateway') !== null,
  );
  t.match(readCurrent(places, 'program', 'gateway'), /^gateway 1\.0\.0/);
  await cycleUntil(
    places,
    'the configuration is there',
    () => readCurrent(places, 'conf', 'gateway') === 'site = north\n',
  );
  t.match(await agent(places, 'verify'), { code: 0 });
  const { appliances } = await consign.json<{ appliances: { uid: string }[] }>('appliance', 'list');
  t.match(
    JSON.stringify(await consign.json('appliance', 'show', appliances[0]?.uid ?? '')),
    /1\.0\.0/,
    'the centre knows of it',
  );
});

t.test('the director places no file that no package and no administrator allows', async (t) => {
  const put = async (name: string, path: string): Promise<void> => {
    const where = ['settings/1.0.0/conf', '--type', 'box', '--path', path, '--reload', ...reload];
    await consign.json('appliance', 'file', 'put', name, ...where);
  };
  await put('crontab', '/etc/crontab');
  await put('gateway', '/etc/gateway.conf');
  const isThere = (name: string): boolean => existsSync(join(places.root, name));
  await cycleUntil(places, 'what the package lists is placed', () => isThere('etc/gateway.conf'));
  t.ok(isThere('reloaded'), 'and its command has run');
  t.notOk(isThere('etc/crontab'));
  const said = /problem not_allowed: files\/crontab: .* allows \/etc\/crontab with the command/;
  t.match(await agent(places, 'status'), { code: 1, stdout: said });
  const { appliances } = await consign.json<{ appliances: { uid: string }[] }>('appliance', 'list');
  t.match(
    JSON.stringify(await consign.json('appliance', 'show', appliances[0]?.uid ?? '')),
    /not_allowed/,
    'the centre hears of it',
  );
  for (const name of ['crontab', 'gateway'])
    await consign.json('appliance', 'file', 'remove', name, '--type', 'box');
  t.match(await agent(places, 'run', '--once'), { code: 0 }, 'and it is over');
});

t.test('each way of fetching brings the same bytes', async (t) => {
  const opened = await openAgent(places, new AbortController().signal);
  const reply = await sendBeat(opened, 'cycle');
  const { catalog } = await obtainCatalog(opened, reply.catalog?.sha256 ?? '');
  let sources = await askSources(opened, catalog.targets);
  const transportsOf = ({ path }: CatalogTarget) =>
    new Set((sources.get(path) ?? []).map(({ transport }) => transport));
  const isClear = (target: CatalogTarget): boolean => transportsOf(target).has('ftp');
  // What a node has opened is heard of with its next report.
  await waitFor(
    'the ways in clear',
    async () => {
      await delay(askEveryMs);
      sources = await askSources(opened, catalog.targets);
      return catalog.targets.filter(({ custom }) => custom.kind === 'package').every(isClear);
    },
    waitMs,
  );
  for (const target of catalog.targets) {
    const ways = sources.get(target.path) ?? [];
    const isFile = target.custom.kind === 'file';
    t.same(
      transportsOf(target),
      new Set(isFile ? ['https', 'ftps', 'sftp'] : ['http', 'https', 'ftp', 'ftps', 'sftp']),
    );
    for (const way of ways) {
      const how = { target, sources: [way], staging: temporaryFolder(t), disk: new Disk(), bandwidth: null };
      const downloaded = await downloadTarget({ ...how, signal: new AbortController().signal });
      t.equal(downloaded.node, way.node, `${target.path} over ${way.transport}`);
      // Half of it is here, as after a cut.
      const whole = await readFile(downloaded.file);
      const staging = temporaryFolder(t);
      await writeFile(
        join(staging, `${target.sha256}.part`),
        whole.subarray(0, Math.floor(whole.length / 2)),
      );
      const resumed = await downloadTarget({ ...how, staging, signal: new AbortController().signal });
      t.equal(
        resumed.fetchedBytes,
        whole.length - Math.floor(whole.length / 2),
        `gone on with over ${way.transport}`,
      );
    }
  }
});

t.test('an agent that runs follows a ping', async (t) => {
  await publish('1.1.0');
  const { appliances } = await consign.json<{ appliances: { uid: string }[] }>('appliance', 'list');
  const { state, root, machineRoot } = places;
  const [command, args] = plainCommand(program, [
    'run',
    '--state',
    state,
    '--root',
    root,
    '--machine',
    machineRoot,
  ]);
  const running = spawn(command, args, { stdio: 'ignore' });
  t.teardown(() => running.kill('SIGTERM'));
  await waitFor(
    'it has installed the update',
    () => readCurrent(places, 'program', 'gateway')?.startsWith('gateway 1.1.0') ?? false,
    waitMs,
  );
  await publish('1.2.0');
  await waitFor(
    'a ping brings the next one',
    async () => {
      // It may not be waiting just then: the command ends with 1.
      await consign.run('appliance', 'ping', appliances[0]?.uid ?? '');
      return readCurrent(places, 'program', 'gateway')?.startsWith('gateway 1.2.0') ?? false;
    },
    waitMs,
  );
  t.equal(readCurrent(places, 'conf', 'gateway'), 'site = north\n');
  t.match(
    await readFile(join(places.root, 'log'), 'utf8'),
    /install 1\.0\.0\ninstall 1\.1\.0\ninstall 1\.2\.0\n/,
  );
});

t.test('a copied disk is found, and both are quarantined', async (t) => {
  const copied = agentPlaces(t);
  const original = agentPlaces(t);
  await makeMachine(original, 'two');
  const uid = await enrol(original);
  await cycleUntil(
    original,
    'the original is installed',
    () => readCurrent(original, 'program', 'gateway') !== null,
  );
  await cp(original.state, copied.state, { recursive: true, verbatimSymlinks: true });
  await rm(join(copied.state, 'agent.lock'), { force: true });
  await makeMachine(copied, 'three');
  for (const at of [copied, original, copied, original]) await agent(at, 'run', '--once');
  t.match((await agent(original, 'status')).stdout, /order: quarantined/);
  t.match((await agent(copied, 'status')).stdout, /order: quarantined/);
  t.match(JSON.stringify(await consign.json('appliance', 'show', uid)), /quarantined/);
});

t.test('fifty agents, each a process of its own', { timeout: 800_000 }, async (t) => {
  const invite = ['invite', '--account', 'acme', '--type', 'box', '--count', '50'];
  const invited = await consign.json<{ codes: { code: string }[]; roots: string }>('appliance', ...invite);
  const { codes, roots } = invited;
  t.equal(codes.length, 50);
  const { portal: centre, caFile: authorityFile } = consign.endpoints;
  const fifty = codes.map(({ code }, index) => ({ code, at: agentPlaces(t), id: `box-${index}` }));
  const left = [...fifty];
  const begunMs = performance.now();
  const enrolAndRun = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const { code, at, id } = next;
      await makeMachine(at, id);
      await patiently(() => enrolAt(at, { code, centre, authorityFile, name: id, roots }));
      const isThere = (): boolean =>
        readCurrent(at, 'program', 'gateway')?.startsWith('gateway 1.2.0') ?? false;
      await cycleUntil(at, `${id} has it`, isThere);
    }
  };
  await Promise.all(Array.from({ length: processesAtATime }, enrolAndRun));
  t.comment(`fifty enrolled and installed in ${Math.round(performance.now() - begunMs)} ms`);
  const behind = await consign.json<{ appliances: { name: string; why: string }[] }>(
    'rollout',
    'behind',
    'gateway',
  );
  t.same(
    behind.appliances.filter(({ name }) => name.startsWith('box-')),
    [],
    'the centre has heard of all',
  );
});

/** The centre may say that too many come at once. */
async function patiently(work: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await work();
      return;
    } catch (error) {
      if (tries === 30) throw error;
      await delay(1000);
    }
  }
}
