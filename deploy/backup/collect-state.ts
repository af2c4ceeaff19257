// Gathers what a backup of a state directory holds into a folder beside it, while everything runs: databases as they are at
// one moment, artifacts as hard links, which cost nothing, and the rest as copies. In an order in which nothing is lost: the
// ledger before the database that takes its reports, artifacts before and after the database that names them.
// Called by make-backup.ts, which removes the folder.
import { existsSync } from 'node:fs';
import { copyFile, link, lstat, mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StartupError } from '#commlink/process-lifecycle.ts';
import { backupSettleMs, configurationReadTriesMax } from '../limits.ts';
import { programNames, type ProgramName, type StateLayout } from '../state-directory.ts';
import { artifactFolders, databaseName, filesOfState, isLeftOut, ledgerName } from './backup-content.ts';
import { copySqlite } from './copy-sqlite.ts';
import { dumpName, dumpPostgres, readPostgresSettings } from './postgres-tools.ts';

/** What was gathered. */
export interface Gathered {
  readonly roles: readonly ProgramName[];
  readonly engine: 'sqlite' | 'postgres' | null;
}

/** Gathers everything into `folder`, which is empty and on the same file system. */
export async function collectState(
  layout: StateLayout,
  folder: string,
  { withArtifacts }: { withArtifacts: boolean },
): Promise<Gathered> {
  const roles = programNames.filter((role) => existsSync(layout.configFile(role)));
  for (const name of filesOfState.filter((each) => existsSync(join(layout.directory, each))))
    await copyFile(join(layout.directory, name), join(folder, name));
  for (const role of roles) await copyProgram(layout, role, join(folder, role));
  const linkArtifacts = async (): Promise<void> => {
    for (const role of withArtifacts ? roles : [])
      await linkArtifactsOf(layout.programDirectory(role), folder, role);
  };
  const nodeFolder = layout.programDirectory('ftp-node');
  if (roles.includes('ftp-node'))
    await copySqlite(join(nodeFolder, ledgerName), join(folder, 'ftp-node', ledgerName));
  await linkArtifacts();
  const engine = roles.includes('internal-db')
    ? await copyDatabase(layout, join(folder, 'internal-db'))
    : null;
  await linkArtifacts();
  return { roles, engine };
}

async function copyDatabase(layout: StateLayout, to: string): Promise<'sqlite' | 'postgres'> {
  const from = layout.programDirectory('internal-db');
  const settings = await readPostgresSettings(from);
  if (settings === null) {
    await copySqlite(join(from, databaseName), join(to, databaseName));
    return 'sqlite';
  }
  await dumpPostgres(settings, join(to, dumpName));
  return 'postgres';
}

/**
 * Copies a program's folder. While another version of the configuration is being installed, files of it come and go, and
 * one names the others: it must be the same before and after. Throws StartupError `BACKUP_UNSETTLED`.
 */
async function copyProgram(layout: StateLayout, role: ProgramName, to: string): Promise<void> {
  const record = join(layout.configurationDirectory(role), 'protocol.json');
  for (let tries = 1; tries <= configurationReadTriesMax; tries += 1) {
    const before = await readFile(record, 'utf8');
    await rm(to, { recursive: true, force: true });
    await copyFolder(layout.programDirectory(role), to, role);
    if ((await readFile(record, 'utf8')) === before) return;
    await delay(backupSettleMs);
  }
  throw new StartupError(
    'BACKUP_UNSETTLED',
    'The configuration is being changed all the time. Make the backup when that is over.',
  );
}

async function copyFolder(from: string, to: string, role: ProgramName): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (const name of await readdir(from)) {
    if (name === artifactFolders[role] || isLeftOut(name)) continue;
    const [source, target] = [join(from, name), join(to, name)];
    const status = await lstat(source).catch(missingIsNull);
    if (status?.isDirectory() === true) await copyFolder(source, target, role);
    else if (status?.isFile() === true) await copyFile(source, target).catch(missingIsNull);
  }
}

/** A file that went away in between: of the configuration, see copyProgram; of the artifacts, it was collected as garbage. */
function missingIsNull(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}

async function linkArtifactsOf(from: string, folder: string, role: ProgramName): Promise<void> {
  const name = artifactFolders[role];
  if (name === undefined || !existsSync(join(from, name))) return;
  const to = join(folder, role, name);
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (const entry of await readdir(join(from, name), { withFileTypes: true })) {
    // What is still arriving has a name that begins with a dot, and is sent again by whoever sent it.
    if (!entry.isFile() || entry.name.startsWith('.') || existsSync(join(to, entry.name))) continue;
    await link(join(from, name, entry.name), join(to, entry.name)).catch(missingIsNull);
  }
}
