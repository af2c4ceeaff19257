// The numbered files that bring a database's schema up to date. Each engine has a folder of its own with the same numbers,
// so that a schema version says the same about both. Called by the engines when a store is opened.
import { readFileSync, readdirSync } from 'node:fs';
import { StartupError } from '#commlink/process-lifecycle.ts';
import { InternalDbError } from '../../internal-db-error.ts';

const fileNamePattern = /^(\d{4})-[a-z0-9-]+\.sql$/;

/** One file. */
export interface Migration {
  /** The schema version that it brings. */
  readonly version: number;
  readonly sql: string;
}

/** The files of a folder by number. The first may have any number; none may be missing behind it. */
export function listMigrations(directory: URL): Migration[] {
  const migrations = readdirSync(directory)
    .toSorted()
    .map((name) => ({
      version: Number(fileNamePattern.exec(name)?.[1]),
      sql: readFileSync(new URL(name, directory), 'utf8'),
    }));
  const first = migrations[0]?.version ?? Number.NaN;
  for (const [index, { version }] of migrations.entries()) {
    if (version !== first + index) throw new Error(`migration ${first + index} is missing`);
  }
  return migrations;
}

/**
 * The version that the migrations lead to. Throws StartupError `DATABASE_NEWER` when a newer program has written the
 * database: going back would lose what that one added.
 */
export function checkSchemaVersion(migrations: readonly Migration[], current: number): number {
  const newest = migrations.at(-1)?.version ?? 0;
  if (current <= newest) return newest;
  throw new StartupError(
    'DATABASE_NEWER',
    `The database has schema version ${current}, but this program knows versions up to ${newest} only. ` +
      'Nothing was changed. Start the newer program that wrote it, or put back a backup from before the upgrade.',
  );
}

/**
 * For a program that runs while a newer one migrates its database. Throws InternalDbError `closed`: what this one would write might
 * lack what the newer one relies on.
 */
export function assertSchemaKnown(known: number, current: number): void {
  if (current <= known) return;
  throw new InternalDbError(
    'closed',
    `A newer internal-db has brought the database to schema version ${current}, and this program knows versions up to ${known} only. ` +
      'Nothing more is written by it. Start the newer version of Consign here, too.',
  );
}
