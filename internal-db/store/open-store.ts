// Opens the store with the engine that was chosen. Called by start-services.ts.
import type { DatabaseChoice } from '../database-choice.ts';
import { openPostgresStore } from './postgres/open-postgres-store.ts';
import { openSqliteStore } from './sqlite/open-sqlite-store.ts';
import type { Store } from './store.ts';

/** Throws StartupError `DATABASE_…`, each saying what to do. */
export async function openStore(choice: DatabaseChoice, databaseFile: string): Promise<Store> {
  if (choice.engine === 'sqlite') return openSqliteStore(databaseFile);
  const { engine: _engine, ...settings } = choice;
  return openPostgresStore(settings);
}
