// Two internal-dbs on one PostgreSQL and two web-fronts: under load one after the other is killed and kept away for a while. Nobody
// who was signed in has to sign in again, nothing that was answered is lost, and the other one goes on with the work of both. One
// that is frozen, as a virtual machine that is moved, loses the lead too, and knows that when it goes on.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { joinNode } from '../rig/joined-node.ts';
import { runProgram } from '../rig/run-program.ts';
import { startConsign, waitFor, type RunningConsign } from '../rig/running-consign.ts';
import { PortalCustomer, sendSignIn } from './portal-customer.ts';
import { shareDatabase } from './shared-database.ts';
import { assertDelivers, openVendor, vendorAccount, vendorTarget } from './small-vendor.ts';

const waitMs = 90_000;
/** Within this time another internal-db has the lead of one that was killed. */
const takeoverMaxMs = 10_000;
/** How long an internal-db is away, under load. */
const awayMs = 2000;

const consign = await startConsign(t);
const vendor = await openVendor(t, consign);
const { second } = await shareDatabase(t, consign, {
  prepare: () => consign.configure('db1/mail', '{"kind":"folder","from":"consign@example.com"}'),
});
const otherFront = await joinNode(t, consign, { role: 'web-front', name: 'web2' });
const databases = { db1: consign, db2: second } as const;
type DatabaseName = keyof typeof databases;
const names = Object.keys(databases) as DatabaseName[];

interface Status {
  readonly database: { readonly engine: string; readonly leads: boolean };
  readonly counts: Readonly<Record<string, number>>;
  readonly nodes: readonly unknown[];
  readonly links: readonly { readonly peer: string }[];
}

const statusOf = (name: DatabaseName) => databases[name].json<Status>('status');
const leads = async (name: DatabaseName): Promise<boolean> => (await statusOf(name)).database.leads;
const isLinkedToAll = async (name: DatabaseName): Promise<boolean> => {
  const { links, nodes } = await statusOf(name);
  return ['web1', 'web2'].every((peer) => links.some((link) => link.peer === peer)) && nodes.length > 0;
};

/** What customers do meanwhile, and how it went. */
interface Load {
  readonly answered: number;
  readonly failed: number;
  readonly signedOut: number;
  /** Ids of deliveries that somebody was told of. */
  readonly deliveries: readonly string[];
}

/** Reads and stages at both web-fronts, one after the other each, until `end`. */
function startLoad(customers: readonly PortalCustomer[], end: AbortSignal): Promise<Load> {
  const load = { answered: 0, failed: 0, signedOut: 0, deliveries: [] as string[] };
  const [product = '', version = '', file = ''] = vendorTarget.split('/');
  const work = async (customer: PortalCustomer, wantsFiles: boolean): Promise<void> => {
    while (!end.aborted) {
      const answer = wantsFiles
        ? await customer.ask('/api/v1/deliveries', { json: { product, version, file } })
        : await customer.ask('/api/v1/products');
      if (answer.status === 401) load.signedOut += 1;
      else if (answer.status >= 400) load.failed += 1;
      else load.answered += 1;
      if (answer.status === 201) load.deliveries.push((JSON.parse(answer.text) as { id: string }).id);
      await delay(wantsFiles ? 300 : 20);
    }
  };
  const all = customers.flatMap((customer) => [
    work(customer, false),
    work(customer, false),
    work(customer, true),
  ]);
  return Promise.all(all).then(() => load);
}

/** Kills it and holds the launcher, which would start it again; returns what lets that one go on. */
function takeAway(name: DatabaseName): () => Promise<void> {
  const owner = databases[name];
  const launcher = owner.pid('launcher');
  const pid = owner.pid('internal-db');
  process.kill(launcher, 'SIGSTOP');
  owner.kill('internal-db');
  return async () => {
    process.kill(launcher, 'SIGCONT');
    await owner.waitForRestart('internal-db', pid);
  };
}

async function fetchByFtps(t: Test, customer: PortalCustomer): Promise<void> {
  const [product = '', version = '', file = ''] = vendorTarget.split('/');
  const { text } = await customer.ask('/api/v1/deliveries', { json: { product, version, file } });
  const { login, password } = JSON.parse(text) as { login: string; password: string };
  const { ftp, caFile } = consign.endpoints;
  const url = `ftp://localhost:${ftp.port}/${vendorTarget}`;
  const args = [
    '-sS',
    '--ssl-reqd',
    '--cacert',
    caFile,
    '-u',
    `${login}:${password}`,
    '-o',
    '/dev/null',
    url,
  ];
  const { code, stderr } = await runProgram('curl', args);
  t.equal(code, 0, `a login over FTPS is decided by the other: ${stderr}`);
}

