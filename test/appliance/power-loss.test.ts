// Power goes at every single step that the agent makes on its disk, while it enrols, installs something for the first time, updates a
// package with its configuration and a file, and takes a failed update back: each time the old state or the new one is in force,
// whole, and the next cycle ends with the new one. And no step says what another one has not made last.
import t, { type Test } from 'tap';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openAgent, type Agent, type AgentPlaces } from '#appliance/agent.ts';
import { enrol } from '#appliance/commands/enroll.ts';
import { runCycle } from '#appliance/cycle/run-cycle.ts';
import { findDamage } from '#appliance/install/check-installed.ts';
import { readIdentity } from '#appliance/state/identity.ts';
import type { DiskStep } from '#appliance/state/disk.ts';
import { mountMemory } from '../rig/mounted-memory.ts';
import { plainCommand } from '../rig/plain-process.ts';
import { runProgram } from '../rig/run-program.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';
import { agentPlaces, allowFiles, enrolAgent, readCurrent } from './enrolled-agent.ts';
import { FakeCentre } from './fake-centre.ts';
import { PowerLost, describeStep, diskUntil, keepState } from './losing-power.ts';
import { fileOffer, packageOffer } from './offers.ts';
import { findUnsynced } from './unsynced-steps.ts';

const program = join(import.meta.dirname, 'killed-agent.ts');
const bulk = 'x'.repeat(300_000);

async function offersOf(version: string, check?: string) {
  return [
    await packageOffer({
      version,
      files: {
        'bin/press': { text: `press ${version}` },
        conf: { text: 'placeholder', isPlaceholder: true },
        'data/bulk': { text: `${version}${bulk}` },
      },
      install: 'echo "$CONSIGN_VERSION" > "$CONSIGN_ROOT/in-force"',
      ...(check === undefined ? {} : { check }),
    }),
    fileOffer('conf', 'speed=1', { product: 'press', path: 'conf' }),
    fileOffer('motd', `motd ${version}`, { path: '/etc/motd', reload: ['/bin/true'] }),
  ];
}

/** A disk on which each of the many syncs costs nothing: the order of the steps is what is tested. */
async function inMemory(t: Test): Promise<string> {
  return (await mountMemory(t, join(temporaryFolder(t), 'disk'), 64)).directory;
}

async function setUp(t: Test, installed?: string) {
  const centre = await FakeCentre.start(t);
  const places = agentPlaces(t, await inMemory(t));
  allowFiles(places, { path: '/etc/motd', reload: ['/bin/true'] });
  const agent = await enrolAgent(centre, places);
  if (installed !== undefined) {
    centre.offers = await offersOf(installed);
    await runCycle(agent, 'start');
    t.equal(readCurrent(places, 'bin/press'), `press ${installed}`);
  }
  return { centre, places };
}

/** One cycle on a disk that loses power before this step; 0: never. */
async function cycleUntil(places: AgentPlaces, dieAt: number): Promise<DiskStep[]> {
  const { disk, steps } = diskUntil(dieAt);
  try {
    await runCycle(await openAgent(places, new AbortController().signal, { disk }), 'start');
  } catch (error) {
    if (!(error instanceof PowerLost)) throw error;
  }
  return steps;
}

/** One cycle in a process of its own that is killed before this step. */
async function runKilled({ state, root, machineRoot }: AgentPlaces, dieAt: number): Promise<void> {
  const [command, args] = plainCommand(process.execPath, [program, state, root, machineRoot, String(dieAt)]);
  const { stderr } = await runProgram(command, args);
  if (stderr.trim() !== '') throw new Error(stderr);
}

/** The next cycle, with power. */
async function cycleAfter(places: AgentPlaces): Promise<Agent> {
  const agent = await openAgent(places, new AbortController().signal);
  await runCycle(agent, 'start');
  return agent;
}

const readRoot = ({ root }: AgentPlaces, name: string): string | null =>
  existsSync(join(root, name)) ? readFileSync(join(root, name), 'utf8') : null;

type Looked = { readonly agent: Agent; readonly places: AgentPlaces };

