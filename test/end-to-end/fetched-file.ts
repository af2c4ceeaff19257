// What a real client program has fetched: how much of it is there yet, and whether it is the file that was published.
// Callers: the end-to-end tests. A client is judged by the file, not by its words.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

/** The lower-case hexadecimal SHA-256 of a file's bytes. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Waits until the file at `path` has at least `bytes`; rejects after `timeoutMs`. */
export async function waitForBytes(path: string, bytes: number, timeoutMs = 90_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while ((await sizeOf(path)) < bytes) {
    if (Date.now() > deadline) throw new Error(`${path} did not reach ${bytes} bytes in ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A file's size in bytes, 0 while it does not exist. */
export async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}
