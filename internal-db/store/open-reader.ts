// Opens the database to read what is committed, beside the internal-db that writes: for the watcher's process. Never waits for a
// writer, and can't become one.
import type { DatabaseChoice } from '../database-choice.ts';
import { openPostgresReader } from './postgres/open-postgres-reader.ts';
import { openSqliteReader } from './sqlite/open-sqlite-reader.ts';
import type { StoreReads } from './store.ts';

/** A store that can only be read. */
export interface StoreReader {
  readonly read: StoreReads;
  close(): Promise<void>;
}

/** Opens it; the database must have been brought up to date by an internal-db. Throws the engine's error. */
export async function openReader(choice: DatabaseChoice, databaseFile: string): Promise<StoreReader> {
  if (choice.engine === 'sqlite') return openSqliteReader(databaseFile);
  const { engine: _engine, ...settings } = choice;
  return await openPostgresReader(settings);
}
