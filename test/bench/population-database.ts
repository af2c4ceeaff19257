// The database that the portal benchmark fills, on either engine. SQLite's is written beside the internal-db that runs on it;
// PostgreSQL's while none does, by internal-db's own connection. Caller: portal-population.ts.
import { randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import type { PostgresSettings } from '#commlink/postgres-settings.ts';
import { openPostgresWriter } from '#internal-db/store/postgres/open-postgres-store.ts';
import type { SqlParameters } from '#internal-db/store/sql/sql-connection.ts';
import { sqliteDialect } from '#internal-db/store/sqlite/sqlite-dialect.ts';

/** What filling takes. Statements may call `random_id()`. */
export interface PopulationDatabase {
  /** A query with the one column `value`: the texts of a JSON array that is the parameter with this name. */
  textsOf(parameter: string): string;
  begin(): Promise<void>;
  /** Returns how many rows were changed. */
  run(sql: string, parameters: SqlParameters): Promise<number>;
  commit(): Promise<void>;
  get<Row>(sql: string): Promise<Row | undefined>;
  /** Lets others write, and what was written settle. */
  rest(): Promise<void>;
  close(): Promise<void>;
}

/** The file of a Consign that runs. */
export function openSqlitePopulation(file: string): PopulationDatabase {
  const database = new DatabaseSync(file, { timeout: 60_000 });
  database.function('random_id', () => randomBytes(16).toString('base64url'));
  return {
    textsOf: (parameter) => sqliteDialect.textsOf(parameter),
    begin: async () => database.exec('BEGIN IMMEDIATE'),
    run: async (sql, parameters) => Number(database.prepare(sql).run({ ...parameters }).changes),
    commit: async () => database.exec('COMMIT'),
    get: async <Row>(sql: string) => database.prepare(sql).get() as Row | undefined,
    rest: async () => {
      database.exec('PRAGMA wal_checkpoint(PASSIVE)');
      await new Promise((resolve) => setTimeout(resolve, 5));
    },
    close: async () => {
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      database.close();
    },
  };
}

/** A database that nobody uses now. */
export async function openPostgresPopulation(settings: PostgresSettings): Promise<PopulationDatabase> {
  const writer = await openPostgresWriter(settings);
  await writer.begin();
  await writer.execute(
    `CREATE FUNCTION pg_temp.random_id() RETURNS text LANGUAGE sql VOLATILE
     RETURN translate(encode(uuid_send(gen_random_uuid()), 'base64'), '+/=', '-_')`,
  );
  await writer.execute('SET statement_timeout = 0');
  await writer.commit();
  return {
    textsOf: (parameter) => writer.dialect.textsOf(parameter),
    begin: () => writer.begin(),
    run: (sql, parameters) => writer.run(sql.replaceAll('random_id()', 'pg_temp.random_id()'), parameters),
    commit: () => writer.commit(),
    get: (sql) => writer.get(sql),
    rest: async () => undefined,
    close: async () => {
      await writer.execute('ANALYZE').catch((error: unknown) => {
        process.stderr.write(`not analyzed: ${String(error)}\n`);
      });
      await writer.close();
    },
  };
}
