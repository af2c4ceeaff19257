// The folder of one program in the state: where its data lives, and the file that it is started with, which says no more
// than which node it is and where things are on this machine. Callers: the launcher, and `consign node join`.
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { NodeBootstrap } from '#commlink/configuration/node-bootstrap.ts';
import { Slug } from '#commlink/methods/fields.ts';
import { writePrivateFile } from '#commlink/private-file.ts';
import { StartupError } from '#commlink/process-lifecycle.ts';
import { Type, compileSchema, type Static } from '#commlink/schema.ts';
import { programNames, type ProgramName, type StateLayout } from './state-directory.ts';

/** Users that own nothing on the machine: what a taken-over server could become. Only root can become them. */
const unprivileged = { sessions: { uid: 64_321, gid: 64_321 }, webFront: { uid: 64_322, gid: 64_322 } };

/** Which node a program is. */
export interface NodePlace {
  readonly cluster: string;
  readonly name: string;
}

/** The members of a configuration file that this file reads; the programs check the rest. */
const ConfigFile = Type.Object({ node: Type.Object({ cluster: Slug, name: Slug }) });
const configCheck = compileSchema('configuration file', ConfigFile);

/** Names the files of a node whose program is `role`. Touches nothing. */
export function bootstrapOf(
  layout: StateLayout,
  role: ProgramName,
  { cluster, name }: NodePlace,
): NodeBootstrap {
  return {
    cluster,
    name,
    keyFile: layout.keyFile(role),
    configurationDirectory: layout.configurationDirectory(role),
    operatorSocket: layout.operatorSocket(role),
  };
}

/** Makes the program's folders, and the folder for logs, where they are missing. */
export async function makeProgramFolders(layout: StateLayout, role: ProgramName): Promise<void> {
  const folders = [layout.logDirectory, layout.programDirectory(role)];
  if (role === 'ftp-node') folders.push(layout.storeroomDirectory);
  for (const folder of folders) await mkdir(folder, { recursive: true, mode: 0o700 });
  if (role !== 'ftp-node') return;
  // The jail's root: the session servers' user walks through it. What is around it stays 0700.
  await mkdir(layout.accountsDirectory, { recursive: true });
  await chmod(layout.accountsDirectory, 0o755);
}

/**
 * Writes the file that the program is started with, unless it says all that already. The launcher runs the programs
 * that have one, so it is written last.
 */
export async function writeProgramConfig(
  layout: StateLayout,
  role: ProgramName,
  place: NodePlace,
): Promise<void> {
  const text = `${JSON.stringify({ node: bootstrapOf(layout, role, place), ...machineConfig(layout, role) }, null, 2)}\n`;
  const file = layout.configFile(role);
  if (existsSync(file) && (await readFile(file, 'utf8')) === text) return;
  await writePrivateFile(file, text);
}

/** The programs of this state with their nodes. Throws StartupError `CONFIG_INVALID`. */
export async function readProgramPlaces(layout: StateLayout): Promise<Map<ProgramName, NodePlace>> {
  const places = new Map<ProgramName, NodePlace>();
  for (const role of programNames) {
    if (!existsSync(layout.configFile(role))) continue;
    const { cluster, name } = (await readConfigFile(layout.configFile(role))).node;
    places.set(role, { cluster, name });
  }
  return places;
}

/**
 * Lets the files follow a state directory that was moved, or that another user starts. Returns the programs of this
 * state with their nodes. Throws StartupError `CONFIG_INVALID`.
 */
export async function refreshProgramConfigs(layout: StateLayout): Promise<Map<ProgramName, NodePlace>> {
  const places = await readProgramPlaces(layout);
  for (const [role, place] of places) {
    await makeProgramFolders(layout, role);
    await writeProgramConfig(layout, role, place);
  }
  return places;
}

async function readConfigFile(file: string): Promise<Static<typeof ConfigFile>> {
  try {
    return configCheck.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    throw new StartupError(
      'CONFIG_INVALID',
      `${file} is damaged: it does not say which node it is for. Restore it from a backup.`,
      { cause },
    );
  }
}

/** What each program must know of this machine beside its node; the schemas are in each program's config.ts. */
function machineConfig(layout: StateLayout, role: ProgramName): object {
  const isRoot = process.geteuid?.() === 0;
  const { uid, gid } = userInfo();
  const at = (name: string): string => join(layout.programDirectory(role), name);
  if (role === 'internal-db') return { databaseFile: at('consign.db'), adminSocket: layout.adminSocket };
  if (role === 'web-front') return { dropTo: isRoot ? unprivileged.webFront : null };
  return {
    storeroomDirectory: layout.storeroomDirectory,
    accountsDirectory: layout.accountsDirectory,
    ledgerFile: at('ledger.db'),
    ingestSocket: layout.ingestSocket,
    sessionUser: isRoot ? unprivileged.sessions : { uid, gid },
  };
}
