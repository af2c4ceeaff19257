// Encrypts a content of any length in chunks of AES-256-GCM, in the manner of age and of STREAM (Hoang, Reyhanitabar, Rogaway,
// Vizár, 2015): each chunk's nonce is its number, and says whether it is the last, so that none can be changed, moved, left out or
// cut off. A key is for one content only. Callers: backups, packages for appliances. Imports no library: appliances read with it.
import { createCipheriv, createDecipheriv } from 'node:crypto';

const cipherName = 'aes-256-gcm';
const nonceBytes = 12;
/** What a chunk is longer by than its plaintext. */
export const chunkTagBytes = 16;

/** What sealing and opening must agree on. */
export interface ChunkTerms {
  /** 32 bytes, for this content alone. */
  readonly key: Uint8Array;
  /** Authenticated with each chunk. */
  readonly associated: Uint8Array;
  /** Plaintext of each chunk but the last. */
  readonly chunkBytes: number;
}

/** Thrown by openChunks: the content was changed, cut off, or sealed with another key. */
export class ChunkError extends Error {
  readonly code = 'damaged';

  constructor(message: string) {
    super(message);
    this.name = 'ChunkError';
  }
}

/** Yields the sealed chunks. */
export async function* sealChunks(
  content: AsyncIterable<Uint8Array>,
  { key, associated, chunkBytes }: ChunkTerms,
): AsyncGenerator<Buffer> {
  let count = 0;
  for await (const { chunk, isLast } of inChunks(content, chunkBytes)) {
    const cipher = createCipheriv(cipherName, key, nonceOf(count, isLast)).setAAD(associated);
    yield Buffer.concat([cipher.update(chunk), cipher.final(), cipher.getAuthTag()]);
    count += 1;
  }
}

/** Yields the plaintext. What was yielded is authentic; that it is all, only the end says. Throws ChunkError. */
export async function* openChunks(
  sealed: AsyncIterable<Uint8Array>,
  { key, associated, chunkBytes }: ChunkTerms,
): AsyncGenerator<Buffer> {
  let count = 0;
  for await (const { chunk, isLast } of inChunks(sealed, chunkBytes + chunkTagBytes)) {
    if (chunk.length < chunkTagBytes) throw new ChunkError('its end is missing');
    const decipher = createDecipheriv(cipherName, key, nonceOf(count, isLast), {
      authTagLength: chunkTagBytes,
    })
      .setAAD(associated)
      .setAuthTag(chunk.subarray(-chunkTagBytes));
    const opened = decipher.update(chunk.subarray(0, -chunkTagBytes));
    try {
      decipher.final();
    } catch {
      throw new ChunkError(`it was changed or cut off at chunk ${count}`);
    }
    yield opened;
    count += 1;
  }
}

function nonceOf(count: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(nonceBytes);
  nonce.writeUIntBE(count, nonceBytes - 7, 6);
  nonce[nonceBytes - 1] = isLast ? 1 : 0;
  return nonce;
}

/** The same bytes in chunks of one size; the last one may be shorter, and there always is one. */
async function* inChunks(
  bytes: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<{ chunk: Buffer; isLast: boolean }> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of bytes) {
    parts.push(part);
    length += part.length;
    if (length <= size) continue;
    const held = Buffer.concat(parts);
    let at = 0;
    // One chunk is always kept back: what comes next says whether it is the last.
    for (; held.length - at > size; at += size) yield { chunk: held.subarray(at, at + size), isLast: false };
    parts = [held.subarray(at)];
    length = held.length - at;
  }
  yield { chunk: Buffer.concat(parts), isLast: true };
}
