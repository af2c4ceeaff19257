// Brings a database's schema up to date with the numbered files of migrations/. Called when the store is opened.
// Each file runs in a transaction of its own together with the new number, so a crash leaves one version or the next.
import { readFileSync, readdirSync } from 'node:fs';
import { StartupError } from '#commlink/process-lifecycle.ts';
import type { SqliteFile } from './sqlite-file.ts';

const migrationsDirectory = new URL('./migrations/', import.meta.url);
const fileNamePattern = /^(\d{4})-[a-z0-9-]+\.sql$/;

/**
 * Runs the migrations that the database lacks and returns its schema version. Throws StartupError `DATABASE_NEWER`
 * when a newer program has written it: going back would lose what that one added.
 */
export function migrateSchema(file: SqliteFile): number {
  const migrations = listMigrations();
  const newest = migrations.length;
  const current = readSchemaVersion(file);
  if (current > newest) {
    throw new StartupError(
      'DATABASE_NEWER',
      `The database has schema version ${current}, but this program knows versions up to ${newest} only. ` +
        'Nothing was changed. Start the newer program that wrote it, or put back a backup from before the upgrade.',
    );
  }
  for (const migration of migrations.slice(current)) apply(file, migration);
  return newest;
}

interface Migration {
  readonly version: number;
  readonly sql: string;
}

function listMigrations(): Migration[] {
  const names = readdirSync(migrationsDirectory).toSorted();
  return names.map((name, index) => {
    const version = Number(fileNamePattern.exec(name)?.[1]);
    if (version !== index + 1) throw new Error(`migration ${name} is not number ${index + 1}`);
    return { version, sql: readFileSync(new URL(name, migrationsDirectory), 'utf8') };
  });
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
