// Writes a package (.cpk): a first line in clear, then, in sealed chunks, the manifest's length, the manifest, and the files' bytes
// in its order. Streams, whatever the size. Callers: the package builder of `consign package build`, tests.
import { createHash } from 'node:crypto';
import { sealChunks } from '../../sealed-chunks.ts';
import { manifestBytesMax, packageChunkBytes } from '../limits.ts';
import { readManifest, type Manifest, type PackagedFile } from './manifest.ts';
import { PackageError } from './package-error.ts';

/** The first line. The number is the format's: a reader refuses those that it does not know. */
export const packageHeader = 'consign-package/1\n';

/** Bytes of the manifest's length, big endian. */
export const manifestLengthBytes = 4;

/**
 * Yields the package's bytes. `contentOf` opens a file's content, when its turn has come. Throws PackageError `bad_manifest` for
 * one that a reader would refuse, `wrong_content` for a content that is not as the manifest says: it changed meanwhile.
 */
export async function* writePackage(
  manifest: Manifest,
  contentOf: (file: PackagedFile) => AsyncIterable<Uint8Array>,
  key: Uint8Array,
): AsyncGenerator<Uint8Array> {
  const text = Buffer.from(JSON.stringify(manifest));
  if (text.length > manifestBytesMax) throw new PackageError('bad_manifest', 'The manifest is too long.');
  readManifest(text.toString('utf8'));
  yield Buffer.from(packageHeader);
  const associated = packageAssociated();
  yield* sealChunks(plaintextOf(manifest, text, contentOf), {
    key,
    associated,
    chunkBytes: packageChunkBytes,
  });
}

/** What each chunk is bound to. */
export function packageAssociated(): Buffer {
  return createHash('sha256').update(packageHeader).digest();
}

async function* plaintextOf(
  { files }: Manifest,
  text: Buffer,
  contentOf: (file: PackagedFile) => AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const length = Buffer.alloc(manifestLengthBytes);
  length.writeUInt32BE(text.length);
  yield length;
  yield text;
  for (const file of files) {
    const digest = createHash('sha256');
    let sizeBytes = 0;
    for await (const part of contentOf(file)) {
      sizeBytes += part.length;
      if (sizeBytes > file.sizeBytes) break;
      digest.update(part);
      yield part;
    }
    if (sizeBytes !== file.sizeBytes || digest.digest('hex') !== file.sha256)
      throw new PackageError('wrong_content', `${file.path} changed while the package was written.`);
  }
}
