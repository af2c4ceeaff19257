// The PostgreSQL engine: the contract of stores on a real server, and what it refuses or survives.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import t from 'tap';
import { appendAudit } from '#internal-db/audit/append-audit.ts';
import { verifyAudit } from '#internal-db/audit/verify-audit.ts';
import { replyFor } from '#internal-db/error-replies.ts';
import { openPostgresStore, openPostgresWriter } from '#internal-db/store/postgres/open-postgres-store.ts';
import { openSqliteStore } from '#internal-db/store/sqlite/open-sqlite-store.ts';
import type { Store } from '#internal-db/store/store.ts';
import { mountMemory } from '../../rig/mounted-memory.ts';
import { PostgresServer } from '../../rig/postgres-server.ts';
import { waitFor } from '../../rig/running-consign.ts';
import { testConsoleContract } from './console-contract.ts';
import { testFleetContract } from './fleet-contract.ts';
import { testFleetMetadataContract } from './fleet-metadata-contract.ts';
import { testHistoryContract } from './history-contract.ts';
import { testIdentityLinkContract } from './identity-link-contract.ts';
import { testCatalogMemoryContract } from './catalog-memory-contract.ts';
import { testManyProductsContract } from './many-products-contract.ts';
import { testOriginalRemovalContract } from './original-removal-contract.ts';
import { testPortalViewContract } from './portal-view-contract.ts';
import { testRolloutContract } from './rollout-contract.ts';
import { testSshKeyContract } from './ssh-key-contract.ts';
import { testStaffSecurityContract } from './staff-security-contract.ts';
import { testStaffTokenContract } from './staff-token-contract.ts';
import { testStatisticsContract } from './statistics-contract.ts';
import { seedStore, testStoreContract } from './store-contract.ts';

const server = await PostgresServer.start();
t.teardown(() => server.remove());

/** Each place is a database. */
const databases = new Map<string, string>();
function open(place: string) {
  const database = databases.get(place) ?? server.createDatabase();
  databases.set(place, database);
  return openPostgresStore(server.settingsOf(database));
}

t.test('the contract of stores', async (t) => {
  testStoreContract(t, open);
  testConsoleContract(t, open);
  testHistoryContract(t, open);
  testIdentityLinkContract(t, open);
  testManyProductsContract(t, open);
  testCatalogMemoryContract(t, open);
  testPortalViewContract(t, open);
  testOriginalRemovalContract(t, open);
  testFleetContract(t, open);
  testFleetMetadataContract(t, open);
  testRolloutContract(t, open);
  testSshKeyContract(t, open);
  testStaffSecurityContract(t, open);
  testStaffTokenContract(t, open);
  testStatisticsContract(t, open);
});

t.test('both engines have the same schema versions', async (t) => {
  const place = t.testdir({});
  const [postgres, sqlite] = [await open(place), openSqliteStore(path.join(place, 'consign.db'))];
  t.teardown(() => Promise.all([postgres.close(), sqlite.close()]));
  const [ours, theirs] = await Promise.all([postgres.describe(), sqlite.describe()]);
  t.equal(ours.schemaVersion, theirs.schemaVersion);
  t.ok(ours.sizeBytes > 0);
  t.match(ours.engine, /^PostgreSQL \d+/);
});

t.test('several use a database, one of them leads, and a newer program has the last word', async (t) => {
  const database = server.createDatabase();
  const settings = server.settingsOf(database);
  const [first, second] = await Promise.all([openPostgresStore(settings), openPostgresStore(settings)]);
  t.same(
    [first.leadership.isOurs, second.leadership.isOurs],
    [false, false],
    'who did not seek it leads not',
  );
  await first.leadership.seek();
  await second.leadership.seek();
  t.same([first.leadership.isOurs, second.leadership.isOurs], [true, false]);
  const entry = (subject: string) => ({
    atMs: 1,
    actor: 'cli:root',
    action: 'test.done',
    subject,
    detail: {},
  });
  const appendAt = (store: Store, index: number) =>
    store.transaction((transaction) => appendAudit(transaction, entry(String(index))));
  await Promise.all(Array.from({ length: 60 }, (_, index) => appendAt(index % 2 ? first : second, index)));
  t.match(await verifyAudit(second.read), { intact: true, entryCount: 60 }, 'one chain of entries by both');
  // As when the leader's process dies: its connection is gone, and another one has the lock before it can come back.
  await first.close();
  await waitFor('the other to lead', () => second.leadership.isOurs, 60_000);
  server.query(database, 'INSERT INTO schema_version (version) VALUES (99)');
  await t.rejects(openPostgresStore(settings), { code: 'DATABASE_NEWER' });
  await second.close();
});

