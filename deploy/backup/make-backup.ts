// Makes a backup of a state directory into a file, while everything runs. Called by `consign backup`.
import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Operator } from '#commlink/configuration/blocks/manifest.ts';
import { readNodeKeys } from '#commlink/node-key-file.ts';
import { StartupError } from '#commlink/process-lifecycle.ts';
import { readProgramPlaces } from '../program-folder.ts';
import type { StateLayout } from '../state-directory.ts';
import { sealBackup } from './backup-file.ts';
import { collectState, type Gathered } from './collect-state.ts';
import { packFolder } from './tar.ts';

/** In the state directory, as artifacts are linked into it. */
const gathering = 'gathered-for-backup';

/** What was made. */
export interface BackupReport extends Gathered {
  readonly file: string;
  readonly sizeBytes: number;
  readonly node: string;
  readonly operators: readonly string[];
}

/** Makes it; a file of that name is replaced once the new one is whole. Throws StartupError and the file system's errors. */
export async function makeBackup(
  layout: StateLayout,
  options: { file: string; operators: readonly Operator[]; withArtifacts: boolean },
): Promise<BackupReport> {
  const { file, operators } = options;
  const [first] = await readProgramPlaces(layout);
  if (first === undefined)
    throw new StartupError(
      'NOTHING_TO_BACK_UP',
      `No program is set up in ${layout.directory}. Name its state with --state.`,
    );
  const [role, { cluster, name }] = first;
  const keys = await readNodeKeys(layout.keyFile(role));
  const folder = await makeFolder(join(layout.directory, gathering));
  const unfinished = `${file}.unfinished`;
  try {
    const gathered = await collectState(layout, folder, options);
    const sealed = sealBackup(packFolder(folder), { cluster, name, keys, operators, nowMs: Date.now() });
    await pipeline(sealed, createWriteStream(unfinished, { mode: 0o600, flush: true }));
    await rename(unfinished, file);
    await syncFolder(dirname(file));
    const { size: sizeBytes } = await stat(file);
    return { ...gathered, file, sizeBytes, node: name, operators: operators.map((each) => each.name) };
  } finally {
    await rm(unfinished, { force: true });
    await rm(folder, { recursive: true, force: true });
  }
}

async function makeFolder(folder: string): Promise<string> {
  try {
    await mkdir(folder, { mode: 0o700 });
    return folder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new StartupError(
      'BACKUP_RUNNING',
      `Another backup is being made, or one was cut off. If none is running, remove ${folder}, and try again.`,
    );
  }
}

async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r');
  await handle.sync();
}
