// Which engine keeps what internal-db knows: database.json beside the SQLite file. Without it, SQLite does. The file stays
// when the launcher writes this machine's other settings anew, and is not part of the cluster's configuration, as that is
// read with the database already open. Called by main.ts and copy-database.ts.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { readConfig } from '#commlink/process-lifecycle.ts';
import { Type, compileSchema, strictObject, type Static } from '#commlink/schema.ts';
import { PostgresSettings } from '#commlink/postgres-settings.ts';

const fileName = 'database.json';

const DatabaseChoice = Type.Union([
  strictObject({ engine: Type.Literal('sqlite') }),
  strictObject({ engine: Type.Literal('postgres'), ...PostgresSettings.properties }),
]);

/** What was chosen. */
export type DatabaseChoice = Static<typeof DatabaseChoice>;

const databaseChoiceCheck = compileSchema('choice of a database', DatabaseChoice);

/** Reads the choice for the internal-db with this SQLite file. Throws StartupError, as other configuration does. */
export async function readDatabaseChoice(databaseFile: string): Promise<DatabaseChoice> {
  const file = databaseChoiceFile(databaseFile);
  return existsSync(file) ? readChoiceFile(file) : { engine: 'sqlite' };
}

/** Reads such a file. Throws StartupError. */
export function readChoiceFile(file: string): Promise<DatabaseChoice> {
  return readConfig(file, databaseChoiceCheck);
}

/** Where the choice of the internal-db with this SQLite file is. */
export function databaseChoiceFile(databaseFile: string): string {
  return path.join(path.dirname(databaseFile), fileName);
}