/** The whole state is this version's, and nothing half-made lies about. */
async function expectWhole(t: Test, { agent, places }: Looked, version: string): Promise<void> {
  t.equal(readCurrent(places, 'bin/press'), `press ${version}`);
  t.equal(readRoot(places, 'in-force'), `${version}\n`, 'whose program was the last to run');
  t.same(await findDamage(agent, { deeply: true }), []);
  t.match(agent.journal.content, { pending: null, installed: [{ version }] });
  const folders = [join(places.root, 'etc'), join(places.state, 'packages/press'), places.state];
  const left = folders
    .flatMap((folder) => readdirSync(folder))
    .filter((name) => name.endsWith('.consign-new'));
  t.same(left, [], 'nothing half-made is left');
}

t.test('power may go at any step of an update', { timeout: 800_000 }, async (t) => {
  const { centre, places } = await setUp(t, '1.0.0');
  const putBack = keepState(places);
  centre.offers = await offersOf('1.1.0');
  const steps = await cycleUntil(places, 0);
  t.ok(steps.length > 100, `${steps.length} steps`);
  t.same(
    findUnsynced(steps, join(places.state, 'journal.json')),
    [],
    'and what each step says is so by then',
  );
  const expectOldOrNew = async (t: Test): Promise<void> => {
    t.match(readCurrent(places, 'bin/press'), /^press 1\.[01]\.0$/, 'the old or the new is in force');
    t.equal(readCurrent(places, 'conf'), 'speed=1', 'configured');
    t.match(readRoot(places, 'etc/motd'), /^motd 1\.[01]\.0$/);
    const later = await cycleAfter(places);
    await expectWhole(t, { agent: later, places }, '1.1.0');
    t.equal(readRoot(places, 'etc/motd'), 'motd 1.1.0');
  };
  for (const [index, step] of steps.entries()) {
    putBack();
    await t.test(`before ${index + 1}: ${describeStep(step, places)}`, async (t) => {
      t.ok((await cycleUntil(places, index + 1)).length <= index + 1);
      await expectOldOrNew(t);
    });
  }
  for (let dieAt = 5; dieAt < steps.length; dieAt += 15) {
    putBack();
    await runKilled(places, dieAt);
    await t.test(`a process that is killed before ${dieAt}`, expectOldOrNew);
  }
});

t.test('power may go at any step of a first installation', { timeout: 800_000 }, async (t) => {
  const { centre, places } = await setUp(t);
  const putBack = keepState(places);
  centre.offers = await offersOf('1.0.0');
  const steps = await cycleUntil(places, 0);
  t.same(findUnsynced(steps, join(places.state, 'journal.json')), []);
  const chunks = steps.filter(({ kind, path }) => kind === 'write' && path.endsWith('.part'));
  t.ok(chunks.length >= 4, `${chunks.length} pieces of downloads are among the steps`);
  let resumed = 0;
  for (const [index, step] of steps.entries()) {
    putBack();
    await t.test(`before ${index + 1}: ${describeStep(step, places)}`, async (t) => {
      await cycleUntil(places, index + 1);
      t.match(readCurrent(places, 'bin/press') ?? 'press 1.0.0', /^press 1\.0\.0$/, 'nothing, or all of it');
      t.match(readCurrent(places, 'data/bulk') ?? bulk, bulk);
      const later = await cycleAfter(places);
      await expectWhole(t, { agent: later, places }, '1.0.0');
      t.equal(readCurrent(places, 'conf'), 'speed=1');
      t.equal(readRoot(places, 'etc/motd'), 'motd 1.0.0');
      if ((centre.beats.at(-1)?.downloads.resumed ?? 0) > 0) resumed += 1;
    });
  }
  t.ok(resumed >= 2, `${resumed} times a download went on where power had gone`);
});

t.test('power may go while a failed update is taken back', { timeout: 800_000 }, async (t) => {
  const { centre, places } = await setUp(t, '1.0.0');
  const putBack = keepState(places);
  const [bad] = await offersOf('1.1.0', 'exit 1');
  centre.offers = [...(bad ? [bad] : []), ...centre.offers.slice(1)];
  const steps = await cycleUntil(places, 0);
  t.same(findUnsynced(steps, join(places.state, 'journal.json')), []);
  const first = steps.findIndex(({ kind, path }) => kind === 'link' && path.includes('current'));
  t.ok(first > 0 && steps.length - first > 20, `${steps.length - first} steps from the switch on`);
  for (const [index, step] of steps.entries()) {
    if (index < first) continue;
    putBack();
    await t.test(`before ${index + 1}: ${describeStep(step, places)}`, async (t) => {
      await cycleUntil(places, index + 1);
      t.match(readCurrent(places, 'bin/press'), /^press 1\.[01]\.0$/);
      await expectWhole(t, { agent: await cycleAfter(places), places }, '1.0.0');
    });
  }
});

