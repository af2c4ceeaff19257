// How SQLite carries out statistics and the search of the audit log: down an index and without sorting, so that a page costs by
// days, products and rows shown, never by downloads or entries.
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t, { type Test } from 'tap';
import { openSqliteStore } from '#internal-db/store/sqlite/open-sqlite-store.ts';
import type { Store } from '#internal-db/store/store.ts';

/** The plans of the statements that `work` runs. */
async function plansOf(t: Test, work: (store: Store) => Promise<unknown>): Promise<string[]> {
  const file = path.join(t.testdir({}), 'consign.db');
  const store = openSqliteStore(file);
  const database = new DatabaseSync(file);
  t.teardown(async () => {
    database.close();
    await store.close();
  });
  const recorded: string[] = [];
  const prepare = Object.getOwnPropertyDescriptor(DatabaseSync.prototype, 'prepare') ?? {};
  const record: ProxyHandler<(sql: string) => unknown> = {
    apply: (target, connection, parameters) => {
      recorded.push(String(parameters[0]));
      return Reflect.apply(target, connection, parameters) as unknown;
    },
  };
  const recording = { ...prepare, value: new Proxy(prepare.value as (sql: string) => unknown, record) };
  Object.defineProperty(DatabaseSync.prototype, 'prepare', recording);
  try {
    await work(store);
  } finally {
    Object.defineProperty(DatabaseSync.prototype, 'prepare', prepare);
  }
  return recorded.flatMap((sql) => {
    const rows = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[];
    return rows.map(({ detail }) => detail);
  });
}

t.test('statistics read sums and never the downloads', async (t) => {
  const days = { fromDay: 1, toDay: 30, productId: null, nodeName: null };
  const page = { after: null, limit: 50 };
  const plans = await plansOf(t, async ({ read: { statistics } }) => {
    await statistics.downloadsByDay(days);
    await statistics.downloadsByProduct(days);
    await statistics.downloadsByNode(days);
    await statistics.holderCount('rel');
    await statistics.holdersOf('rel', page);
    await statistics.accountsByNewest('prd');
    await statistics.accountsAt('rel', page);
    await statistics.newestOf('prd', 'acc');
  });
  t.ok(plans.length > 8);
  t.same(
    plans.filter((plan) => /^SCAN|downloads|deliveries/.test(plan)),
    [],
    plans.join(' | '),
  );
});

t.test('an entry of the audit log is found down an index, in the order of the log', async (t) => {
  const any = { actor: null, action: null, firstWord: null, fromMs: null, toMs: null };
  const filters = [
    { actor: 'staff:ann' },
    { action: 'entitlement.grant' },
    { firstWord: 'acme' },
    { fromMs: 1, toMs: 2 },
    { actor: 'staff:ann', fromMs: 1 },
    { action: 'entitlement.grant', firstWord: 'acme' },
    { actor: 'staff:ann', action: 'entitlement.grant' },
  ];
  for (const filter of filters)
    for (const before of [null, 1000]) {
      const plans = await plansOf(t, ({ read: { audit } }) =>
        audit.search({ ...any, ...filter }, { before, limit: 51 }),
      );
      const bad = plans.filter((plan) => /^SCAN|TEMP B-TREE/.test(plan));
      t.same(bad, [], `${JSON.stringify(filter)} before ${before}: ${plans.join(' | ')}`);
    }
});

t.test('a statement that reads everything would be noticed', async (t) => {
  const plans = await plansOf(t, ({ read }) => read.settings.counts());
  t.ok(plans.some((plan) => plan.startsWith('SCAN')));
});
