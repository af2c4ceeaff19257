// The ledger: what this node has staged, which grants it has used, what it still has to report, and which downloads
// run. One SQLite file of the stager's own. Callers: open-stager.ts opens it; the records files next to this one read and
// write it. What it says outlives a crash, because nothing is announced before its transaction is on the disk.
import { DatabaseSync } from 'node:sqlite';
import { StartupError } from '#commlink/process-lifecycle.ts';

/** An open ledger. All calls are synchronous, so that two changes never interleave. */
export interface Ledger {
  readonly database: DatabaseSync;
  /**
   * Runs `work` in one transaction, which is on the disk (fsync) when this returns; rolled back when `work` throws.
   * `recoverable`: survives the death of this process, but a power cut may take it back: only for what the
   * reconciler or the sender would find out again.
   */
  transaction<T>(work: () => T, durability?: 'durable' | 'recoverable'): T;
  /**
   * Runs `work` together with whatever else comes in the same turn of the event loop, in one durable transaction: one
   * fsync for many customers. Work that nobody waits for may be given `patienceMs`: so long it waits for other work
   * whose transaction it can join. Resolves when it is on the disk; work that throws is undone alone and rejects alone.
   */
  commit<T>(work: () => T, patienceMs?: number): Promise<T>;
  close(): void;
}

/** Each entry brings the ledger from the version before it to its own; entries are never changed, only added. */
const migrations: readonly string[] = [
  `create table delivery (
     delivery text primary key,
     grant_id text not null unique,
     account text not null,
     path text not null,
     sha256 text not null,
     size_bytes integer not null,
     media_type text not null,
     published_at_ms integer not null,
     staged_until_ms integer not null,
     state text not null check (state in ('staging', 'staged')),
     recorded_at_ms integer not null
   ) strict;
   create index delivery_place on delivery (account, path);
   create index delivery_staged_until on delivery (staged_until_ms);
   create index delivery_sha256 on delivery (sha256);
   create table used_grant (grant_id text primary key, use_before_ms integer not null) strict, without rowid;
   create index used_grant_use_before on used_grant (use_before_ms);
   create table ended_delivery (delivery text primary key, forget_after_ms integer not null) strict, without rowid;
   create index ended_delivery_forget_after on ended_delivery (forget_after_ms);
   create table download (
     download text primary key,
     delivery text not null,
     account text not null,
     path text not null,
     principal text not null,
     protocol text not null,
     address text not null,
     offset_bytes integer not null,
     size_bytes integer not null,
     sent_bytes integer not null,
     started_at_ms integer not null
   ) strict;
   create index download_delivery on download (delivery);
   create table report (
     sequence integer primary key autoincrement,
     at_ms integer not null,
     event text not null,
     progress_of text
   ) strict;
   create index report_progress_of on report (progress_of) where progress_of is not null;`,
  `create table ban_list (id integer primary key check (id = 1), body text not null) strict;`,
  `create table account_user (account text primary key, number integer not null unique) strict, without rowid;`,
  `create table kept_artifact (
     sha256 text primary key,
     size_bytes integer not null,
     pinned integer not null,
     used_at_ms integer not null
   ) strict, without rowid;
   create index kept_artifact_used on kept_artifact (used_at_ms) where pinned = 0;`,
  `create table delivery_login (
     name text primary key,
     delivery text not null references delivery (delivery) on delete cascade,
     password_sha256 text not null
   ) strict, without rowid;
   create index delivery_login_delivery on delivery_login (delivery);`,
  `create table storeroom_check (
     id integer primary key check (id = 1),
     began_at_ms integer not null,
     after_sha256 text
   ) strict;`,
];

