// One account's directory as customers see it: regular files and directories, and nothing else. Callers: the protocol
// servers, through session-services.ts. Trusts CustomerPath to be normal, and trusts neither the names nor the kinds
// of what is on disk: a symbolic link, device, socket, pipe or hidden name does not exist, whoever made it.
// The directories belong to the stager and session users cannot write them, so nobody whom the jail is built against
// can exchange a checked directory for another one between the check and the opening.
import { constants, fstatSync, lstatSync, type BigIntStats } from 'node:fs';
import { lstat, open, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { compileSchema } from '#commlink/schema.ts';
import { Slug } from '#commlink/methods/fields.ts';
import { listBatchEntries } from '../limits.ts';
import { parseCustomerPath, rootPath, type CustomerPath } from './customer-path.ts';
import {
  AccountDirectoryError,
  type AccountDirectory,
  type DirectoryEntry,
  type OpenedFile,
} from './session-services.ts';

const accountName = compileSchema('account name', Slug);

/** System errors that mean no more than "there is no such file here" (path_resolution(7), open(2)). */
const absentCodes = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'ENXIO', 'EINVAL', 'EACCES']);

/** O_NONBLOCK so that a pipe that appears where a file was cannot hang the open. */
const openFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * The directory of `account` below `baseDirectory` (`/` in a jail). An account with nothing staged may have no
 * directory yet: its root is there and empty all the same. Throws SchemaError when `account` is no account name.
 */
export function openAccountDirectory(baseDirectory: string, account: string): AccountDirectory {
  return openDirectory(join(baseDirectory, accountName.parse(account)));
}

/** The directory of the account that this process belongs to, and is shut in. */
export function openOwnDirectory(): AccountDirectory {
  return openDirectory('/');
}

function openDirectory(root: string): AccountDirectory {
  return {
    describe: (path) => describePath(root, path),
    list: (path) => listDirectory(root, path),
    openFile: (path) => openRegularFile(root, path),
  };
}

async function describePath(root: string, path: CustomerPath): Promise<DirectoryEntry> {
  const stats = examine(root, path);
  if (stats === null) return { name: '', kind: 'directory', sizeBytes: 0, modifiedAtMs: 0 };
  return describeStats(path.slice(path.lastIndexOf('/') + 1), stats);
}

async function* listDirectory(root: string, path: CustomerPath): AsyncGenerator<DirectoryEntry> {
  const stats = examine(root, path);
  if (stats === null) return;
  if (!stats.isDirectory()) throw new AccountDirectoryError('not_a_directory', 'This is not a directory.');
  const directoryPath = join(root, path);
  try {
    await using directory = await opendir(directoryPath);
    let batch: Promise<DirectoryEntry | null>[] = [];
    for await (const entry of directory) {
      if (!isVisible(entry.name)) continue;
      batch.push(describeEntry(directoryPath, entry.name));
      if (batch.length < listBatchEntries) continue;
      yield* await presentEntries(batch);
      batch = [];
    }
    yield* await presentEntries(batch);
  } catch (error) {
    throw asDirectoryError(error);
  }
}

async function openRegularFile(root: string, path: CustomerPath): Promise<OpenedFile> {
  const checked = examine(root, path);
  if (checked === null || checked.isDirectory())
    throw new AccountDirectoryError('not_a_file', 'This is a directory, not a file.');
  const handle = await open(join(root, path), openFlags).catch((error: unknown) => {
    throw asDirectoryError(error);
  });
  try {
    const opened = fstatSync(handle.fd, { bigint: true });
    if (!opened.isFile() || opened.ino !== checked.ino || opened.dev !== checked.dev) throw notFound();
    return {
      handle,
      path,
      sizeBytes: Number(opened.size),
      modifiedAtMs: Number(opened.mtimeMs),
      [Symbol.asyncDispose]: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw asDirectoryError(error);
  }
}

/**
 * Looks at each component from the account's root down; null stands for a root that is not there yet. Synchronously: what
 * is looked at was looked at a moment ago by the last request, and a turn through the thread pool for each component
 * costs ten times as much as the system call.
 */
function examine(root: string, path: CustomerPath): BigIntStats | null {
  // A path that is not normal is a fault of the caller, and must never reach the disk.
  if (parseCustomerPath(path) !== path) throw notFound();
  const names = path.split('/').filter((name) => name !== '');
  if (!names.every(isVisible)) throw notFound();
  let stats = lookAtNow(root);
  if (stats === null || !stats.isDirectory()) {
    if (path === rootPath) return null;
    throw notFound();
  }
  let place = root;
  for (const name of names) {
    if (!stats.isDirectory()) throw notFound();
    place = join(place, name);
    const next: BigIntStats | null = lookAtNow(place);
    if (next === null) throw notFound();
    stats = next;
  }
  return stats;
}

/** What is at `place`, when it is a regular file or a directory; null for anything else, and for nothing. */
function lookAtNow(place: string): BigIntStats | null {
  try {
    return ofServedKind(lstatSync(place, { bigint: true }));
  } catch (error) {
    return absentOrThrow(error);
  }
}

/** The same, without holding others up: for the entries of a directory, which may be many that nobody has asked for. */
async function lookAt(place: string): Promise<BigIntStats | null> {
  try {
    return ofServedKind(await lstat(place, { bigint: true }));
  } catch (error) {
    return absentOrThrow(error);
  }
}

function ofServedKind(stats: BigIntStats): BigIntStats | null {
  return stats.isFile() || stats.isDirectory() ? stats : null;
}

function absentOrThrow(error: unknown): null {
  const failure = asDirectoryError(error);
  if (failure.code === 'not_found') return null;
  throw failure;
}

/** Staged names never begin with a dot (fields.ts), so whatever does is the stager's own or an accident. */
function isVisible(name: string): boolean {
  return !name.startsWith('.');
}

async function describeEntry(directoryPath: string, name: string): Promise<DirectoryEntry | null> {
  const stats = await lookAt(join(directoryPath, name));
  return stats === null ? null : describeStats(name, stats);
}

/** Waits for all of a batch, so that none of them fails unheard. */
async function presentEntries(batch: Promise<DirectoryEntry | null>[]): Promise<DirectoryEntry[]> {
  return (await Promise.all(batch)).filter((entry) => entry !== null);
}

function describeStats(name: string, stats: BigIntStats): DirectoryEntry {
  const isFile = stats.isFile();
  return {
    name,
    kind: isFile ? 'file' : 'directory',
    sizeBytes: isFile ? Number(stats.size) : 0,
    modifiedAtMs: Number(stats.mtimeMs),
    // The accounts' directories are one file system, so the inode number is enough.
    unique: stats.ino.toString(16),
  };
}

function notFound(cause?: unknown): AccountDirectoryError {
  return new AccountDirectoryError('not_found', 'There is no such file or directory.', { cause });
}

/** Keeps the system's own text, which has the real path in it, in `cause` alone. */
function asDirectoryError(error: unknown): AccountDirectoryError {
  if (error instanceof AccountDirectoryError) return error;
  if (error instanceof Error && 'code' in error && absentCodes.has(String(error.code)))
    return notFound(error);
  return new AccountDirectoryError('input_output', 'The file could not be read.', { cause: error });
}
