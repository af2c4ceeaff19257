// The audit chain: what is intact, and a table of ways to tamper with the file that are all found.
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t, { type Test } from 'tap';
import { appendAudit } from '#internal-db/audit/append-audit.ts';
import { hashAuditEntry } from '#internal-db/audit/audit-chain.ts';
import { verifyAudit } from '#internal-db/audit/verify-audit.ts';
import { auditPageMax } from '#internal-db/limits.ts';
import { openSqliteStore } from '#internal-db/store/sqlite/open-sqlite-store.ts';

const entryCount = auditPageMax + 10;

const setUp = async (t: Test) => {
  const file = path.join(t.testdir({}), 'consign.db');
  const store = openSqliteStore(file);
  t.teardown(() => store.close());
  await store.transaction(async (transaction) => {
    for (let index = 1; index <= entryCount; index += 1) {
      const detail = { index, text: 'ünïcode "quoted"' };
      await appendAudit(transaction, {
        atMs: index,
        actor: 'a',
        action: 'b.c',
        subject: `s${index}`,
        detail,
      });
    }
  });
  const attacker = new DatabaseSync(file);
  t.teardown(() => attacker.close());
  return { store, attacker };
};

t.test('an empty log and an untouched one are intact', async (t) => {
  const empty = openSqliteStore(path.join(t.testdir({}), 'consign.db'));
  t.teardown(() => empty.close());
  t.match(await verifyAudit(empty.read), { intact: true, entryCount: 0, headHash: null });
  const { store } = await setUp(t);
  const head = await store.read.audit.last();
  t.match(await verifyAudit(store.read), { intact: true, entryCount, headHash: head?.hash, brokenAt: null });
});

t.test('the canonical form is the documented one', async (t) => {
  const entry = { sequence: 1, atMs: 2, actor: 'a', action: 'b', subject: 'c', detail: '{"d":1}' };
  // printf '[1,2,"a","b","c","{\"d\":1}","000…"]' | sha256sum
  const { createHash } = await import('node:crypto');
  const text = `[1,2,"a","b","c","{\\"d\\":1}","${'0'.repeat(64)}"]`;
  t.equal(hashAuditEntry(entry, '0'.repeat(64)), createHash('sha256').update(text).digest('hex'));
});

t.test('SQL can neither change nor remove an entry', async (t) => {
  const { attacker } = await setUp(t);
  t.throws(() => attacker.exec("UPDATE audit_log SET actor = 'x' WHERE sequence = 5"), /append-only/);
  t.throws(() => attacker.exec('DELETE FROM audit_log WHERE sequence = 5'), /append-only/);
});

const tampering: [string, string, number][] = [
  ['a changed subject', "UPDATE audit_log SET subject = 'x' WHERE sequence = 5", 5],
  ['a changed time', 'UPDATE audit_log SET at_ms = 0 WHERE sequence = 1', 1],
  ['a changed hash', `UPDATE audit_log SET hash = '${'0'.repeat(64)}' WHERE sequence = 7`, 7],
  ['a removed entry', 'DELETE FROM audit_log WHERE sequence = 9', 9],
  ['a removed first entry', 'DELETE FROM audit_log WHERE sequence = 1', 1],
  ['a change on a later page', "UPDATE audit_log SET detail = '{}' WHERE sequence = 1005", 1005],
  ['a log cut off at its end', 'DELETE FROM audit_log WHERE sequence > 1000', 1001],
  ['an emptied log', 'DELETE FROM audit_log', 1],
];

for (const [title, sql, brokenAt] of tampering) {
  t.test(`${title} is found`, async (t) => {
    const { store, attacker } = await setUp(t);
    attacker.exec('DROP TRIGGER audit_log_never_updated; DROP TRIGGER audit_log_never_deleted');
    attacker.exec(sql);
    t.match(await verifyAudit(store.read), { intact: false, brokenAt });
  });
}

t.test('a last entry that was changed together with its hash is found', async (t) => {
  const { store, attacker } = await setUp(t);
  const [before, last] = await store.read.audit.after(entryCount - 2, 2);
  if (!before || !last) throw new Error('the entries are not there');
  const changed = { ...last, actor: 'somebody else' };
  attacker.exec('DROP TRIGGER audit_log_never_updated');
  attacker
    .prepare('UPDATE audit_log SET actor = ?, hash = ? WHERE sequence = ?')
    .run(changed.actor, hashAuditEntry(changed, before.hash), entryCount);
  t.match(await verifyAudit(store.read), { intact: false, brokenAt: entryCount });
});

t.test('an exchange of two entries is found', async (t) => {
  const { store, attacker } = await setUp(t);
  attacker.exec(`DROP TRIGGER audit_log_never_updated;
    UPDATE audit_log SET sequence = -1 WHERE sequence = 3;
    UPDATE audit_log SET sequence = 3 WHERE sequence = 4;
    UPDATE audit_log SET sequence = 4 WHERE sequence = -1`);
  t.match(await verifyAudit(store.read), { intact: false, brokenAt: 3 });
});