const customerAt = (front: RunningConsign): Promise<PortalCustomer> =>
  PortalCustomer.signIn(front, vendor.customer);
const customers = [await customerAt(consign), await customerAt(otherFront)];

t.test('a second internal-db joins with a ticket, and both answer from one database', async (t) => {
  for (const name of names) {
    await waitFor(`${name} to be linked`, () => isLinkedToAll(name), waitMs);
    t.match(await statusOf(name), { database: { engine: /^PostgreSQL/ } });
  }
  await waitFor('db1 to lead', () => leads('db1'), waitMs);
  t.notOk(await leads('db2'), 'one of them leads');
  t.equal((await statusOf('db2')).counts['accounts'], 1);
  t.match(await second.json('audit', 'verify'), { intact: true });
  const log = await second.readLogs();
  t.match(log, 'the keys of the database are asked for');
});

for (const name of names) {
  const other = names.find((one) => one !== name) ?? name;
  t.test(`${name} is killed under load`, { timeout: 800_000 }, async (t) => {
    const end = new AbortController();
    const running = startLoad(customers, end.signal);
    await delay(1000);
    const bringBack = takeAway(name);
    const killedAtMs = performance.now();
    await waitFor(`${other} to lead`, () => leads(other), waitMs);
    const takeoverMs = Math.round(performance.now() - killedAtMs);
    t.ok(takeoverMs < takeoverMaxMs, `${other} leads ${takeoverMs} ms after the kill at the latest`);
    await delay(awayMs);
    for (const front of [consign, otherFront]) {
      const { status } = await sendSignIn(front, vendor.customer);
      t.equal(status, 303, 'people sign in while it is away');
    }
    for (const customer of customers) await fetchByFtps(t, customer);
    await bringBack();
    await waitFor(`${name} to be linked again`, () => isLinkedToAll(name), waitMs);
    await delay(500);
    end.abort();
    const load = await running;
    t.comment(JSON.stringify({ ...load, deliveries: load.deliveries.length }));
    t.equal(load.signedOut, 0, 'nobody was signed out');
    t.ok(load.deliveries.length > 5 && load.answered > 50, 'work went on');
    t.ok(load.failed <= 12, `${load.failed} requests that were under way were refused`);
    const isThere = async (id: string): Promise<boolean> =>
      (await customers[0]?.ask(`/api/v1/deliveries/${id}`))?.status === 200;
    const found = await Promise.all(load.deliveries.map(isThere));
    t.ok(found.every(Boolean), 'every delivery that was answered is there');

    // Sealed by the one that came back, opened and sent by the one that leads now.
    await databases[name].json('user', 'invite', vendorAccount, `${name}@example.com`);
    const folder = join(databases[other].state, 'internal-db', 'mail');
    const hasMail = async (): Promise<boolean> => existsSync(folder) && readdirSync(folder).length > 0;
    await waitFor('the mail', hasMail, waitMs);
    t.match(await databases[other].json('audit', 'verify'), { intact: true });
    await assertDelivers(t, consign, vendor);
  });
}

t.test('the one that leads is frozen', { timeout: 800_000 }, async (t) => {
  await waitFor('one to lead', async () => (await leads('db1')) || leads('db2'), waitMs);
  const frozen = (await leads('db1')) ? 'db1' : 'db2';
  const other = frozen === 'db1' ? 'db2' : 'db1';
  const pid = databases[frozen].pid('internal-db');
  process.kill(pid, 'SIGSTOP');
  t.teardown(() => process.kill(pid, 'SIGCONT'));
  const frozenAtMs = performance.now();
  await waitFor(`${other} to lead`, () => leads(other), waitMs);
  t.comment(`${other} leads after ${Math.round(performance.now() - frozenAtMs)} ms`);
  process.kill(pid, 'SIGCONT');
  t.equal(await leads(frozen), false, 'its first answer when it goes on: it leads no more');
  await waitFor(`${other} to lead still`, () => leads(other), waitMs);
  t.equal(databases[frozen].pid('internal-db'), pid, 'and it is the same process');
  await waitFor(`${frozen} to be linked`, () => isLinkedToAll(frozen), waitMs);
  t.match(await second.json('audit', 'verify'), { intact: true });
  await assertDelivers(t, consign, vendor);
});
