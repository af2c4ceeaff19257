// Opens the SQLite store: checks the file, brings its schema up to date, and hands out a Store. Called by start-services.ts.
// WAL with synchronous=FULL: a commit is on the disk before it is announced. Two connections: one writes, one
// transaction at a time; the other reads what is committed, and never waits for the writer.
import { closeSync, openSync, statSync } from 'node:fs';
import { StartupError } from '#commlink/process-lifecycle.ts';
import { InternalDbError } from '../../internal-db-error.ts';
import { transactionsPerCommitMax, waitingTransactionsMax } from '../../limits.ts';
import { onlyProcess } from '../leadership.ts';
import type { Store } from '../store.ts';
import { CommitQueue } from '../sql/commit-queue.ts';
import { operationsOn } from '../sql/sql-operations.ts';
import { migrateSchema } from './migrate-schema.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { SqliteFile, sqliteResultCode } from './sqlite-file.ts';

/** Bounds for the file; `pageCountMax` (of 4 KiB pages) makes a full disk reproducible. */
export interface SqliteStoreOptions {
  readonly pageCountMax?: number;
}

/**
 * Opens (or creates) the database file. Throws StartupError `DATABASE_CORRUPT`, `DATABASE_NEWER` or
 * `DATABASE_UNUSABLE`, each saying what to do.
 */
export function openSqliteStore(file: string, options: SqliteStoreOptions = {}): Store {
  const writer = openChecked(file);
  try {
    const schemaVersion = migrateSchema(writer);
    if (options.pageCountMax !== undefined) writer.execute(`PRAGMA max_page_count = ${options.pageCountMax}`);
    const reader = new SqliteFile(file, { readOnly: true });
    return buildStore({ file, writer, reader, schemaVersion });
  } catch (error) {
    writer.close();
    throw asStartupError(file, error);
  }
}

function openChecked(file: string): SqliteFile {
  let opened: SqliteFile | undefined;
  try {
    // Made here where it is new, as SQLite would let others read it; its -wal and -shm files get the same mode.
    closeSync(openSync(file, 'a', 0o600));
    opened = new SqliteFile(file, { readOnly: false });
    opened.execute('PRAGMA journal_mode = WAL');
    opened.execute('PRAGMA synchronous = FULL');
    // A check of the whole file's structure; indexes are compared with their tables by integrity_check only.
    const problem = opened.get<{ quick_check: string }>('PRAGMA quick_check(1)')?.quick_check;
    if (problem !== 'ok') throw corrupt(file, problem ?? 'no answer');
    return opened;
  } catch (error) {
    opened?.close();
    throw asStartupError(file, error);
  }
}

function asStartupError(file: string, error: unknown): Error {
  if (error instanceof StartupError) return error;
  const cause = error instanceof InternalDbError ? error.cause : error;
  const code = (sqliteResultCode(cause) ?? 0) & 0xff;
  const detail = cause instanceof Error ? cause.message : String(cause);
  // SQLITE_CORRUPT, SQLITE_NOTADB: https://sqlite.org/rescode.html
  if (code === 11 || code === 26) return corrupt(file, detail);
  return new StartupError(
    'DATABASE_UNUSABLE',
    `The database ${file} can't be opened (${detail}). Check that its directory exists, has room, and belongs to this user.`,
  );
}

function corrupt(file: string, report: string): StartupError {
  // A report of quick_check has several lines, and the launcher tells the last line that a program says.
  const detail = report.replaceAll(/\s+/g, ' ').trim();
  return new StartupError(
    'DATABASE_CORRUPT',
    `The database ${file} is damaged (${detail}). Nothing was changed. Keep a copy of it and its -wal file, ` +
      `and put a backup in its place, or recover with: sqlite3 ${file} .recover`,
  );
}

function buildStore(parts: {
  file: string;
  writer: SqliteFile;
  reader: SqliteFile;
  schemaVersion: number;
}): Store {
  const { file, writer, reader, schemaVersion } = parts;
  const connection = new SqliteConnection(writer);
  const operations = operationsOn(connection);
  const queue = new CommitQueue(connection, {
    waitingMax: waitingTransactionsMax,
    perCommitMax: transactionsPerCommitMax,
  });
  return {
    read: operationsOn(new SqliteConnection(reader)),
    leadership: onlyProcess,
    transaction: (work) => queue.run(() => work(operations)),
    describe: () =>
      Promise.resolve({ engine: 'SQLite (WAL, synchronous FULL)', schemaVersion, sizeBytes: sizeOf(file) }),
    // Another program can't open the file meanwhile.
    checkSchema: () => Promise.resolve(),
    serverTimeMs: () => Promise.resolve(Date.now()),
    close: () =>
      queue.close(async () => {
        reader.close();
        writer.close();
      }),
  };
}

function sizeOf(file: string): number {
  const wal = statSync(`${file}-wal`, { throwIfNoEntry: false });
  return statSync(file).size + (wal?.size ?? 0);
}
