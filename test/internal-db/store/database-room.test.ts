// Whether the database has room, with a clock that is set: told from a refusal on, until changes go in again and none was refused for
// a while. The store is SQLite's own, bounded so that it is full.
import { join } from 'node:path';
import t from 'tap';
import { databaseFullToldMs } from '#internal-db/limits.ts';
import { DatabaseRoom } from '#internal-db/store/database-room.ts';
import { openSqliteStore } from '#internal-db/store/sqlite/open-sqlite-store.ts';
import { temporaryFolder } from '../../rig/temporary-folder.ts';

t.test('a refusal for want of room is told until changes go in again for a while', async (t) => {
  const file = join(temporaryFolder(t), 'consign.db');
  await openSqliteStore(file).close();
  let nowMs = 1000;
  const room = new DatabaseRoom(() => nowMs);
  const store = room.watch(openSqliteStore(file, { pageCountMax: 1 }));
  t.teardown(() => store.close());
  const put = (value: string) =>
    store.transaction((transaction) => transaction.settings.put('audit_head_hash', value));
  t.notOk(room.isFull(), 'nothing was tried yet');
  await put('small');
  await t.rejects(
    store.transaction(() => Promise.reject(new Error('its own'))),
    /its own/,
  );
  t.notOk(room.isFull(), 'what fails for another reason says nothing');
  await t.rejects(put('x'.repeat(100_000)), { code: 'disk_full' });
  t.ok(room.isFull());
  nowMs += databaseFullToldMs;
  t.ok(room.isFull(), 'as long as nothing was changed since');
  await put('small');
  t.notOk(room.isFull());
  await t.rejects(put('x'.repeat(100_000)), { code: 'disk_full' });
  await put('small');
  t.ok(room.isFull(), 'a small change found room, which proves little');
  nowMs += databaseFullToldMs - 1;
  t.ok(room.isFull());
  nowMs += 1;
  t.notOk(room.isFull());
});
