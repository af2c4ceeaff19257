// Brings a database's schema up to date with the numbered files of migrations/. Called when the store is opened.
// Each file runs in a transaction of its own together with the new number, so a crash leaves one version or the next.
import { checkSchemaVersion, listMigrations, type Migration } from '../sql/migrations.ts';
import type { SqliteFile } from './sqlite-file.ts';

const migrationsDirectory = new URL('./migrations/', import.meta.url);

/**
 * Runs the migrations that the database lacks and returns its schema version. Throws StartupError `DATABASE_NEWER`
 * when a newer program has written it: going back would lose what that one added.
 */
export function migrateSchema(file: SqliteFile): number {
  const migrations = listMigrations(migrationsDirectory);
  const current = readSchemaVersion(file);
  const newest = checkSchemaVersion(migrations, current);
  for (const migration of migrations.filter(({ version }) => version > current)) apply(file, migration);
  return newest;
}

function readSchemaVersion(file: SqliteFile): number {
  const table = file.get("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_version'");
  if (!table) return 0;
  return file.get<{ version: number }>('SELECT max(version) AS version FROM schema_version')?.version ?? 0;
}

function apply(file: SqliteFile, migration: Migration): void {
  file.execute('BEGIN IMMEDIATE');
  try {
    file.execute('CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY) STRICT');
    file.execute(migration.sql);
    file.run('INSERT INTO schema_version (version) VALUES (:version)', { version: migration.version });
    file.execute('COMMIT');
  } catch (error) {
    if (file.inTransaction) file.execute('ROLLBACK');
    throw error;
  }
}
