// PostgreSQL's own pg_dump and pg_restore on the database that internal-db uses, for backups: a dump is of one moment, while
// everything runs. The password travels in a variable of the program's own environment, which its user alone can see.
// Called by collect-state.ts and restore-backup.ts.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { readPrivateFile } from '#commlink/private-file.ts';
import { PostgresSettings, requirePrivateConnection } from '#commlink/postgres-settings.ts';
import { StartupError, readConfig } from '#commlink/process-lifecycle.ts';
import { Type, compileSchema, strictObject } from '#commlink/schema.ts';

/** The dump's name in a backup. */
export const dumpName = 'consign.pgdump';
/** Which database internal-db uses stands in this file of its folder; without it, SQLite. */
export const choiceName = 'database.json';

/** The other members of internal-db's choice: another engine, for which these tools are not needed. */
const PostgresChoice = strictObject({ engine: Type.Literal('postgres'), ...PostgresSettings.properties });
const OtherChoice = strictObject({ engine: Type.Literal('sqlite') });
const choiceCheck = compileSchema('choice of a database', Type.Union([PostgresChoice, OtherChoice]));

/** Reads which PostgreSQL database the internal-db with this folder uses; null for SQLite. */
export async function readPostgresSettings(folder: string): Promise<PostgresSettings | null> {
  const file = join(folder, choiceName);
  return existsSync(file) ? await readPostgresChoice(file) : null;
}

/** Reads such a file; null for SQLite. Throws StartupError. */
export async function readPostgresChoice(file: string): Promise<PostgresSettings | null> {
  const choice = await readConfig(file, choiceCheck);
  return choice.engine === 'postgres' ? choice : null;
}

/** Writes a dump. Throws StartupError `BACKUP_TOOL_FAILED`. */
export async function dumpPostgres(settings: PostgresSettings, file: string): Promise<void> {
  await runTool('pg_dump', settings, ['--format=custom', '--no-owner', '--no-privileges', `--file=${file}`]);
}

/** Restores a dump into an empty database, whole or not at all. Throws StartupError `BACKUP_TOOL_FAILED`. */
export async function loadPostgres(settings: PostgresSettings, file: string): Promise<void> {
  await runTool('pg_restore', settings, [
    '--single-transaction',
    '--exit-on-error',
    '--no-owner',
    '--no-privileges',
    file,
  ]);
}

async function runTool(tool: string, settings: PostgresSettings, args: readonly string[]): Promise<void> {
  const { host, port, database, user, passwordFile, caFile } = settings;
  requirePrivateConnection(settings);
  const where = [
    `--host=${host}`,
    `--port=${port}`,
    `--username=${user}`,
    `--dbname=${database}`,
    '--no-password',
  ];
  const environment = {
    PATH: process.env['PATH'],
    ...(passwordFile === null ? {} : { PGPASSWORD: (await readPrivateFile(passwordFile)).trim() }),
    ...(caFile === null ? {} : { PGSSLMODE: 'verify-full', PGSSLROOTCERT: caFile }),
  };
  const child = spawn(tool, [...where, ...args], { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
  const code = new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  const complaint = textOf(child.stderr);
  if ((await code.catch(notInstalled(tool))) === 0) return;
  const detail = (await complaint).trim().replaceAll(/\s*\n\s*/g, ' ');
  throw new StartupError(
    'BACKUP_TOOL_FAILED',
    `${tool} on ${database} at ${host} failed: ${detail} Nothing was changed.`,
  );
}

function notInstalled(tool: string) {
  return (error: NodeJS.ErrnoException): never => {
    if (error.code !== 'ENOENT') throw error;
    const advice = 'Install it (Debian: postgresql-client).';
    throw new StartupError('BACKUP_TOOL_MISSING', `${tool} is not on the PATH. ${advice}`, { cause: error });
  };
}
