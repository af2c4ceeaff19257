// What a fleet lives through, as processes at a real Consign: codes that are wrong, used or over; power that goes while a machine enrols
// or installs for the first time; and a centre that is away for a day, by clocks that libfaketime moves for all programs alike.
import { existsSync, writeFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { openChangingFront } from '../rig/changing-front.ts';
import { runProgram } from '../rig/run-program.ts';
import { startConsign, waitFor } from '../rig/running-consign.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';
import { FleetAgent } from './fleet-agent.ts';
import { account, FleetVendor, product } from './fleet-vendor.ts';

const waitMs = 180_000;
const beatIntervalMs = 2000;
/** A machine that tests keep busy may be late by so much. */
const missingGraceMs = 20_000;
const hourSeconds = 3600;
/** Of the two that are looked at for the day; and of all others. */
const [site, elsewhere] = ['north', 'south'];
const killedAgent = join(import.meta.dirname, '..', 'appliance', 'killed-agent.ts');
/** The steps of a first installation before which power goes, as shares of all. */
const deathsAt = [0.1, 0.4, 0.65, 0.9];

interface Facts {
  readonly appliance: {
    readonly state: string;
    readonly lastBeatAtMs: number;
    readonly agentVersion: string;
  };
  readonly products: readonly object[];
  readonly events: readonly { readonly kind: string; readonly detail: string }[];
}
interface ApplianceRow {
  readonly uid: string;
  readonly name: string;
}

const folder = temporaryFolder(t);
const offsetFile = join(folder, 'offset');
const clockEnvironment = {
  LD_PRELOAD: '/usr/$LIB/faketime/libfaketime.so.1',
  FAKETIME_TIMESTAMP_FILE: offsetFile,
  FAKETIME_NO_CACHE: '1',
  FAKETIME_DONT_FAKE_MONOTONIC: '1',
  DONT_FAKE_MONOTONIC: '1',
};
/** Sets all clocks. */
const setClock = (offsetSeconds: number): void => writeFileSync(offsetFile, `+${offsetSeconds}s\n`);

setClock(0);
const consign = await startConsign(t, { environment: clockEnvironment });
const vendor = new FleetVendor(consign, folder);
const front = await openChangingFront(consign.endpoints);
t.teardown(() => front.close());
const machine = (name: string): FleetAgent =>
  Object.assign(new FleetAgent(consign, folder, name), { environment: clockEnvironment });
const [steady, fallen] = [machine('steady'), machine('fallen')];
t.teardown(() => Promise.all([steady, fallen].map((agent) => agent.stop('SIGKILL'))));
/** A code that is over after the day. */
const briefCodes: string[] = [];

async function appliances(...filter: string[]): Promise<readonly ApplianceRow[]> {
  return (await consign.json<{ appliances: ApplianceRow[] }>('appliance', 'list', ...filter)).appliances;
}

/** What the centre knows of it. */
async function factsOf({ state }: FleetAgent): Promise<Facts> {
  const { uid } = JSON.parse(await readFile(join(state, 'identity.json'), 'utf8')) as { uid: string };
  return consign.json('appliance', 'show', uid);
}

/** How often it was said that appliances of the first site are missing, or are no more. */
async function alertCount(state: 'raised' | 'cleared'): Promise<number> {
  const isMeant = (line: string): boolean =>
    line.includes('"appliances_missing"') &&
    line.includes(`site ${site}`) &&
    line.includes(`"state":"${state}"`);
  return (await consign.readLogs()).split('\n').filter(isMeant).length;
}

/** It has the version, the centre knows it, and takes it for one machine. */
async function expectInstalled(t: Test, agent: FleetAgent, version: string): Promise<void> {
  t.equal(await agent.read(product, 'version.txt'), version, agent.name);
  const { appliance, products } = await factsOf(agent);
  t.match(
    { appliance, products },
    { appliance: { state: 'active' }, products: [{ confirmedVersion: version }] },
  );
}

t.test('a code is good once and while it lasts', async (t) => {
  await vendor.setUp();
  for (const name of [site, elsewhere]) await consign.json('appliance', 'site', 'put', account, name);
  await consign.configure('db1/fleet', JSON.stringify({ beatIntervalMs, missingGraceMs }));
  const { codes } = await vendor.invite(site, 2);
  const brief = ['--account', account, '--type', 'box', '--for', '1h'];
  const made = await consign.json<{ codes: { code: string }[] }>('appliance', 'invite', ...brief);
  briefCodes.push(...made.codes.map(({ code }) => code));
  const refused = { code: 1, stdout: '', stderr: /answered 403: There is no such code, or it was used/ };
  t.match(await steady.tryToEnrol('no-such-code'), refused);
  t.match(await steady.tryToEnrol(codes[0] ?? ''), { code: 0, stdout: /^Enrolled as steady \(apl_/ });
  t.match(await machine('thief').tryToEnrol(codes[0] ?? ''), refused, 'used');
  await fallen.enrol(codes[1] ?? '');
  await waitFor(
    'the operator to see it',
    async () => {
      const { stdout } = await consign.run('appliance', 'refused');
      return /no code that is good +\S+ +\S+ +2 /.test(stdout);
    },
    waitMs,
  );
});

t.test('an enrolment that power or the centre cut off is repeated with its code', async (t) => {
  const caFile = join(folder, 'front.pem');
  await writeFile(caFile, front.certificate);
  const { codes, roots } = await vendor.invite(elsewhere, 2);
  const place = { centre: front.url, caFile, roots };
  const before = (await appliances()).length;
  for (const [index, name] of ['cut-off', 'unanswered'].entries()) {
    const [code, agent, power] = [codes[index] ?? '', machine(name), new AbortController()];
    const internalDb = consign.pid('internal-db');
    let lost = '';
    front.change = (_path, text) => {
      lost = text;
      if (name === 'cut-off') power.abort();
      else consign.kill('internal-db');
      throw new Error('the answer gets nowhere');
    };
    const ended = await agent.tryToEnrol(code, place, power.signal);
    t.equal(ended.code, name === 'cut-off' ? null : 1, ended.stderr);
    front.change = null;
    if (name === 'unanswered') await consign.waitForRestart('internal-db', internalDb);
    const { uid } = JSON.parse(lost) as { uid: string };
    t.match(await machine('thief').tryToEnrol(code), { code: 1 }, 'it is used for anybody else');
    await waitFor(
      `${name} to be enrolled`,
      async () => (await agent.tryToEnrol(code, place)).code === 0,
      waitMs,
    );
    t.match(
      await agent.run('status'),
      { code: 0, stdout: new RegExp(`^${name} \\(${uid}\\)`) },
      'as what it was',
    );
  }
  t.equal((await appliances()).length, before + 2, 'each is one appliance');
});

t.test('power goes in the first installation', { timeout: 800_000 }, async (t) => {
  const script =
    'echo "$CONSIGN_ACTION" >> "$CONSIGN_ROOT/log"; while [ -e "$CONSIGN_ROOT/hold" ]; do sleep 0.1; done';
  await vendor.publish({ version: '1.0.0', script });
  const { codes } = await vendor.invite(elsewhere, deathsAt.length + 1);
  // One whole installation says how many steps there are.
  const runKilled = ({ state, root }: FleetAgent, step: number) =>
    runProgram(process.execPath, [killedAgent, state, root, '/', String(step)], {
      environment: clockEnvironment,
    });
  let steps: string[] = [];
  await waitFor(
    'the package at a node',
    async () => {
      const { stdout } = await runKilled(steady, 0);
      steps = JSON.parse(stdout) as string[];
      return (await steady.read(product, 'version.txt')) !== null;
    },
    waitMs,
  );
  t.ok(steps.length > 60, `${steps.length} steps`);
  await expectInstalled(t, steady, '1.0.0');
  for (const [index, share] of deathsAt.entries()) {
    const [agent, step] = [machine(`killed-${index}`), Math.floor(steps.length * share)];
    await agent.enrol(codes[index] ?? '');
    t.comment(`${agent.name} dies before ${steps[step - 1]}`);
    t.match(await runKilled(agent, step), { code: null, stdout: '', stderr: '' });
    await agent.cycle();
    await expectInstalled(t, agent, '1.0.0');
  }
  const agent = machine('killed-running');
  await agent.enrol(codes.at(-1) ?? '');
  const hold = join(agent.root, 'hold');
  writeFileSync(hold, '');
  agent.start();
  await waitFor('its program to run', () => existsSync(join(agent.root, 'log')), waitMs);
  await agent.stop('SIGKILL');
  await rm(hold);
  await agent.cycle();
  await expectInstalled(t, agent, '1.0.0');
  t.match(
    (await factsOf(agent)).events.filter(({ kind }) => kind === 'result').map(({ detail }) => detail),
    [/"outcome":"installed"/, /"code":"power_lost"/],
  );
});

t.test('the centre is away for a day', { timeout: 800_000 }, async (t) => {
  await fallen.run('run', '--once');
  for (const agent of [steady, fallen]) agent.start();
  for (const agent of [steady, fallen]) await expectInstalled(t, agent, '1.0.0');
  const isOver = async (): Promise<boolean> => (await alertCount('cleared')) >= (await alertCount('raised'));
  await waitFor('nobody to be missed', isOver, waitMs);
  const raisedBefore = await alertCount('raised');
  await consign.stop();
  for (let hour = 4; hour <= 24; hour += 4) {
    setClock(hour * hourSeconds);
    const beats = await steady.beatCount();
    await waitFor(`a beat in hour ${hour}`, async () => (await steady.beatCount()) > beats, waitMs);
    if (hour === 12) await fallen.stop('SIGKILL');
  }
  t.ok(steady.isRunning, 'it lives, and has what it had');
  t.match(await steady.run('status'), { code: 1, stdout: /package gateway 1\.0\.0[^]*centre_unreachable/ });
  const backMs = Date.now() + 24 * hourSeconds * 1000;
  await consign.start();
  await waitFor(
    'it to be heard',
    async () => (await factsOf(steady)).appliance.lastBeatAtMs > backMs,
    waitMs,
  );
  await expectInstalled(t, steady, '1.0.0');
  t.match(JSON.stringify((await factsOf(steady)).events), /centre_unreachable/, 'it tells of the day');

  const isRaised = async (): Promise<boolean> => (await alertCount('raised')) > raisedBefore;
  await waitFor('the alert for the other one', isRaised, waitMs);
  const missing = (await appliances('--missing')).map(({ name }) => name);
  t.ok(missing.includes(fallen.name) && !missing.includes(steady.name), `${missing.join()} are missing`);
  fallen.start();
  await waitFor('the alert to be over', isOver, waitMs);
  t.match(JSON.stringify((await factsOf(fallen)).events), /"back"/);
  t.match(await machine('late').tryToEnrol(briefCodes[0] ?? ''), {
    code: 1,
    stderr: /answered 403: There is no such code/,
  });

  await vendor.publish({ version: '1.1.0' });
  for (const agent of [steady, fallen])
    await waitFor(
      `the next version on ${agent.name}`,
      async () => (await agent.read(product, 'version.txt')) === '1.1.0',
      waitMs,
    );
});
