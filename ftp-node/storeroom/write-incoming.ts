// Writes what is put into the storeroom by hand, hashing it on the way. Called by storeroom.ts, which names it.
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { writeWhole } from '#commlink/artifacts/artifact-file.ts';
import { FtpNodeError } from '../node-error.ts';

const readOnly = 0o444;

/**
 * Writes the whole of `content` to the new file, read-only and on the disk when this resolves. Throws FtpNodeError `interrupted`,
 * `input_output`, and what the file system says.
 */
export async function writeIncoming(
  incoming: string,
  content: AsyncIterable<Uint8Array>,
): Promise<{ sha256: string; sizeBytes: number }> {
  await using handle = await open(incoming, 'wx', 0o600);
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of readContent(content)) {
    hash.update(chunk);
    await writeWhole(handle, chunk, sizeBytes);
    sizeBytes += chunk.length;
  }
  await handle.chmod(readOnly);
  await handle.sync();
  const { size } = await handle.stat();
  if (size !== sizeBytes)
    throw new FtpNodeError('input_output', 'The disk of the FTP node kept another size than was written.');
  return { sha256: hash.digest('hex'), sizeBytes };
}

/** Tells a failing source from a failing disk. */
async function* readContent(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* content;
  } catch (error) {
    throw new FtpNodeError('interrupted', 'The file did not arrive whole. Publish it again.', {
      cause: error,
    });
  }
}

/** Makes what was renamed in a directory last. */
export async function syncDirectory(directory: string): Promise<void> {
  await using handle = await open(directory, 'r');
  await handle.sync();
}
