// The store behind PgBouncer, which pools by session: what each connection is told reaches the server, one of several leads,
// transactions of all are one after the other, and the end of the pooler is borne.
import t from 'tap';
import { appendAudit } from '#internal-db/audit/append-audit.ts';
import { verifyAudit } from '#internal-db/audit/verify-audit.ts';
import { openPostgresStore } from '#internal-db/store/postgres/open-postgres-store.ts';
import type { Store } from '#internal-db/store/store.ts';
import { PostgresServer } from '../../rig/postgres-server.ts';
import { PgBouncer } from '../../rig/running-pgbouncer.ts';
import { waitFor } from '../../rig/running-consign.ts';

const server = await PostgresServer.start();
const pooler = await PgBouncer.start(server, 'session');
t.teardown(async () => {
  await pooler.remove();
  await server.remove();
});

const entry = (subject: string) => ({ atMs: 1, actor: 'cli:root', action: 'test.done', subject, detail: {} });
const append = (store: Store, subject: string) =>
  store.transaction((transaction) => appendAudit(transaction, entry(subject)));

t.test('two use a database through it, and one of them leads', { timeout: 800_000 }, async (t) => {
  const database = server.createDatabase();
  const stores = await Promise.all([1, 2].map(() => openPostgresStore(pooler.settingsOf(database))));
  const [first, second] = stores;
  if (!first || !second) throw new Error('two were opened');
  t.teardown(() => second.close());
  await first.leadership.seek();
  await second.leadership.seek();
  t.same([first.leadership.isOurs, second.leadership.isOurs], [true, false]);
  await Promise.all(
    Array.from({ length: 60 }, (_, index) => append(index % 2 ? first : second, String(index))),
  );
  t.match(await verifyAudit(second.read), { intact: true, entryCount: 60 }, 'one chain of entries by both');

  const limits = server.query(
    database,
    `SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = 1668247155`,
  );
  t.equal(limits, '3', 'both are present, one leads');
  await first.close();
  await waitFor('the other to lead', () => second.leadership.isOurs, 60_000);
  const left = server.query(
    database,
    `SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = 1668247155`,
  );
  t.equal(left, '2', 'the pooler does not keep the locks of who has gone');
});

t.test('what a connection is told reaches the server', { timeout: 800_000 }, async (t) => {
  const store = await openPostgresStore(pooler.settingsOf(server.createDatabase()));
  t.teardown(() => store.close());
  // A transaction that stands still holds all others up.
  const standing = store.transaction(async (transaction) => {
    await appendAudit(transaction, entry('stands still'));
    await new Promise((resolve) => setTimeout(resolve, 13_000));
    await appendAudit(transaction, entry('goes on'));
  });
  await t.rejects(standing, { code: 'unreachable' }, 'the server has ended it');
  t.match(await verifyAudit(store.read), { intact: true, entryCount: 0 });
});

t.test('a pooler that lends connections for one transaction is refused', { timeout: 60_000 }, async (t) => {
  const lending = await PgBouncer.start(server, 'transaction');
  t.teardown(() => lending.remove());
  const settings = lending.settingsOf(server.createDatabase());
  await t.rejects(openPostgresStore(settings), { code: 'DATABASE_UNUSABLE', message: /pool_mode = session/ });
});

t.test('the pooler ends and comes back', { timeout: 800_000 }, async (t) => {
  const store = await openPostgresStore(pooler.settingsOf(server.createDatabase()));
  t.teardown(() => store.close());
  await store.leadership.seek();
  await append(store, 'before');
  await pooler.down();
  await waitFor('nobody to lead', () => !store.leadership.isOurs, 60_000);
  const read = verifyAudit(store.read);
  const written = append(store, 'meanwhile');
  await pooler.up();
  await written;
  t.match(await read, { intact: true }, 'what is read meanwhile is only late');
  t.match(await verifyAudit(store.read), { intact: true, entryCount: 2 });
  await waitFor('it to lead again', () => store.leadership.isOurs, 60_000);
});
