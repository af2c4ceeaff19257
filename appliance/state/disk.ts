// Every change that the agent makes to the disk. Each step is told of before it is made, which is how the tests lose power
// at every one of them; in the field nobody listens. What is to last is written beside, synced, and put in place by one
// rename. Callers: all modules of the agent that keep or install something.
import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rm, symlink, type FileHandle } from 'node:fs/promises';
import path from 'node:path';

/** A step that is about to be made. `from` is what a rename moves to `path`. */
export interface DiskStep {
  readonly kind: 'create' | 'write' | 'sync' | 'rename' | 'remove' | 'folder' | 'link' | 'rights';
  readonly path: string;
  readonly from?: string;
}

/** A file that is open for writing, and its name. */
export interface OpenedForWriting {
  readonly handle: FileHandle;
  readonly path: string;
}

/** Who may have a file, and how. Null keeps what creating it gave. */
export interface Rights {
  readonly mode: number;
  readonly ownerId?: number | null;
  readonly groupId?: number | null;
}

const privateMode = 0o600;

/** Where the next content of a file is written: one place, so that a power cut leaves no more than one. */
export function besideOf(file: string): string {
  return path.join(path.dirname(file), `.${path.basename(file)}.consign-new`);
}

/** The disk, as the agent changes it. */
export class Disk {
  readonly #before: (step: DiskStep) => void;

  constructor(before: (step: DiskStep) => void = () => undefined) {
    this.#before = before;
  }

  /** Writes a file as a whole: the old content or the new, never less. */
  async writeWhole(
    file: string,
    content: string | Uint8Array,
    rights: Rights = { mode: privateMode },
  ): Promise<void> {
    const temporary = besideOf(file);
    await this.remove(temporary);
    try {
      await this.writeNew(temporary, content, rights);
      await this.move(temporary, file);
    } catch (error) {
      await this.remove(temporary);
      throw error;
    }
  }

  /** Writes a file that must not be there, synced. Its folder is the caller's to sync. */
  async writeNew(file: string, content: string | Uint8Array, rights: Rights): Promise<void> {
    const handle = await this.create(file);
    try {
      this.#before({ kind: 'write', path: file });
      await handle.writeFile(content);
      await this.finish(handle, file, rights);
    } finally {
      await handle.close();
    }
  }

  /** Writes into an open file, at `atBytes`, or where the last write ended. Whoever wants it to last syncs it. */
  async write({ handle, path: file }: OpenedForWriting, bytes: Uint8Array, atBytes?: number): Promise<void> {
    this.#before({ kind: 'write', path: file });
    for (let written = 0; written < bytes.length;) {
      const at = atBytes === undefined ? null : atBytes + written;
      written += (await handle.write(bytes, written, bytes.length - written, at)).bytesWritten;
    }
  }

  /** Opens a file that must not be there. A link of that name is refused, whatever it leads to. */
  async create(file: string): Promise<FileHandle> {
    this.#before({ kind: 'create', path: file });
    return open(file, 'wx', privateMode);
  }

  /** Gives an open file its rights, and syncs it. */
  async finish(handle: FileHandle, file: string, { mode, ownerId, groupId }: Rights): Promise<void> {
    this.#before({ kind: 'rights', path: file });
    if (typeof ownerId === 'number' && typeof groupId === 'number') await handle.chown(ownerId, groupId);
    await handle.chmod(mode);
    this.#before({ kind: 'sync', path: file });
    await handle.sync();
  }

  /**
   * Copies a file to a name that must not be taken, with its rights, synced. Both are opened once, and a link of either name is
   * refused: what somebody puts in their place meanwhile gets neither the content nor the rights.
   */
  async copyNew(from: string, to: string): Promise<void> {
    await using source = await open(from, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const status = await source.stat();
    if (!status.isFile()) throw Object.assign(new Error(`${from} is no file.`), { code: 'EINVAL' });
    await using target = await this.create(to);
    this.#before({ kind: 'write', path: to });
    await target.writeFile(source.createReadStream({ autoClose: false }));
    const isRoot = process.getuid?.() === 0;
    const [ownerId, groupId] = isRoot ? [status.uid, status.gid] : [null, null];
    await this.finish(target, to, { mode: status.mode & 0o7777, ownerId, groupId });
  }

  /** Renames, and makes it last. */
  async move(from: string, to: string): Promise<void> {
    this.#before({ kind: 'rename', path: to, from });
    await rename(from, to);
    await this.sync(path.dirname(to));
  }

  /** Removes a file, a link or a whole folder, and makes it last; a missing one is no error. */
  async remove(target: string): Promise<void> {
    if (!(await isThere(target))) return;
    this.#before({ kind: 'remove', path: target });
    await rm(target, { recursive: true, force: true });
    await this.sync(path.dirname(target));
  }

  /** Makes a folder, and those above it that are missing, and makes them last. */
  async makeFolder(folder: string, mode = 0o700): Promise<void> {
    if (await isThere(folder)) return;
    const above = path.dirname(folder);
    await this.makeFolder(above, mode);
    this.#before({ kind: 'folder', path: folder });
    await mkdir(folder, { mode });
    await this.sync(above);
  }

  /** Makes `link` lead to `target`, from one moment to the next. */
  async pointLink(link: string, target: string): Promise<void> {
    const temporary = besideOf(link);
    await this.remove(temporary);
    this.#before({ kind: 'link', path: temporary });
    await symlink(target, temporary);
    await this.move(temporary, link);
  }

  /** Syncs a file or a folder. */
  async sync(target: string): Promise<void> {
    this.#before({ kind: 'sync', path: target });
    const handle = await open(target, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  /** Syncs a folder and all folders below it, the lowest first. The files in it were synced when they were written. */
  async syncFolders(folder: string): Promise<void> {
    for (const entry of await readdir(folder, { withFileTypes: true }))
      if (entry.isDirectory()) await this.syncFolders(path.join(folder, entry.name));
    await this.sync(folder);
  }
}

/** Without following a link. */
async function isThere(target: string): Promise<boolean> {
  try {
    await lstat(target);
    return true;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ENOTDIR'].includes(code)) return false;
    throw error;
  }
}
