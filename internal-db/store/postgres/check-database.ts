// Whether a PostgreSQL database is one that internal-db can rely on. Called by open-postgres-store.ts before it is used.
import type { Client } from 'pg';
import { StartupError } from '#commlink/process-lifecycle.ts';
import type { PostgresSettings } from '#commlink/postgres-settings.ts';

/** The oldest version with all that the schema uses (functions with BEGIN ATOMIC). */
const oldestVersion = 140_000;

const factsSql = `SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS version,
  pg_encoding_to_char(encoding) AS encoding, datcollate AS collation,
  current_setting('synchronous_commit') AS durability, current_setting('fsync') AS fsync
  FROM pg_database WHERE datname = current_database()`;

interface Facts {
  readonly number: number;
  readonly version: string;
  readonly encoding: string;
  readonly collation: string;
  readonly durability: string;
  readonly fsync: string;
}

/** What `status` calls the engine. Throws StartupError `DATABASE_UNUSABLE`. */
export async function checkDatabase(client: Client, { database }: PostgresSettings): Promise<string> {
  const { rows } = await client.query<Facts>(factsSql);
  const [facts] = rows;
  const problem = facts && problemOf(facts, database);
  if (problem === null) return `PostgreSQL ${facts?.version} (READ COMMITTED under one lock)`;
  throw new StartupError('DATABASE_UNUSABLE', `The database ${database} can't be used. ${problem ?? ''}`);
}

function problemOf({ number, version, encoding, collation, durability, fsync }: Facts, name: string) {
  if (number < oldestVersion) return `PostgreSQL ${version} is too old: upgrade it to version 14 or newer.`;
  // Pages of names and versions are read in the order of bytes, and a newer C library must not break an index.
  if (encoding !== 'UTF8' || !/^(?:C|POSIX|C\.UTF-?8)$/i.test(collation)) {
    return (
      `It has the encoding ${encoding} and sorts as ${collation}. ` +
      `Make it anew: createdb --template=template0 --encoding=UTF8 --locale=C ${name}`
    );
  }
  if (durability === 'off' || durability === 'local' || fsync === 'off') {
    return `It does not keep what it has committed: set fsync = on and synchronous_commit = on in its configuration.`;
  }
  return null;
}
