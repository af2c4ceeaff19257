// Opens an SQLite file that another process writes, to read it only. Called by ../open-reader.ts. WAL lets it see what is committed.
import { operationsOn } from '../sql/sql-operations.ts';
import type { StoreReads } from '../store.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { SqliteFile } from './sqlite-file.ts';

/** Opens it. Throws the engine's error when there is no such file. */
export function openSqliteReader(file: string): { read: StoreReads; close(): Promise<void> } {
  const reader = new SqliteFile(file, { readOnly: true });
  return {
    read: operationsOn(new SqliteConnection(reader)),
    close: async () => reader.close(),
  };
}
