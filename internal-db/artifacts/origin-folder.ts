// The folder in which internal-db keeps artifacts: each one file named by its SHA-256, read-only, and what is being uploaded
// beside them, also where a bucket keeps the artifacts. Called by uploads.ts and configured-origin.ts; trusts digests and upload
// ids, whose form was checked.
import { mkdirSync } from 'node:fs';
import { open, readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { nameArtifact } from '#commlink/artifacts/artifact-file.ts';
import type { KeptFile } from '../store/originals.ts';
import { explainArtifactError } from './explain-artifact-error.ts';
import type { KeptOriginals } from './kept-originals.ts';

const uploadPrefix = '.upload-';

/** The folder. */
export class OriginFolder implements KeptOriginals {
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

  /** It was made at the start. */
  async look(): Promise<void> {}

  async has({ sha256, sizeBytes }: KeptFile): Promise<boolean> {
    try {
      const stats = await stat(join(this.directory, sha256));
      return stats.isFile() && stats.size === sizeBytes;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }

  async readSlice(original: KeptFile, offsetBytes: number, lengthBytes: number): Promise<Buffer | null> {
    if (!(await this.has(original))) return null;
    await using handle = await open(join(this.directory, original.sha256), 'r');
    const buffer = Buffer.alloc(lengthBytes);
    const { bytesRead } = await handle.read(buffer, 0, lengthBytes, offsetBytes);
    return buffer.subarray(0, bytesRead);
  }

  async keep(file: string, { sha256 }: KeptFile): Promise<void> {
    await explainArtifactError(() => nameArtifact(file, this.directory, sha256));
  }

  /** Digests of the artifacts that have been here since before that time. */
  async artifactsBefore(atMs: number): Promise<string[]> {
    const names = (await readdir(this.directory)).filter((name) => /^[0-9a-f]{64}$/.test(name));
    const old: string[] = [];
    for (const name of names) {
      const stats = await stat(join(this.directory, name)).catch(ignoreMissing);
      if (stats && stats.mtimeMs < atMs) old.push(name);
    }
    return old;
  }

  async remove(sha256: string): Promise<void> {
    await rm(join(this.directory, sha256), { force: true });
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

/** It was removed meanwhile. */
function ignoreMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
