// Of two internal-dbs on one PostgreSQL one is upgraded to a version that changes the schema, while customers work: the other one,
// which does not know it, writes nothing from that moment on and ends, and the new one goes on alone.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { joinNode } from '../rig/joined-node.ts';
import { plainCommand } from '../rig/plain-process.ts';
import { startConsign, waitFor, type RunningConsign } from '../rig/running-consign.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';
import { PortalCustomer, sendSignIn } from './portal-customer.ts';
import { shareDatabase } from './shared-database.ts';
import { assertDelivers, assertPlain, openVendor, vendorTarget } from './small-vendor.ts';

const waitMs = 90_000;
const repository = join(import.meta.dirname, '..', '..');
/** Whose connection writes an audit entry from the migration on; it takes long enough for others to want to write meanwhile. */
const madeUpMigration = `CREATE TABLE written_by (pid BIGINT NOT NULL);
  CREATE FUNCTION note_writer() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN INSERT INTO written_by VALUES (pg_backend_pid()); RETURN NEW; END';
  CREATE TRIGGER note_writer AFTER INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION note_writer();
  SELECT pg_sleep(2);`;

const consign = await startConsign(t);
const vendor = await openVendor(t, consign);
const { server, database, second } = await shareDatabase(t, consign);
const otherFront = await joinNode(t, consign, { role: 'web-front', name: 'web2' });

/** A Consign with one migration more. Returns its internal-db's program and the version of its schema. */
function makeNewerVersion(): { program: string; schemaVersion: number } {
  const folder = temporaryFolder(t);
  for (const part of ['package.json', 'commlink', 'internal-db'])
    cpSync(join(repository, part), join(folder, part), { recursive: true });
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
  const migrations = join(folder, 'internal-db', 'store', 'postgres', 'migrations');
  const schemaVersion = Math.max(...readdirSync(migrations).map((name) => Number.parseInt(name, 10))) + 1;
  writeFileSync(join(migrations, `${String(schemaVersion).padStart(4, '0')}-made-up.sql`), madeUpMigration);
  return { program: join(folder, 'internal-db', 'main.ts'), schemaVersion };
}

const held = new Set<number>();
t.teardown(() => held.forEach((launcher) => process.kill(launcher, 'SIGCONT')));

/** Holds the launcher, which would start it again, until the test ends. */
function hold(machine: RunningConsign): void {
  const launcher = machine.pid('launcher');
  process.kill(launcher, 'SIGSTOP');
  held.add(launcher);
}

/** The newer program in the place of db2's; resolves when it is ready. */
async function startNewer(program: string): Promise<void> {
  const config = join(second.state, 'internal-db', 'config.json');
  const [command, args] = plainCommand(process.execPath, [program, '--config', config]);
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(async () => {
    if (child.exitCode === null && child.kill('SIGTERM')) await once(child, 'close');
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  const isReady = (): boolean => {
    if (child.exitCode !== null) throw new Error(said);
    return said.includes('internal-db is ready');
  };
  await waitFor('the newer program', isReady, waitMs);
}

/** What became of the requests: how many were granted, and when each other was refused, in milliseconds of the steady clock. */
interface Load {
  answered: number;
  readonly refusedAtMs: number[];
}

/** Asks for the file again and again. */
async function stageAgainAndAgain(load: Load, end: AbortSignal): Promise<void> {
  const customer = await PortalCustomer.signIn(consign, vendor.customer);
  const [product = '', version = '', file = ''] = vendorTarget.split('/');
  while (!end.aborted) {
    const { status } = await customer.ask('/api/v1/deliveries', { json: { product, version, file } });
    if (status === 201) load.answered += 1;
    else load.refusedAtMs.push(performance.now());
    await delay(50);
  }
}

t.test('the older one writes nothing more and ends', { timeout: 800_000 }, async (t) => {
  const { program, schemaVersion } = makeNewerVersion();
  const old = consign.pid('internal-db');
  const end = new AbortController();
  const load: Load = { answered: 0, refusedAtMs: [] };
  const working = stageAgainAndAgain(load, end.signal);
  hold(second);
  second.kill('internal-db');
  // Each internal-db shares the lock that says that the database is in use.
  const present = `SELECT count(*) FROM pg_stat_activity, pg_locks WHERE pg_locks.pid = pg_stat_activity.pid
    AND datname = '${database}' AND locktype = 'advisory' AND objid = 2`;
  const isGone = (): boolean => server.query(database, present) === '1';
  await waitFor('db2 to be gone from the server', isGone, waitMs);
  const pids = server.query(database, `SELECT pid FROM pg_stat_activity WHERE datname = '${database}'`);
  hold(consign);
  await startNewer(program);

  // Its parent stands still, so it stays in the list of processes when it has ended.
  const hasEnded = (): boolean => readFileSync(`/proc/${old}/stat`, 'utf8').includes(') Z ');
  await waitFor('db1 to end', hasEnded, waitMs);
  for (const front of [consign, otherFront]) {
    // A web-front that was linked to db1 alone has still to reach the new one.
    const isLetIn = async (): Promise<boolean> => (await sendSignIn(front, vendor.customer)).status === 303;
    await waitFor('people to sign in', isLetIn, waitMs);
  }
  await assertDelivers(t, second, vendor);
  const answeredBefore = load.answered;
  await waitFor('work to go on', () => load.answered > answeredBefore + 5, waitMs);
  end.abort();
  await working;
  const { answered, refusedAtMs } = load;
  const refusedMs = Math.round((refusedAtMs.at(-1) ?? 0) - (refusedAtMs[0] ?? 0));
  t.comment(`${answered} answered; ${refusedAtMs.length} refused in ${refusedMs} ms`);

  const writers = server.query(database, 'SELECT DISTINCT pid FROM written_by').split('\n').filter(Boolean);
  t.ok(writers.length > 0, 'the newer one has written');
  const olderOnes = new Set(pids.split('\n'));
  t.same(
    writers.filter((pid) => olderOnes.has(pid)),
    [],
    'and nobody who was there before the migration',
  );
  t.equal(server.query(database, 'SELECT max(version) FROM schema_version'), String(schemaVersion));
  t.match(await second.json('audit', 'verify'), { intact: true });
});

t.test('it says why, and does not start again', { timeout: 800_000 }, async (t) => {
  const launcher = consign.pid('launcher');
  held.delete(launcher);
  process.kill(launcher, 'SIGCONT');
  await waitFor('the launcher to give up', () => /internal-db can't run/.test(consign.output), waitMs);
  const said = consign.output.split('\n').find((line) => line.includes("internal-db can't run")) ?? '';
  assertPlain(t, said, /knows versions up to \d+ only/);
  t.match(await consign.readLogs(), /"msg":"A newer internal-db has brought the database to schema version/);
});