t.test('a first installation that fails is gone, also after power went', { timeout: 800_000 }, async (t) => {
  const { centre, places } = await setUp(t);
  const putBack = keepState(places);
  centre.offers = (await offersOf('1.0.0', 'exit 1')).slice(0, 1);
  const steps = await cycleUntil(places, 0);
  t.same(findUnsynced(steps, join(places.state, 'journal.json')), []);
  const first = steps.findIndex(({ kind, path }) => kind === 'link' && path.includes('current'));
  for (const [index, step] of steps.entries()) {
    if (index < first) continue;
    putBack();
    await t.test(`before ${index + 1}: ${describeStep(step, places)}`, async (t) => {
      await cycleUntil(places, index + 1);
      const later = await cycleAfter(places);
      t.equal(readCurrent(places, 'bin/press'), null);
      t.match(later.journal.content, { pending: null, installed: [] });
      const left = readdirSync(join(places.state, 'packages/press'));
      t.same(
        left.filter((name) => name !== '.manifests'),
        [],
      );
    });
  }
});

t.test('power may go at any step of the enrolment', async (t) => {
  const centre = await FakeCentre.start(t);
  const places = agentPlaces(t, await inMemory(t));
  const { url, authorityFile } = centre;
  const termsOf = (code: string) => ({ code, centre: url, authorityFile, name: null, roots: null });
  const whole = diskUntil(0);
  await enrol(places, termsOf('code-0'), whole.disk);
  t.same(findUnsynced(whole.steps, join(places.state, 'identity.json')), []);
  t.ok(whole.steps.length > 15, `${whole.steps.length} steps`);
  for (const [index, step] of whole.steps.entries()) {
    rmSync(places.state, { recursive: true, force: true });
    await t.test(`before ${index + 1}: ${describeStep(step, places)}`, async (t) => {
      const terms = termsOf(`code-${index + 1}`);
      await t.rejects(enrol(places, terms, diskUntil(index + 1).disk), { name: 'PowerLost' });
      const identity = await readIdentity(join(places.state, 'identity.json')).catch((error: unknown) => {
        t.match(error, { code: 'not_enrolled' });
        return null;
      });
      if (identity === null) await enrol(places, terms);
      t.not(await runCycle(await openAgent(places, new AbortController().signal), 'start'), null, 'it beats');
      t.notOk(existsSync(join(places.state, 'enrolment.json')), 'its keys are in one place');
    });
  }
  t.ok(centre.usedCodes.size > 10, `${centre.usedCodes.size} codes were used, each by one machine`);
});

t.test('a sync that is missing is found', async (t) => {
  const { centre, places } = await setUp(t, '1.0.0');
  centre.offers = await offersOf('1.1.0');
  const steps = await cycleUntil(places, 0);
  const journal = join(places.state, 'journal.json');
  const syncs = steps.filter(({ kind, path }) => kind === 'sync' && path.endsWith('.consign-new'));
  t.ok(syncs.length > 10, `${syncs.length} syncs of what is put in place`);
  for (const sync of syncs)
    t.not(
      findUnsynced(
        steps.filter((step) => step !== sync),
        journal,
      ).length,
      0,
      describeStep(sync, places),
    );
  const folders = ['etc', 'packages/press'].map((name) =>
    join(name === 'etc' ? places.root : places.state, name),
  );
  for (const folder of folders) {
    const without = steps.filter(({ kind, path }) => kind !== 'sync' || path !== folder);
    t.not(findUnsynced(without, journal).length, 0, `the names in ${folder}`);
  }
});

t.test('a byte that changed is found by digest', async (t) => {
  const { centre, places } = await setUp(t, '1.0.0');
  t.equal(centre.offers.length, 3);
  writeFileSync(join(places.state, 'packages/press/current/bin/press'), 'press 1.');
  const agent = await openAgent(places, new AbortController().signal);
  t.not((await findDamage(agent, { deeply: true })).length, 0);
});
