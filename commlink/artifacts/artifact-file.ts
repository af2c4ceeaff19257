// A file that arrives piece by piece and becomes an artifact when it is whole: appended at a known offset, and named by its
// SHA-256 only after all of it was read back. Called by internal-db for uploads and by ftp-node for what it pulls. Trusts the
// names that it is given, which their callers make.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ArtifactFileError, asArtifactFileError } from './artifact-file-error.ts';
import { artifactReadBytes } from '../limits.ts';

/** One piece, where it begins, and how much of it is taken at most. */
export interface ArtifactPiece {
  readonly offsetBytes: number;
  readonly content: AsyncIterable<Uint8Array>;
  readonly bytesMax: number;
  /** Hexadecimal SHA-256 of the piece, where its sender says it. */
  readonly sha256: string | null;
  /**
   * Whether it is on the disk before it counts. Not needed where the digest of the whole is known beforehand: what a power cut
   * takes is noticed then, and sent again.
   */
  readonly mustLast: boolean;
}

/** How much has arrived; null when nothing was begun. Throws ArtifactFileError `input_output`. */
export async function arrivedBytes(file: string): Promise<number | null> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw asArtifactFileError(error);
  }
}

/**
 * Appends a piece to the file, which is made for the first, and resolves with the new length. Of a piece that stops early what
 * came is kept, unless its digest was given, since that can't be checked then. Throws ArtifactFileError: `wrong_offset`,
 * `too_long`, `digest_differs`, `interrupted`, `disk_full`, `input_output`.
 */
export async function appendPiece(file: string, piece: ArtifactPiece): Promise<number> {
  await using handle = await openToAppend(file);
  const { size } = await handle.stat();
  if (size !== piece.offsetBytes)
    throw new ArtifactFileError('wrong_offset', `The piece begins at ${piece.offsetBytes}, not at ${size}.`);
  const hash = piece.sha256 === null ? null : createHash('sha256');
  let endBytes = piece.offsetBytes;
  try {
    for await (const chunk of readContent(piece.content)) {
      if (endBytes + chunk.length > piece.offsetBytes + piece.bytesMax)
        throw new ArtifactFileError('too_long', 'More bytes came than were announced.');
      hash?.update(chunk);
      await writeWhole(handle, chunk, endBytes);
      endBytes += chunk.length;
    }
    if (hash !== null && hash.digest('hex') !== piece.sha256)
      throw new ArtifactFileError(
        'digest_differs',
        'The piece did not arrive as it was sent. Send it again.',
      );
    if (piece.mustLast) await handle.datasync();
    return endBytes;
  } catch (error) {
    const known = asArtifactFileError(error);
    const isKept = known.code === 'interrupted' && piece.sha256 === null;
    if (!isKept) await handle.truncate(piece.offsetBytes);
    throw known;
  }
}

/** Puts what has arrived, and its name, on the disk. Throws ArtifactFileError `disk_full`, `input_output`. */
export async function syncArrived(file: string): Promise<void> {
  try {
    await using handle = await open(file, 'r');
    await handle.sync();
    await using folder = await open(dirname(file), 'r');
    await folder.sync();
  } catch (error) {
    throw asArtifactFileError(error);
  }
}

/**
 * Makes the whole file the artifact `<directory>/<sha256>`: read-only and durable before its name is there. The caller has
 * compared its digest. Throws ArtifactFileError `disk_full`, `input_output`.
 */
export async function nameArtifact(file: string, directory: string, sha256: string): Promise<void> {
  try {
    await using handle = await open(file, 'r');
    await handle.chmod(0o444);
    await handle.sync();
    await rename(file, join(directory, sha256));
    await using folder = await open(directory, 'r');
    await folder.sync();
  } catch (error) {
    throw asArtifactFileError(error);
  }
}

/**
 * The file's SHA-256, hexadecimal, read from the disk; `pace` is waited for after so many bytes at a time, and ends it when it throws.
 * Throws ArtifactFileError `input_output`.
 */
export async function digestFile(file: string, pace?: (bytes: number) => Promise<void>): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: artifactReadBytes })) {
      hash.update(chunk as Buffer);
      await pace?.((chunk as Buffer).length);
    }
  } catch (error) {
    throw asArtifactFileError(error);
  }
  return hash.digest('hex');
}

/** Removes what has arrived, if anything. */
export async function discardArrived(file: string): Promise<void> {
  await rm(file, { force: true });
}

/** Neither `a`, which ignores offsets, nor `w`, which empties the file. */
async function openToAppend(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw asArtifactFileError(error);
  }
  try {
    return await open(file, 'wx+', 0o600);
  } catch (error) {
    throw asArtifactFileError(error);
  }
}

/** Tells a failing source from a failing disk. */
async function* readContent(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* content;
  } catch (cause) {
    throw new ArtifactFileError('interrupted', 'The sender went away. Go on from where the file ends.', {
      cause,
    });
  }
}

/** Writes all of it there: the system may take less at a time. Throws the file system's errors. */
export async function writeWhole(handle: FileHandle, chunk: Uint8Array, offsetBytes: number): Promise<void> {
  for (let done = 0; done < chunk.length;) {
    const { bytesWritten } = await handle.write(chunk, done, chunk.length - done, offsetBytes + done);
    done += bytesWritten;
  }
}
