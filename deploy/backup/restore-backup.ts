// Puts a backup into a new state directory, so that its programs can be started there. Called by `consign restore`.
// Nothing of the backup is in its place before all of it was read and found whole.
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { OperatorKeys } from '#commlink/operator/operator-keys.ts';
import { StartupError } from '#commlink/process-lifecycle.ts';
import { refreshProgramConfigs } from '../program-folder.ts';
import { openStateDirectory, type StateLayout } from '../state-directory.ts';
import { openBackup, type BackupHeader } from './backup-file.ts';
import { choiceName, dumpName, loadPostgres, readPostgresPlace } from './postgres-tools.ts';
import { unpackFolder } from './tar.ts';

const arriving = 'restoring';
/** Makes the directory a state, so it comes last. */
const mark = 'version.json';

/** What to restore, as whom, and where to. */
export interface RestoreOptions {
  readonly file: string;
  readonly operator: OperatorKeys;
  /** Says which PostgreSQL database to fill, in place of the backup's own; null for that. */
  readonly databaseFile: string | null;
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

async function fillDatabase(folder: string, databaseFile: string | null): Promise<void> {
  if (databaseFile !== null) await copyFile(databaseFile, join(folder, choiceName));
  const place = await readPostgresPlace(folder);
  if (place === null) return;
  const dump = join(folder, dumpName);
  await loadPostgres(place, dump);
  await rm(dump);
}
