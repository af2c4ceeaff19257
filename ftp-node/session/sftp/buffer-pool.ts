// Large buffers that are used again. Each one that is made and dropped costs the garbage collector a walk through the whole
// heap after some dozens: without this pool a fast download spends more on that than on its encryption.
// Callers: open-download.ts (what is read) and packet-buffers.ts (what is encrypted). One pool for each SFTP server.
import { sftpLimits } from './sftp-limits.ts';

/** The sizes that are kept: an encrypted packet of a channel, and the longest READ with its header. */
const slabBytes = [34 * 1024, 256 * 1024] as const;
/** What is shorter is left to Node.js's own pool. */
const pooledBytesMin = 4 * 1024;

/** A pool of buffers. */
export class BufferPool {
  readonly #free = new Map<number, ArrayBufferLike[]>(slabBytes.map((bytes) => [bytes, []]));
  /** What was taken and not given back: each may come back once, or two would write to it. */
  readonly #taken = new WeakSet<ArrayBufferLike>();
  #freeBytes = 0;

  /** A buffer with arbitrary content. One that is never given back is an ordinary buffer. */
  take(bytes: number): Buffer {
    const wholeBytes = slabBytes.find((size) => size >= bytes);
    if (bytes < pooledBytesMin || wholeBytes === undefined) return Buffer.allocUnsafe(bytes);
    const slab = this.#free.get(wholeBytes)?.pop();
    if (slab !== undefined) this.#freeBytes -= wholeBytes;
    const whole = slab ?? Buffer.allocUnsafeSlow(wholeBytes).buffer;
    this.#taken.add(whole);
    return Buffer.from(whole, 0, bytes);
  }

  /** Takes back a buffer, or a part of one, that nobody reads or writes any more; what is not of this pool is ignored. */
  giveBack({ buffer }: Uint8Array): void {
    if (!this.#taken.delete(buffer)) return;
    if (this.#freeBytes + buffer.byteLength > sftpLimits.pooledBytesMax) return;
    this.#freeBytes += buffer.byteLength;
    this.#free.get(buffer.byteLength)?.push(buffer);
  }
}
