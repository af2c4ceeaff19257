// The queue of transactions on a connection that fails.
import t from 'tap';
import { CommitQueue } from '#internal-db/store/sql/commit-queue.ts';
import type { SqlWriter } from '#internal-db/store/sql/sql-connection.ts';

t.test('a rollback that fails leaves nobody waiting, and nothing to be committed later', async (t) => {
  const done: string[] = [];
  let isOpen = false;
  let failures = 2;
  const connection = {
    get inTransaction() {
      return isOpen;
    },
    begin: async () => {
      done.push('begin');
      isOpen = true;
    },
    commit: async () => {
      if (failures > 0) throw new Error('no commit');
      done.push('commit');
      isOpen = false;
    },
    rollback: async () => {
      failures -= 1;
      if (failures > 0) throw new Error('no rollback');
      done.push('rollback');
      isOpen = false;
    },
    execute: async () => undefined,
  } as unknown as SqlWriter;
  const queue = new CommitQueue(connection, { waitingMax: 10, perCommitMax: 1 });
  const results = await Promise.allSettled([queue.run(async () => 1), queue.run(async () => 2)]);
  t.match(results, [
    { status: 'rejected', reason: { message: 'no commit' } },
    { status: 'fulfilled', value: 2 },
  ]);
  t.same(done, ['begin', 'rollback', 'begin', 'commit']);
});
