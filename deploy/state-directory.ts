// Where everything of one installation lives: one directory (0700), named by --state or CONSIGN_STATE.
// The launcher makes it; the command line reads from it. A state of a newer version of Consign is left alone.
import { accessSync, chmodSync, constants, existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivateFile } from '#commlink/private-file.ts';
import { StartupError } from '#commlink/process-lifecycle.ts';
import { Type, compileSchema, strictObject, type Static } from '#commlink/schema.ts';

/** The version of the layout that this program reads and writes. */
export const stateVersion = 2;

/** sizeof(sun_path) on Linux, less the final zero: unix(7). */
const socketPathBytesMax = 107;

/** The three programs that the launcher runs; each has a folder of this name in the state and in the repository. */
export const programNames = ['internal-db', 'web-front', 'ftp-node'] as const;
/** One of the three programs. */
export type ProgramName = (typeof programNames)[number];

/** The paths of a state directory, all absolute. */
export interface StateLayout {
  readonly directory: string;
  readonly versionFile: string;
  readonly endpointsFile: string;
  readonly lockFile: string;
  /** Exists from the first start until the first logins were printed. */
  readonly firstLoginsFile: string;
  /** Exists while a state of layout 1 is being turned into one of layout 2. */
  readonly migrationFile: string;
  /** The operator's private keys, which sign every change of the cluster's configuration. */
  readonly operatorKeyFile: string;
  readonly caFile: string;
  readonly caKeyFile: string;
  readonly logDirectory: string;
  readonly adminSocket: string;
  readonly ingestSocket: string;
  readonly storeroomDirectory: string;
  readonly accountsDirectory: string;
  /** The folder of one program: its share of the cluster's configuration, its keys and its data. */
  readonly programDirectory: (name: ProgramName) => string;
  /** What a program is started with; a program without this file is not run on this machine. */
  readonly configFile: (name: ProgramName) => string;
  /** A program's private node keys. */
  readonly keyFile: (name: ProgramName) => string;
  /** What a program has of the cluster's configuration, its sections included. */
  readonly configurationDirectory: (name: ProgramName) => string;
  /** Where a program takes operators' commands. */
  readonly operatorSocket: (name: ProgramName) => string;
}

/** Names every path of the state in `directory`, which must be absolute. Touches nothing. */
export function layOutState(directory: string): StateLayout {
  const at = (...parts: string[]): string => join(directory, ...parts);
  return {
    directory,
    versionFile: at('version.json'),
    endpointsFile: at('endpoints.json'),
    lockFile: at('launcher.lock'),
    firstLoginsFile: at('first-logins.json'),
    migrationFile: at('migration.json'),
    operatorKeyFile: at('operator', 'operator.key'),
    caFile: at('ca.pem'),
    caKeyFile: at('ca-key.pem'),
    logDirectory: at('logs'),
    adminSocket: at('internal-db', 'admin.sock'),
    ingestSocket: at('ftp-node', 'ingest.sock'),
    storeroomDirectory: at('ftp-node', 'storeroom'),
    accountsDirectory: at('ftp-node', 'accounts'),
    programDirectory: (name) => at(name),
    configFile: (name) => at(name, 'config.json'),
    keyFile: (name) => at(name, 'node.key'),
    configurationDirectory: (name) => at(name, 'configuration'),
    operatorSocket: (name) => at(name, 'operator.sock'),
  };
}

const HostPort = strictObject({ host: Type.String(), port: Type.Integer() });

/** What is missing is served by another machine of the cluster. */
const Endpoints = strictObject({
  portal: Type.Optional(Type.String()),
  console: Type.Optional(Type.String()),
  delivery: Type.Optional(Type.String()),
  ftp: Type.Optional(HostPort),
  sftp: Type.Optional(HostPort),
  caFile: Type.String(),
  /** Process ids by name: launcher, internal-db, web-front, ftp-node, session-server-1… */
  pids: Type.Record(Type.String(), Type.Integer()),
});
/** What endpoints.json says while everything is up: where to reach it, and which processes it is. */
export type Endpoints = Static<typeof Endpoints>;
/** The same without the processes. */
export type PublicEndpoints = Omit<Endpoints, 'pids'>;

