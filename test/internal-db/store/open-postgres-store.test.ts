// The PostgreSQL engine: the contract of stores on a real server, and what it refuses or survives.
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import t from 'tap';
import { appendAudit } from '#internal-db/audit/append-audit.ts';
import { verifyAudit } from '#internal-db/audit/verify-audit.ts';
import { openPostgresStore } from '#internal-db/store/postgres/open-postgres-store.ts';
import { openSqliteStore } from '#internal-db/store/sqlite/open-sqlite-store.ts';
import { PostgresServer } from '../../rig/postgres-server.ts';
import { testConsoleContract } from './console-contract.ts';
import { testHistoryContract } from './history-contract.ts';
import { testIdentityLinkContract } from './identity-link-contract.ts';
import { testManyProductsContract } from './many-products-contract.ts';
import { testPortalViewContract } from './portal-view-contract.ts';
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
  testPortalViewContract(t, open);
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

t.test('one internal-db at a time uses a database, and a newer program has the last word', async (t) => {
  const database = server.createDatabase();
  const first = await openPostgresStore(server.settingsOf(database));
  const second = openPostgresStore(server.settingsOf(database));
  await setTimeout(500);
  await first.close();
  await (await second).close();
  server.query(database, 'INSERT INTO schema_version (version) VALUES (99)');
  await t.rejects(openPostgresStore(server.settingsOf(database)), { code: 'DATABASE_NEWER' });
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
