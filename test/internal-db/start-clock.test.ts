// The clock of a start: it goes on from the highest time that the database knows, and from now once an operator has deleted that, as the
// runbook says.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { appendAudit } from '#internal-db/audit/append-audit.ts';
import { verifyAudit } from '#internal-db/audit/verify-audit.ts';
import { startClock } from '#internal-db/start-clock.ts';
import { openSqliteStore } from '#internal-db/store/sqlite/open-sqlite-store.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';

const dayMs = 86_400_000;
const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
/** What an operator is told to type. */
const statement = /--command "(DELETE FROM settings [^"]+)"/.exec(runbook)?.[1] ?? '';

t.test('days that a wrong clock brought in stay, until an operator gives them up', async (t) => {
  const file = join(temporaryFolder(t), 'consign.db');
  const store = openSqliteStore(file);
  t.teardown(() => store.close());
  const startMs = Date.now();
  const [aheadMs, notedMs] = [startMs + 3 * dayMs, startMs + 2 * dayMs];
  await store.transaction(async (transaction) => {
    const entry = { actor: 'test', action: 'test.done', subject: 'it', detail: {} };
    await appendAudit(transaction, { ...entry, atMs: aheadMs });
    await transaction.settings.put('clock_high_water_ms', String(notedMs));
  });
  const ahead = await startClock(store);
  t.ok(ahead.nowMs() >= aheadMs, 'the audit log knows a later time than what was noted, as after a crash');
  t.ok(ahead.behindMs() > 2 * dayMs, 'and it is told by how much the machine is behind');
  t.match(await store.read.audit.last(), { action: 'test.done' });

  const database = new DatabaseSync(file);
  database.exec(statement);
  database.close();
  const given = await startClock(store);
  t.ok(given.nowMs() < startMs + dayMs, 'time is the machine’s again');
  t.ok(given.behindMs() < 1000);
  t.match(await store.read.audit.last(), {
    action: 'clock.giveUp',
    actor: 'internal-db',
    detail: JSON.stringify({ fromMs: aheadMs }),
  });
  t.match(await verifyAudit(store.read), { intact: true, entryCount: 2 });

  const again = await startClock(store);
  t.ok(again.nowMs() < startMs + dayMs);
  t.match(await verifyAudit(store.read), { entryCount: 2 }, 'it is said once');
});