const endpointsCheck = compileSchema('endpoints.json', Endpoints);
const versionCheck = compileSchema('version.json', strictObject({ stateVersion: Type.Integer() }));

/** Reads endpoints.json; null when there is none. Throws StartupError `STATE_DAMAGED` when it can't be understood. */
export function readEndpoints(layout: StateLayout): Endpoints | null {
  return readJson(layout.endpointsFile, endpointsCheck.parse);
}

/** Writes endpoints.json as a whole. */
export async function writeEndpoints(layout: StateLayout, endpoints: Endpoints): Promise<void> {
  await writePrivateFile(layout.endpointsFile, `${JSON.stringify(endpoints, null, 2)}\n`);
}

/** The layout version of the state; null for a directory that is not (yet) a state. */
export function readStateVersion(layout: StateLayout): number | null {
  return readJson(layout.versionFile, versionCheck.parse)?.stateVersion ?? null;
}

/** What a directory is found to be: new, or of an older layout, which must be migrated before anything starts. */
export interface FoundState {
  readonly isNew: boolean;
  readonly isOld: boolean;
}

/**
 * Makes the directory when it is not there, and sets its mode to 0700. Throws StartupError `STATE_PATH_LONG`,
 * `STATE_UNWRITABLE`, `STATE_NEWER`, or `STATE_FOREIGN` for a directory with something else in it.
 */
export function openStateDirectory(layout: StateLayout): FoundState {
  const { directory } = layout;
  const sockets = [layout.adminSocket, layout.ingestSocket, ...programNames.map(layout.operatorSocket)];
  const longest = Math.max(...sockets.map((path) => Buffer.byteLength(path)));
  if (longest > socketPathBytesMax) {
    throw new StartupError(
      'STATE_PATH_LONG',
      `The path of the state directory is too long for the sockets in it: ${directory}. Choose one that is ${longest - socketPathBytesMax} bytes shorter with --state or CONSIGN_STATE.`,
    );
  }
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new StartupError(
      'STATE_UNWRITABLE',
      `The state directory ${directory} can't be written (${code}). Choose another with --state or CONSIGN_STATE, or make this one yours.`,
      { cause },
    );
  }
  const version = readStateVersion(layout);
  if (version === null) refuseForeign(layout);
  if (version !== null && version > stateVersion) {
    throw new StartupError(
      'STATE_NEWER',
      `The state in ${directory} was written by a newer Consign (layout ${version}; this one knows ${stateVersion}). Start that Consign, or name another directory with --state. Nothing was changed.`,
    );
  }
  chmodSync(directory, 0o700);
  return { isNew: version === null, isOld: version !== null && version < stateVersion };
}

/** Marks the directory as a state of this version: once the first logins are on disk, or a migration is done. */
export async function markState(layout: StateLayout): Promise<void> {
  await writePrivateFile(layout.versionFile, `${JSON.stringify({ stateVersion })}\n`);
}

/** A first start that was interrupted leaves nothing but these. */
const namesBeforeMark = /^(?:launcher\.lock(?:-journal)?|(?:first-logins|version)\.json(?:\.\w+\.new)?)$/;

function refuseForeign({ directory }: StateLayout): void {
  const stranger = readdirSync(directory).find((name) => !namesBeforeMark.test(name));
  if (stranger === undefined) return;
  throw new StartupError(
    'STATE_FOREIGN',
    `${directory} is not empty and is no state of Consign (it holds "${stranger}"). Name an empty or new directory with --state or CONSIGN_STATE.`,
  );
}

function readJson<T>(file: string, parse: (value: unknown) => T): T | null {
  if (!existsSync(file)) return null;
  try {
    return parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return null;
    const what = code === 'EACCES' ? 'may not be read by this user' : 'is damaged';
    const hint =
      code === 'EACCES' ? 'Run this as the user who started Consign.' : 'Restore it from a backup.';
    throw new StartupError('STATE_DAMAGED', `${file} ${what}. ${hint}`, { cause });
  }
}
