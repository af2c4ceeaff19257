// The folder in which internal-db keeps artifacts: each one file named by its SHA-256, read-only, and what is being uploaded
// beside them. Called by uploads.ts and artifact-slices.ts; trusts digests and upload ids, whose form was checked.
import { mkdirSync } from 'node:fs';
import { open, readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';

const uploadPrefix = '.upload-';

/** The folder. */
export class OriginFolder {
  readonly directory: string;

  /** Makes it, 0700, unless it is there. */
  constructor(directory: string) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.directory = directory;
  }

  /** Where an upload arrives. */
  arriving(upload: string): string {
    return join(this.directory, `${uploadPrefix}${upload}`);
  }

  /** Ids of the uploads of which something has arrived. */
  async arrivingUploads(): Promise<string[]> {
    const names = await readdir(this.directory);
    return names
      .filter((name) => name.startsWith(uploadPrefix))
      .map((name) => name.slice(uploadPrefix.length));
  }

  /** Whether the artifact is here, in this size. */
  async has(sha256: string, sizeBytes: number): Promise<boolean> {
    try {
      const stats = await stat(join(this.directory, sha256));
      return stats.isFile() && stats.size === sizeBytes;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }

  /** A part of an artifact; shorter at its end. Throws the file system's own errors, ENOENT for one that is not here. */
  async readSlice(sha256: string, offsetBytes: number, lengthBytes: number): Promise<Buffer> {
    await using handle = await open(join(this.directory, sha256), 'r');
    const buffer = Buffer.alloc(lengthBytes);
    const { bytesRead } = await handle.read(buffer, 0, lengthBytes, offsetBytes);
    return buffer.subarray(0, bytesRead);
  }

  /** Removes what arrived of an upload. */
  async discard(upload: string): Promise<void> {
    await rm(this.arriving(upload), { force: true });
  }

  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.directory);
    return bavail * bsize;
  }
}