t.test('a leader that lost its connection leads no more, until it has the lock again', async (t) => {
  const database = server.createDatabase();
  const store = await openPostgresStore(server.settingsOf(database));
  t.teardown(() => store.close());
  await store.leadership.seek();
  t.equal(store.leadership.isOurs, true);
  await server.down('immediate');
  await waitFor('nobody to lead', () => !store.leadership.isOurs, 60_000);
  await server.up();
  await waitFor('it to lead again', () => store.leadership.isOurs, 60_000);
});

t.test('a leader that is not fit lets another lead, and leads where nobody else does', async (t) => {
  const settings = server.settingsOf(server.createDatabase());
  const [first, second] = await Promise.all([openPostgresStore(settings), openPostgresStore(settings)]);
  t.teardown(() => Promise.all([first.close(), second.close()]));
  let isFit = true;
  await first.leadership.seek(() => isFit);
  await second.leadership.seek();
  t.same([first.leadership.isOurs, second.leadership.isOurs], [true, false]);
  isFit = false;
  await waitFor('the fit one to lead', () => second.leadership.isOurs, 40_000);
  t.notOk(first.leadership.isOurs);
  await second.close();
  await waitFor('the other one to lead again', () => first.leadership.isOurs, 60_000);
});

t.test('who copies into a database has it alone', { timeout: 90_000 }, async (t) => {
  const settings = server.settingsOf(server.createDatabase());
  const store = await openPostgresStore(settings);
  const copying = openPostgresWriter(settings);
  t.equal(await Promise.race([copying, setTimeout(300, 'it waits')]), 'it waits');
  await store.close();
  const writer = await copying;
  const waiting = openPostgresStore(settings);
  await setTimeout(300);
  await writer.begin();
  await writer.rollback();
  await writer.close();
  await (await waiting).close();
});