/** Opens or makes the ledger (0600). Throws StartupError `LEDGER_NEWER`, `LEDGER_CORRUPT`. */
export function openLedger(file: string): Ledger {
  const database = openDatabase(file);
  const transaction = <T>(work: () => T, durability: 'durable' | 'recoverable' = 'durable'): T => {
    if (durability === 'recoverable') database.exec('pragma synchronous = normal');
    database.exec('begin immediate');
    try {
      const result = work();
      database.exec('commit');
      return result;
    } catch (error) {
      if (database.isTransaction) database.exec('rollback');
      throw error;
    } finally {
      if (durability === 'recoverable') database.exec('pragma synchronous = full');
    }
  };
  const { commit, flush } = joinCommits(database, transaction);
  const close = (): void => {
    flush();
    database.close();
  };
  const ledger = { database, transaction, commit, close };
  migrate(ledger, file);
  return ledger;
}

interface WaitingWork {
  readonly run: () => void;
  readonly settle: (failure: Error | undefined) => void;
}

function joinCommits(
  database: DatabaseSync,
  transaction: (work: () => void) => void,
): Pick<Ledger, 'commit'> & { readonly flush: () => void } {
  let waiting: WaitingWork[] = [];
  let atEndOfTurn: NodeJS.Immediate | undefined;
  let whenPatienceEnds: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearImmediate(atEndOfTurn);
    clearTimeout(whenPatienceEnds);
    atEndOfTurn = whenPatienceEnds = undefined;
    const batch = waiting;
    waiting = [];
    if (batch.length === 0) return;
    const failures = new Map<WaitingWork, Error>();
    try {
      transaction(() => {
        for (const work of batch) runInSavepoint(database, work, failures);
      });
      for (const work of batch) work.settle(failures.get(work));
    } catch (error) {
      for (const work of batch) work.settle(asError(error));
    }
  };
  const commit = <T>(work: () => T, patienceMs = 0): Promise<T> =>
    new Promise((resolve, reject) => {
      let result: T;
      const run = (): void => {
        result = work();
      };
      if (patienceMs === 0) atEndOfTurn ??= setImmediate(flush);
      else whenPatienceEnds ??= setTimeout(flush, patienceMs);
      waiting.push({
        run,
        settle: (failure) => {
          if (failure === undefined) resolve(result);
          else reject(failure);
        },
      });
    });
  return { commit, flush };
}

function runInSavepoint(database: DatabaseSync, work: WaitingWork, failures: Map<WaitingWork, Error>): void {
  database.exec('savepoint work');
  try {
    work.run();
  } catch (error) {
    failures.set(work, asError(error));
    // A full disk may have ended the whole transaction already; then there is nothing left to undo or to commit.
    if (!database.isTransaction) throw error;
    database.exec('rollback to work');
  }
  database.exec('release work');
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error
    ? thrown
    : new Error('Something that is no error was thrown.', { cause: thrown });
}

function openDatabase(file: string): DatabaseSync {
  const before = process.umask(0o077);
  try {
    const database = new DatabaseSync(file, { timeout: 5000 });
    database.exec('pragma journal_mode = wal; pragma synchronous = full');
    const check = database.prepare('pragma quick_check(1)').get()?.['quick_check'];
    if (check !== 'ok') throw new Error(String(check));
    return database;
  } catch (cause) {
    throw new StartupError(
      'LEDGER_CORRUPT',
      `The ledger ${file} cannot be read. Move it away and start again: what was staged is then removed, and customers stage anew.`,
      { cause },
    );
  } finally {
    process.umask(before);
  }
}

function migrate(ledger: Ledger, file: string): void {
  const version = Number(ledger.database.prepare('pragma user_version').get()?.['user_version']);
  if (version > migrations.length)
    throw new StartupError(
      'LEDGER_NEWER',
      `The ledger ${file} was written by a newer Consign (version ${version}, this one knows ${migrations.length}). ` +
        'Start that version, or a later one.',
    );
  for (const [index, migration] of migrations.entries()) {
    if (index < version) continue;
    ledger.transaction(() => {
      ledger.database.exec(migration);
      ledger.database.exec(`pragma user_version = ${index + 1}`);
    });
  }
}
