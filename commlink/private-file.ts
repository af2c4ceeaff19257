// Reading and writing the files that hold keys: 0600, written whole or not at all, refused when others could read them.
// Callers: node-key-file.ts, operator/operator-keys.ts, configuration/configuration-store.ts. Trusts the folder's owner, not the file's mode.
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { StartupError } from './startup-error.ts';

const othersMask = 0o077;

/** Writes `text` to `file` with mode 0600: to a temporary name, fsynced, renamed, and the folder fsynced. */
export async function writePrivateFile(file: string, text: string): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.new`;
  try {
    await writeDurably(temporary, text);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(path.dirname(file));
}

/**
 * Overwrites a file with zeros, as far as the file system writes in place, and removes it; a missing one is no error. What
 * a link leads to, and a file that has another name as well, is left alone: only the name is removed.
 */
export async function erasePrivateFile(file: string): Promise<void> {
  const { O_RDWR, O_NOFOLLOW, O_NONBLOCK } = constants;
  const handle = await open(file, O_RDWR | O_NOFOLLOW | O_NONBLOCK).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    if (error.code === 'ELOOP') return undefined;
    throw error;
  });
  if (handle === null) return;
  try {
    const status = await handle?.stat();
    if (status?.isFile() && status.nlink === 1) {
      await handle?.write(Buffer.alloc(status.size), 0, status.size, 0);
      await handle?.sync();
    }
  } finally {
    await handle?.close();
  }
  await rm(file, { force: true });
  await syncFolder(path.dirname(file));
}

/**
 * Reads a private file. Throws StartupError `KEY_FILE_UNREADABLE` when it is missing, another user's or no file, and
 * `KEY_FILE_EXPOSED` when its group or others have any access to it.
 */
export async function readPrivateFile(file: string): Promise<string> {
  // Without waiting: a pipe in the place of the file would hold the reader for ever.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK).catch(
    (cause: NodeJS.ErrnoException) => {
      const advice = 'Check the file name in the configuration and the owner of the file, or put it back.';
      throw new StartupError('KEY_FILE_UNREADABLE', `${file} can't be read (${cause.code}). ${advice}`, {
        cause,
      });
    },
  );
  try {
    const status = await handle.stat();
    if (!status.isFile())
      throw new StartupError('KEY_FILE_UNREADABLE', `${file} is no file. Put the right file there.`);
    if ((status.mode & othersMask) !== 0)
      throw new StartupError('KEY_FILE_EXPOSED', `${file} can be read by others. Run: chmod 600 ${file}`);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