t.test('a full disk fails what is written and nothing else, and passes', { timeout: 800_000 }, async (t) => {
  // PostgreSQL's own user has to reach it.
  const folder = mkdtempSync(path.join(tmpdir(), 'consign-full-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const disk = await mountMemory(t, path.join(folder, 'disk'), 160);
  for (const directory of [folder, disk.directory]) chmodSync(directory, 0o755);
  const small = await PostgresServer.start({ folder: disk.directory });
  t.teardown(() => small.remove());
  const store = await openPostgresStore(small.settingsOf(small.createDatabase()));
  t.teardown(() => store.close());
  const detail = { text: 'x'.repeat(3000) };
  const append = (subject: string) => {
    const event = { atMs: 1, actor: 'cli:root', action: 'test.done', subject, detail };
    return store.transaction((transaction) => appendAudit(transaction, event));
  };
  await append('before');
  disk.fill();
  let doneCount = 1;
  const codes = new Set<string>();
  for (let index = 0; index < 4000 && codes.size === 0; index += 1) {
    await append(String(index)).then(
      () => (doneCount += 1),
      (error: { code: string }) => codes.add(error.code),
    );
  }
  const [code = ''] = codes;
  t.ok(['disk_full', 'unreachable', 'outcome_unknown'].includes(code), `it is refused: ${code}`);
  t.ok(await store.read.audit.last(), 'reading goes on');
  disk.free();
  await small.up();
  await append('after');
  const { intact, entryCount } = await verifyAudit(store.read);
  const there = code === 'outcome_unknown' ? [doneCount + 1, doneCount + 2] : [doneCount + 1];
  t.ok(intact && there.includes(entryCount), 'what was answered is there');
});

t.test('a transaction that stands still is ended, and the others go on', { timeout: 60_000 }, async (t) => {
  const settings = server.settingsOf(server.createDatabase());
  const [stopped, other] = await Promise.all([openPostgresStore(settings), openPostgresStore(settings)]);
  t.teardown(() => Promise.all([stopped.close(), other.close()]));
  const begun = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const still = stopped.transaction(async ({ settings: values }) => {
    begun.resolve();
    await goOn.promise;
    await values.put('configuration_version', 'lost');
  });
  const ended = t.rejects(still, { code: 'unreachable' });
  await begun.promise;
  await other.transaction(({ settings: values }) => values.put('configuration_version', 'kept'));
  goOn.resolve();
  await ended;
  t.equal(await stopped.read.settings.get('configuration_version'), 'kept');
});

t.test('a database that can not be relied on is refused', async (t) => {
  const settings = server.settingsOf(server.createDatabase('C.UTF-8'));
  await (await openPostgresStore(settings)).close();
  server.query(settings.database, `ALTER DATABASE ${settings.database} SET synchronous_commit = off`);
  await t.rejects(openPostgresStore(settings), { code: 'DATABASE_UNUSABLE' });
  await t.rejects(openPostgresStore({ ...settings, database: 'missing' }), { code: 'DATABASE_UNREACHABLE' });
  await t.rejects(openPostgresStore({ ...settings, host: '192.0.2.1' }), { code: 'DATABASE_UNSAFE' });
});

t.test('what must not change does not, whoever asks', async (t) => {
  const database = server.createDatabase();
  const store = await openPostgresStore(server.settingsOf(database));
  t.teardown(() => store.close());
  await seedStore(store);
  const event = { atMs: 1, actor: 'cli:root', action: 'test.done', subject: 'acme', detail: {} };
  await store.transaction((transaction) => appendAudit(transaction, event));
  for (const sql of [
    "UPDATE audit_log SET actor = 'nobody'",
    'DELETE FROM audit_log',
    'TRUNCATE audit_log',
    'DELETE FROM entitlements',
  ]) {
    t.throws(() => server.query(database, sql), sql);
  }
});

t.test(
  'of a server that is lost in the middle of COMMIT nobody claims to know more than is so',
  async (t) => {
    const database = server.createDatabase();
    const store = await openPostgresStore(server.settingsOf(database));
    t.teardown(() => store.close());
    server.query(
      database,
      `CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NULL; END';
     CREATE CONSTRAINT TRIGGER waits AFTER INSERT OR UPDATE ON settings DEFERRABLE INITIALLY DEFERRED
       FOR EACH ROW EXECUTE FUNCTION wait()`,
    );
    const written = store.transaction((transaction) =>
      transaction.settings.put('configuration_version', 'x'),
    );
    const outcome = t.rejects(written, { code: 'outcome_unknown' });
    const standing =
      "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query = 'COMMIT'";
    await waitFor('the COMMIT to stand', () => server.query(database, standing) === '1', 30_000);
    await server.down('immediate');
    await outcome;
    const reply = replyFor(await written.catch((error: unknown) => error), () => undefined);
    t.match(reply, { code: 'deadline', message: /Look whether it was done/ });
    await server.up();
    t.equal(await store.read.settings.get('configuration_version'), undefined);
  },
);

t.test('a server that is restarted under load loses nothing, and fails no read', async (t) => {
  const database = server.createDatabase();
  const store = await openPostgresStore(server.settingsOf(database));
  t.teardown(() => store.close());
  const counts = { done: 0, undone: 0, reads: 0 };
  const end = new AbortController();
  const write = async (writer: number) => {
    for (let index = 0; !end.signal.aborted; index += 1) {
      const event = {
        atMs: 1,
        actor: 'cli:root',
        action: 'test.done',
        subject: `${writer}/${index}`,
        detail: {},
      };
      try {
        await store.transaction((transaction) => appendAudit(transaction, event));
        counts.done += 1;
      } catch (error) {
        t.match(error, { code: 'unreachable' });
        counts.undone += 1;
      }
    }
  };
  const read = async () => {
    for (; !end.signal.aborted; counts.reads += 1) await store.read.settings.get('audit_head_sequence');
  };
  const work = Promise.all([...Array.from({ length: 20 }, (_, writer) => write(writer)), read(), read()]);
  work.catch(() => end.abort());
  for (const how of ['immediate', 'fast', 'immediate'] as const) {
    await setTimeout(300);
    await server.down(how);
    await server.up();
  }
  await setTimeout(300);
  end.abort();
  await work;
  const verdict = await verifyAudit(store.read);
  t.match(verdict, { intact: true, entryCount: counts.done }, JSON.stringify({ ...counts, ...verdict }));
  t.ok(counts.done > 0 && counts.reads > 0);
});
