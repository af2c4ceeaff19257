// The ledger's list of artifacts that this node has fetched, because internal-db keeps them and they may be fetched again. What was put
// into the storeroom by hand is not in it, and nobody drops that. Callers: the puller adds, staging notes the use, make-room.ts and
// verify-storeroom.ts take away. A method changes nothing but the ledger, and is called inside a transaction of the caller's.
import type { SQLOutputValue } from 'node:sqlite';
import type { Ledger } from './ledger.ts';

/** A fetched artifact. `isPinned`: it is placed here, and is not dropped for others. */
export interface KeptArtifact {
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly isPinned: boolean;
  readonly usedAtMs: number;
}

/** What `summary` counts. */
export interface KeptSummary {
  readonly count: number;
  readonly bytes: number;
  readonly droppableCount: number;
  readonly droppableBytes: number;
}

/** See each method. */
export interface KeptArtifacts {
  /** Adds it, or changes whether it is pinned. */
  put(artifact: KeptArtifact): void;
  noteUse(sha256: string, atMs: number): void;
  remove(sha256: string): void;
  find(sha256: string): KeptArtifact | null;
  /** All of them in the order of their digests, from behind `after`. */
  page(after: string, limit: number): KeptArtifact[];
  /** Those that may be dropped: not pinned, and of no delivery here. The one that was used longest ago is first. */
  droppable(limit: number): KeptArtifact[];
  /** Whether it is one of them. */
  isDroppable(sha256: string): boolean;
  totalBytes(): number;
  /** How many there are and how large, and the same of those that may be dropped. */
  summary(): KeptSummary;
}

const droppableSql = `select * from kept_artifact k where pinned = 0
  and not exists (select 1 from delivery d where d.sha256 = k.sha256)`;

/** Reads and writes the list of `ledger`. */
export function openKeptArtifacts({ database }: Ledger): KeptArtifacts {
  const upsert = database.prepare(
    `insert into kept_artifact values (:sha256, :sizeBytes, :pinned, :usedAtMs)
     on conflict (sha256) do update set pinned = excluded.pinned`,
  );
  const updateUse = database.prepare('update kept_artifact set used_at_ms = ? where sha256 = ?');
  const deleteOne = database.prepare('delete from kept_artifact where sha256 = ?');
  const selectOne = database.prepare('select * from kept_artifact where sha256 = ?');
  const selectPage = database.prepare('select * from kept_artifact where sha256 > ? order by sha256 limit ?');
  const selectDroppable = database.prepare(`${droppableSql} order by used_at_ms, sha256 limit ?`);
  const selectIfDroppable = database.prepare(`${droppableSql} and k.sha256 = ?`);
  const sumBytes = database.prepare('select coalesce(sum(size_bytes), 0) as n from kept_artifact');
  const sums = (from: string) =>
    database.prepare(`select count(*) as n, coalesce(sum(size_bytes), 0) as bytes from (${from})`);
  const [sumAll, sumDroppable] = [sums('select * from kept_artifact'), sums(droppableSql)];
  return {
    summary: () => {
      const [all, droppable] = [sumAll.get(), sumDroppable.get()];
      return {
        count: Number(all?.['n']),
        bytes: Number(all?.['bytes']),
        droppableCount: Number(droppable?.['n']),
        droppableBytes: Number(droppable?.['bytes']),
      };
    },
    put: ({ sha256, sizeBytes, isPinned, usedAtMs }) =>
      void upsert.run({ sha256, sizeBytes, pinned: isPinned ? 1 : 0, usedAtMs }),
    noteUse: (sha256, atMs) => void updateUse.run(atMs, sha256),
    remove: (sha256) => void deleteOne.run(sha256),
    find: (sha256) => selectOne.all(sha256).map(readRow)[0] ?? null,
    page: (after, limit) => selectPage.all(after, limit).map(readRow),
    droppable: (limit) => selectDroppable.all(limit).map(readRow),
    isDroppable: (sha256) => selectIfDroppable.get(sha256) !== undefined,
    totalBytes: () => Number(sumBytes.get()?.['n'] ?? 0),
  };
}

function readRow(row: Record<string, SQLOutputValue>): KeptArtifact {
  return {
    sha256: String(row['sha256']),
    sizeBytes: Number(row['size_bytes']),
    isPinned: row['pinned'] === 1,
    usedAtMs: Number(row['used_at_ms']),
  };
}
