// From SQLite to PostgreSQL: everything arrives, or nothing does.
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { appendAudit } from '#internal-db/audit/append-audit.ts';
import { verifyAudit } from '#internal-db/audit/verify-audit.ts';
import { newRecordId } from '#internal-db/record-id.ts';
import { copyStore } from '#internal-db/store/copy-store.ts';
import { openPostgresStore } from '#internal-db/store/postgres/open-postgres-store.ts';
import { openSqliteStore } from '#internal-db/store/sqlite/open-sqlite-store.ts';
import { PostgresServer } from '../../rig/postgres-server.ts';
import { seedStore } from './store-contract.ts';

const server = await PostgresServer.start();
t.teardown(() => server.remove());
const accountCount = 1200;
const noted = async (): Promise<void> => undefined;

/** A file with something of everything that the engines keep in different ways. */
async function filledFile(place: string): Promise<string> {
  const file = path.join(place, 'consign.db');
  const store = openSqliteStore(file);
  const seeded = await seedStore(store);
  await store.transaction(async (tx) => {
    for (let index = 0; index < accountCount; index += 1) {
      const name = `account-${index}`;
      await tx.accounts.insert({
        id: newRecordId('acc'),
        name,
        displayName: 'Zoë Müller',
        state: 'active',
        createdAtMs: 1,
      });
      await appendAudit(tx, {
        atMs: index,
        actor: 'cli:root',
        action: 'account.create',
        subject: name,
        detail: { name },
      });
    }
    const event = {
      accountId: seeded.acme.id,
      atMs: 1,
      door: 'portal',
      protocol: null,
      principal: 'user:jo',
      address: '::1',
    };
    await tx.accessEvents.count(
      { ...event, refusal: null } as Parameters<typeof tx.accessEvents.count>[0],
      3,
    );
  });
  await store.close();
  return file;
}

t.test('everything is copied, and found there', async (t) => {
  const file = await filledFile(t.testdir({}));
  const settings = server.settingsOf(server.createDatabase());
  const report = await copyStore(file, settings, noted);
  t.match(report, { auditEntryCount: accountCount });
  const [postgres, sqlite] = [await openPostgresStore(settings), openSqliteStore(file)];
  t.teardown(() => Promise.all([postgres.close(), sqlite.close()]));
  t.same(await postgres.read.settings.counts(), await sqlite.read.settings.counts());
  t.same(await verifyAudit(postgres.read), await verifyAudit(sqlite.read));
  const page = { after: null, limit: 2000 };
  t.same(await postgres.read.accounts.page(page), await sqlite.read.accounts.page(page));
  const found = await postgres.read.search.names({ kind: 'account', words: ['muller', 'zoe'], limit: 5 });
  t.equal(found.length, 5, 'by its words, without accents');
  const acme = await postgres.read.accounts.byName('acme');
  const event = {
    accountId: acme?.id ?? '',
    atMs: 90_000,
    door: 'portal',
    protocol: null,
    principal: 'user:jo',
  };
  await postgres.transaction(({ accessEvents }) =>
    accessEvents.count(
      { ...event, address: '::1', refusal: null } as Parameters<typeof accessEvents.count>[0],
      1,
    ),
  );
});

t.test('a log that was changed is not copied, nor is anything into a database in use', async (t) => {
  const file = await filledFile(t.testdir({}));
  const settings = server.settingsOf(server.createDatabase());
  const other = new DatabaseSync(file);
  other.exec('DROP TRIGGER audit_log_never_updated');
  other.exec("UPDATE audit_log SET actor = 'cli:nobody' WHERE sequence = 7");
  other.close();
  await t.rejects(copyStore(file, settings, noted), { code: 'DATABASE_NOT_COPIED' });
  t.equal(server.query(settings.database, 'SELECT count(*) FROM accounts'), '0', 'nothing is left');
  const store = await openPostgresStore(settings);
  await seedStore(store);
  await store.close();
  await t.rejects(copyStore(file, settings, noted), { code: 'DATABASE_NOT_EMPTY' });
});

t.test('a file that is in use is not copied, and nobody comes in meanwhile', async (t) => {
  const file = await filledFile(t.testdir({}));
  const settings = server.settingsOf(server.createDatabase());
  const running = openSqliteStore(file);
  await running.read.settings.counts();
  await t.rejects(copyStore(file, settings, noted), { code: 'DATABASE_IN_USE' });
  await running.close();
  const other = new DatabaseSync(file, { timeout: 0 });
  t.teardown(() => other.close());
  await copyStore(file, settings, async () => {
    t.throws(() => other.prepare('SELECT count(*) FROM accounts').get(), /locked/);
    t.throws(() => other.exec('BEGIN IMMEDIATE'), /locked/);
  });
  t.match(other.prepare('SELECT count(*) AS count FROM accounts').get(), { count: Number });
});
