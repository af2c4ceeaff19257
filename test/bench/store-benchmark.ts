// What the database's two engines do in the same minutes, on the same disk: transactions that append to the audit log, each
// durable before it is answered, and reads; PostgreSQL beside SQLite, and two processes' worth of stores on one PostgreSQL.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { appendAudit } from '#internal-db/audit/append-audit.ts';
import { openPostgresStore } from '#internal-db/store/postgres/open-postgres-store.ts';
import { openSqliteStore } from '#internal-db/store/sqlite/open-sqlite-store.ts';
import type { Store } from '#internal-db/store/store.ts';
import { PostgresServer } from '../rig/postgres-server.ts';
import { compare, type Benchmark } from './benchmark.ts';

const usualMs = 5000;
const quickMs = 300;
/** Dealt evenly to the stores. */
const callersAtOnce = [2, 50] as const;

const event = { atMs: 1, actor: 'bench', action: 'bench.done', subject: 'bench', detail: {} };

type Work = (store: Store) => Promise<unknown>;

const works = new Map<string, Work>([
  ['transactions', (store) => store.transaction((transaction) => appendAudit(transaction, event))],
  ['reads', (store) => store.read.settings.get('audit_head_sequence')],
]);

/** The benchmark `store`. */
export const measureStores: Benchmark = async (report, { quick }) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'consign-bench-store-'));
  const server = await PostgresServer.start({ folder: tmpdir() });
  const settings = server.settingsOf(server.createDatabase());
  const sqlite = openSqliteStore(path.join(folder, 'consign.db'));
  const postgres = [await openPostgresStore(settings), await openPostgresStore(settings)];
  try {
    for (const [name, work] of works) {
      for (const callers of callersAtOnce) {
        const measure = (stores: readonly Store[]) =>
          perSecond(stores, { work, callers, forMs: quick ? quickMs : usualMs });
        const peer = { peer: 'SQLite', value: await measure([sqlite]) };
        const row = { bench: 'store', metric: name, unit: '1/s' };
        const shown = `${callers} at once`;
        report(compare({ ...row, case: `PostgreSQL, ${shown}` }, await measure(postgres.slice(0, 1)), peer));
        report(compare({ ...row, case: `PostgreSQL, two stores, ${shown}` }, await measure(postgres), peer));
      }
    }
  } finally {
    await Promise.all([sqlite, ...postgres].map((store) => store.close()));
    await server.remove();
    rmSync(folder, { recursive: true });
  }
};

/** How often a second the work is done by so many callers, dealt to the stores evenly. */
async function perSecond(
  stores: readonly Store[],
  { work, callers, forMs }: { work: Work; callers: number; forMs: number },
): Promise<number> {
  const endMs = performance.now() + forMs;
  let count = 0;
  const call = async (store: Store): Promise<void> => {
    for (; performance.now() < endMs; count += 1) await work(store);
  };
  const beganMs = performance.now();
  const perStore = Math.ceil(callers / stores.length);
  await Promise.all(stores.flatMap((store) => Array.from({ length: perStore }, () => call(store))));
  return (count * 1000) / (performance.now() - beganMs);
}
