// Brings a PostgreSQL database's schema up to date with the numbered files of migrations/. Called when the store is opened.
// Each file runs in a transaction of its own together with the new number, as PostgreSQL undoes changes of the schema, too.
import type { Client } from 'pg';
import { checkSchemaVersion, listMigrations } from '../sql/migrations.ts';
import { migrationLock, transactionLock } from './advisory-locks.ts';

/** One row with the `version` that a database has, 0 for an empty one. */
export const schemaVersionSql =
  'SELECT CAST(coalesce(max(version), 0) AS INTEGER) AS version FROM schema_version';

const migrationsDirectory = new URL('./migrations/', import.meta.url);

/** Runs the migrations that the database lacks and returns its schema version. Throws StartupError `DATABASE_NEWER`. */
export async function migratePostgres(client: Client): Promise<number> {
  // Another process that starts now waits here, as long as it takes.
  await client.query(
    `BEGIN; SET LOCAL statement_timeout = 0; SELECT pg_advisory_lock${migrationLock}; COMMIT`,
  );
  try {
    return await migrateAlone(client);
  } finally {
    await client.query(`SELECT pg_advisory_unlock${migrationLock}`);
  }
}

async function migrateAlone(client: Client): Promise<number> {
  const migrations = listMigrations(migrationsDirectory);
  await client.query('CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY)');
  const { rows } = await client.query<{ version: number }>(schemaVersionSql);
  const current = rows[0]?.version ?? 0;
  const newest = checkSchemaVersion(migrations, current);
  for (const { version, sql } of migrations.filter((migration) => migration.version > current)) {
    try {
      await client.query('BEGIN');
      await client.query('SET LOCAL statement_timeout = 0');
      // No other internal-db's transaction runs beside it, and what they begin later sees the new number.
      await client.query(`SELECT pg_advisory_xact_lock${transactionLock}`);
      await client.query(sql);
      await client.query('INSERT INTO schema_version (version) VALUES ($1)', [version]);
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK');
      throw new Error(`migration ${version} failed`, { cause: error });
    }
  }
  return newest;
}
