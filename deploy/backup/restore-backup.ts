// Puts a backup into a new state directory, so that its programs can be started there. Called by `consign restore`.
// Nothing of the backup is in its place before all of it was read and found whole, and what it says is not obeyed: where
// the database is, the operator says.
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { OperatorKeys } from '#commlink/operator/operator-keys.ts';
import { writePrivateFile } from '#commlink/private-file.ts';
import { StartupError } from '#commlink/process-lifecycle.ts';
import { refreshProgramConfigs } from '../program-folder.ts';
import { openStateDirectory, type StateLayout } from '../state-directory.ts';
import { openBackup, type BackupHeader } from './backup-file.ts';
import { checkContent, checkMaker, type KnownMember } from './check-unpacked.ts';
import { choiceName, dumpName, loadPostgres, readPostgresChoice } from './postgres-tools.ts';
import { unpackFolder } from './tar.ts';

const arriving = 'restoring';
/** Makes the directory a state, so it comes last. */
const mark = 'version.json';

/** What to restore, as whom, and where to. */
export interface RestoreOptions {
  readonly file: string;
  readonly operator: OperatorKeys;
  /** Says which PostgreSQL database to fill; null for a backup with SQLite. */
  readonly databaseFile: string | null;
  /** Whom the operator's desk knows. */
  readonly members: readonly KnownMember[];
  /** Decides whether the node that made it is to be believed; throws when not. */
  readonly believe: (header: BackupHeader) => void;
}

/** What was restored. */
export interface RestoreReport {
  readonly node: string;
  readonly madeAtMs: number;
  readonly roles: readonly string[];
}

/** Restores. Throws StartupError `STATE_NOT_EMPTY`, `BACKUP_…`, and leaves the directory as it was. */
export async function restoreBackup(layout: StateLayout, options: RestoreOptions): Promise<RestoreReport> {
  if (!openStateDirectory(layout).isNew)
    throw new StartupError(
      'STATE_NOT_EMPTY',
      `${layout.directory} is in use already. A backup is restored into a new directory: move this one away, or name another with --state.`,
    );
  const folder = join(layout.directory, arriving);
  await mkdir(folder, { mode: 0o700 });
  try {
    const { header, content } = await openBackup(createReadStream(options.file));
    options.believe(header);
    await unpackFolder(content(options.operator), folder);
    await checkContent(folder);
    await checkMaker(folder, header, options.members);
    await fillDatabase(join(folder, 'internal-db'), options.databaseFile);
    const names = await readdir(folder);
    for (const name of [...names.filter((each) => each !== mark), mark])
      await rename(join(folder, name), join(layout.directory, name));
    const places = await refreshProgramConfigs(layout);
    return { node: header.node.name, madeAtMs: header.madeAtMs, roles: [...places.keys()] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Fills the database that the operator named. Where the backup says that its own was is not read: a dump would go there, and
 * a password of this machine with it.
 */
async function fillDatabase(folder: string, databaseFile: string | null): Promise<void> {
  const dump = join(folder, dumpName);
  await rm(join(folder, choiceName), { force: true });
  if (!existsSync(dump)) {
    if (databaseFile === null) return;
    throw new StartupError(
      'BACKUP_WITHOUT_DUMP',
      'There is no dump of PostgreSQL in this backup. Restore it without --database.',
    );
  }
  const settings = databaseFile === null ? null : await readPostgresChoice(databaseFile);
  if (settings === null)
    throw new StartupError(
      'BACKUP_NEEDS_DATABASE',
      'There is a dump of PostgreSQL in this backup. Name the file that says which empty database to fill with --database.',
    );
  await loadPostgres(settings, dump);
  await writePrivateFile(
    join(folder, choiceName),
    `${JSON.stringify({ engine: 'postgres', ...settings })}\n`,
  );
  await rm(dump);
}
