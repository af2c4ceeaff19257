// Reads a package (.cpk) as it comes, without ever holding a whole file of it. Every byte that is given out is authentic, since it
// was sealed under the package's key; that a file is whole its end says, and that the package is whole, the end of the last one.
// Callers: the agent, `consign package verify`. Trusts the key, and neither the bytes nor what the manifest says of them.
import { createHash } from 'node:crypto';
import { ChunkError, openChunks } from '../../sealed-chunks.ts';
import { manifestBytesMax, packageChunkBytes } from '../limits.ts';
import { readManifest, type Manifest, type PackagedFile } from './manifest.ts';
import { PackageError } from './package-error.ts';
import { manifestLengthBytes, packageAssociated, packageHeader } from './write-package.ts';

/** A file, and its bytes: to be read to their end before the next one is asked for, or they are passed over. */
export interface OpenedFile {
  readonly file: PackagedFile;
  /** Throws PackageError: `damaged`, or at its end `wrong_content`. */
  readonly content: AsyncIterable<Uint8Array>;
}

/** A package that is being read. */
export interface OpenedPackage {
  readonly manifest: Manifest;
  /** The files in their order, once. Throws PackageError; only when it ends without was the package whole. */
  readonly files: () => AsyncGenerator<OpenedFile>;
}

/** Reads a package's beginning. `key`: its content key. Throws PackageError. */
export async function openPackage(bytes: AsyncIterable<Uint8Array>, key: Uint8Array): Promise<OpenedPackage> {
  const header = Buffer.from(packageHeader);
  const clear = new ByteReader(bytes);
  const line = await clear.take(header.length);
  if (!line.equals(header)) throw new PackageError('not_a_package', 'This is no package of a known format.');
  const associated = packageAssociated();
  const terms = { key, associated, chunkBytes: packageChunkBytes };
  const plain = new ByteReader(openChunks(clear.rest(), terms));
  const length = (await plain.take(manifestLengthBytes)).readUIntBE(0, manifestLengthBytes);
  if (length > manifestBytesMax) throw new PackageError('bad_manifest', 'The manifest is too long.');
  const manifest = readManifest((await plain.take(length)).toString('utf8'));
  return { manifest, files: () => openFiles(manifest, plain) };
}

async function* openFiles({ files }: Manifest, plain: ByteReader): AsyncGenerator<OpenedFile> {
  for (const file of files) {
    const content = contentOf(file, plain);
    yield { file, content };
    // What was not read is passed over, and looked at all the same.
    for await (const part of content) if (part.length === 0) break;
  }
  if (await plain.hasMore())
    throw new PackageError('wrong_content', 'The package has more in it than its manifest.');
}

async function* contentOf(file: PackagedFile, plain: ByteReader): AsyncGenerator<Uint8Array> {
  const digest = createHash('sha256');
  for (let left = file.sizeBytes; left > 0;) {
    const part = await plain.some(left);
    left -= part.length;
    digest.update(part);
    yield part;
  }
  if (digest.digest('hex') !== file.sha256)
    throw new PackageError('wrong_content', `${file.path} is not the file that the manifest describes.`);
}

/** Takes bytes off a stream, as many as are asked for. Throws PackageError `damaged` where it ends too early. */
class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #held: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Exactly so many bytes. */
  async take(length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let left = length; left > 0;) {
      const part = await this.some(left);
      parts.push(part);
      left -= part.length;
    }
    return Buffer.concat(parts);
  }

  /** One byte at least, and not more than `limit`. */
  async some(limit: number): Promise<Buffer> {
    if (!(await this.hasMore())) throw new PackageError('damaged', 'The package ends too early.');
    const part = this.#held.subarray(0, limit);
    this.#held = this.#held.subarray(part.length);
    return part;
  }

  async hasMore(): Promise<boolean> {
    while (this.#held.length === 0) {
      const { value, done } = await this.#next();
      if (done === true) return false;
      this.#held = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    }
    return true;
  }

  /** What has not been taken. */
  async *rest(): AsyncGenerator<Uint8Array> {
    while (await this.hasMore()) {
      const part = this.#held;
      this.#held = Buffer.alloc(0);
      yield part;
    }
  }

  async #next(): Promise<IteratorResult<Uint8Array>> {
    try {
      return await this.#source.next();
    } catch (error) {
      if (!(error instanceof ChunkError)) throw error;
      throw new PackageError('damaged', `The package is not whole: ${error.message}.`, { cause: error });
    }
  }
}
