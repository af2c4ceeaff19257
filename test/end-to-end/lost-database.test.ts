// One of two internal-dbs is lost for good: the operators evict it by the other one, which becomes the anchor, and everything goes
// on there. Then the old one comes back as it was, and finds every door shut: the database, the links, and the nodes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { joinNode } from '../rig/joined-node.ts';
import { plainCommand } from '../rig/plain-process.ts';
import { runProgram } from '../rig/run-program.ts';
import { startConsign, waitFor, type RunningConsign } from '../rig/running-consign.ts';
import { PortalCustomer, sendSignIn } from './portal-customer.ts';
import { shareDatabase } from './shared-database.ts';
import { assertDelivers, assertPlain, openVendor, vendorAccount } from './small-vendor.ts';

const waitMs = 90_000;
const repository = join(import.meta.dirname, '..', '..');
/** Behind the first port of a machine's row. */
const portOf = { webFrontLink: 6, internalDbAdministration: 7 } as const;

const consign = await startConsign(t);
const vendor = await openVendor(t, consign);
const { second } = await shareDatabase(t, consign);
const otherFront = await joinNode(t, consign, { role: 'web-front', name: 'web2' });

interface Status {
  readonly database: { readonly leads: boolean };
  readonly links: readonly { readonly peer: string }[];
}
interface Membership {
  readonly members: readonly { readonly name: string; readonly isAnchor: boolean }[];
}

const statusOf = (machine: RunningConsign) => machine.json<Status>('status');
const isLinkedTo = async (machine: RunningConsign, ...peers: string[]): Promise<boolean> => {
  const { links } = await statusOf(machine);
  return peers.every((name) => links.some(({ peer }) => peer === name));
};

/** The operators' command, which has their key from `consign` and asks db2 on its administration listener. */
const at = ['--at', `127.0.0.1:${second.portBase + portOf.internalDbAdministration}`];
const operate = <T>(...args: string[]): Promise<T> => consign.json<T>(...at, ...args);

// What else is on its machine in this test, a web-front and an FTP node, stays.
const launcher = consign.pid('launcher');
t.teardown(() => void process.kill(launcher, 'SIGCONT'));
/** db1's program as its unit would start it; its launcher stands still. */
const oldProgram = ['internal-db/main.ts', '--config', join(consign.state, 'internal-db', 'config.json')];

t.test('db1 is lost, and db2 takes its place by one command', { timeout: 800_000 }, async (t) => {
  // db1 dials web2, so that it will knock there when it comes back.
  const place = { host: '127.0.0.1', port: otherFront.portBase + portOf.webFrontLink, connections: 2 };
  const dials = await consign.json<{ peer: string }[]>('config', 'show', 'web2/links/dial');
  const others = dials.filter(({ peer }) => peer !== 'db1');
  const knocking = ['db1/links/dial', JSON.stringify([{ peer: 'web2', ...place }])];
  await consign.configure(...knocking, 'web2/links/dial', JSON.stringify(others));
  for (const machine of [consign, second])
    await waitFor('links', () => isLinkedTo(machine, 'web1', 'web2'), waitMs);

  process.kill(launcher, 'SIGSTOP');
  consign.kill('internal-db');
  await waitFor('db2 to lead', async () => (await statusOf(second)).database.leads, waitMs);

  const reason = ['--reason', 'Its machine is gone'];
  const kept = await consign.run(...at, 'node', 'evict', 'db1', ...reason);
  t.equal(kept.code, 5);
  assertPlain(t, kept.stderr, /db1 is the anchor.*--anchor/);
  const evicted = await consign.run(...at, 'node', 'evict', 'db1', '--anchor', 'db2', ...reason);
  t.equal(evicted.code, 0, evicted.stderr);
  t.match(evicted.stdout, /db1 is out\. Version \S+ is installed on every node/);
  const { members } = await operate<Membership>('node', 'list');
  t.comment(JSON.stringify(members));
  t.same(members.map(({ name }) => name).toSorted(), ['db2', 'ftp1', 'web1', 'web2']);
});

t.test(
  'people sign in, files are granted and delivered, keys are rotated',
  { timeout: 800_000 },
  async (t) => {
    for (const front of [consign, otherFront])
      t.equal((await sendSignIn(front, vendor.customer)).status, 303);
    await second.json('product', 'create', 'other');
    await second.json('grant', vendorAccount, 'other', '--reason', 'db2 decides');
    const customer = await PortalCustomer.signIn(otherFront, vendor.customer);
    t.match((await customer.ask('/api/v1/products')).text, /"other"/);
    await assertDelivers(t, second, vendor);
    const rotated = await consign.run(...at, 'bag', 'rotate');
    t.equal(rotated.code, 0, rotated.stderr);
    t.match(rotated.stdout, 'Every link has new keys');
    await operate(
      'config',
      'set',
      'policy/rotateEveryDays',
      '77',
      '--publish',
      '--reason',
      'db2 is the anchor',
    );
    await assertDelivers(t, second, vendor);
  },
);

t.test('db1 comes back with its old state, and the database is closed to it', async (t) => {
  const { code, stderr } = await runProgram(process.execPath, oldProgram, { directory: repository });
  t.equal(code, 78, 'its unit does not start it again');
  assertPlain(t, stderr.split('\n').filter(Boolean).at(-1) ?? '', /db1 was evicted/);
  t.ok((await statusOf(second)).database.leads, 'db2 leads');
});

t.test('with a database of its own nobody links with it', { timeout: 800_000 }, async (t: Test) => {
  // The file of before the move to PostgreSQL is still beside it.
  await rm(join(consign.state, 'internal-db', 'database.json'));
  const [command, args] = plainCommand(process.execPath, oldProgram);
  const child = spawn(command, args, { cwd: repository, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  t.teardown(async () => {
    if (child.exitCode === null && child.kill('SIGTERM')) await once(child, 'close');
  });
  await waitFor('its start', () => said.includes('internal-db is ready') || child.exitCode !== null, waitMs);
  const log = join(otherFront.state, 'logs', 'web-front.log');
  const isRefused = async (): Promise<boolean> => (await readFile(log, 'utf8')).includes('"unknown_node"');
  await waitFor('web2 to refuse it', isRefused, waitMs);
  t.same((await statusOf(consign)).links, [], 'it has no link');
  await assertDelivers(t, second, vendor);
});
