// Which internal-db leaves when its machine's clock is apart from the database server's: never the last one that could serve.
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { compareClocks, findClocksApart } from '#internal-db/database-clock.ts';
import { openSqliteStore } from '#internal-db/store/sqlite/open-sqlite-store.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';

const startMs = Date.UTC(2026, 0, 1);
const members = ['db1', 'db2'].map((id) => ({ id, role: 'internal-db' as const }));

const setUp = (t: Test) => {
  const opened = openSqliteStore(join(temporaryFolder(t), 'consign.db'));
  t.teardown(() => opened.close());
  const server = { nowMs: startMs };
  const store = { ...opened, serverTimeMs: () => Promise.resolve(server.nowMs) };
  /** Compares at a machine whose clock is so far ahead. */
  const compare = (id: string, aheadMs: number, { of = members, isServing = true } = {}) =>
    compareClocks({ store, id, name: id, wallMs: () => server.nowMs + aheadMs }, of, isServing);
  return { server, store, compare };
};

for (const aheadMs of [300_000, -300_000, 31_000]) {
  t.test(`who is ${aheadMs / 1000} s ahead leaves while another one is right`, async (t) => {
    const { store, compare } = setUp(t);
    await compare('db1', 0);
    await t.rejects(compare('db2', aheadMs), { code: 'clock_apart', message: /of db2 .* of db1 is right/ });
    t.match(await findClocksApart(store), [{ name: 'db2', aheadMs }]);
    await compare('db2', 0);
    t.same(await findClocksApart(store), [], 'and is back with the right time');
  });
}

t.test('nobody leaves who is alone, or without another one that is there and right', async (t) => {
  const { server, store, compare } = setUp(t);
  await compare('db1', 300_000, { of: members.slice(0, 1) });
  t.equal(await store.read.settings.get('internal_db_clocks'), undefined, 'who is alone notes nothing');
  await compare('db1', 0);
  server.nowMs += 31_000;
  await compare('db2', 300_000);
  t.match(await findClocksApart(store), [{ name: 'db2' }], 'db1 went away: it is told of, and serves');
  await t.resolves(compare('db1', -300_000), 'the server alone may be wrong');
  server.nowMs += 601_000;
  t.same(await findClocksApart(store), [], 'what was noted long ago is not told');
});

t.test("nobody leaves when the server's own clock is set", async (t) => {
  for (const jumpMs of [300_000, -300_000, -35_000]) {
    const { server, compare } = setUp(t);
    for (const id of ['db1', 'db2']) await compare(id, 0);
    server.nowMs += 8000;
    server.nowMs += jumpMs;
    for (const id of ['db1', 'db2', 'db1', 'db2']) await t.resolves(compare(id, -jumpMs));
  }
});

t.test('one that nobody reaches makes no other leave, however right its clock is', async (t) => {
  const { compare } = setUp(t);
  await compare('db1', 0, { isServing: false });
  await t.resolves(compare('db2', 300_000));
  await compare('db1', 0);
  await t.rejects(compare('db2', 300_000), { code: 'clock_apart' });
});

t.test('a few seconds are no reason', async (t) => {
  const { store, compare } = setUp(t);
  await compare('db1', 0);
  await t.resolves(compare('db2', 29_000));
  t.same(await findClocksApart(store), []);
});
