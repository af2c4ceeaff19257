// The memory of encrypted packets: taken from a pool, laid out as the cipher wants it, padded with random bytes that are
// drawn many at once. Caller: ssh2-insides.ts, for each cipher of a connection.
import { randomFillSync } from 'node:crypto';
import type { BufferPool } from './buffer-pool.ts';

/** Where a packet has its random padding: behind the payload, which begins after the length and the padding's length. */
const payloadStart = 5;
const paddingLengthAt = 4;
/** Payloads of so many lengths are remembered; a download has two or three. */
const layoutsMax = 16;
const randomBytes = 16 * 1024;

/** How a cipher lays out a packet of one length: RFC 4253 section 6, with the room for its MAC. */
interface PacketLayout {
  readonly totalBytes: number;
  readonly start: Uint8Array;
  readonly paddingBytes: number;
}

/** Allocates packets for one cipher. */
export class PacketBuffers {
  readonly #pool: BufferPool;
  readonly #allocateFirst: (payloadBytes: number) => Buffer;
  readonly #layouts = new Map<number, PacketLayout>();
  #random = Buffer.alloc(0);

  /** `allocateFirst` is the cipher's own way, from which the layout is learnt. */
  constructor(pool: BufferPool, allocateFirst: (payloadBytes: number) => Buffer) {
    this.#pool = pool;
    this.#allocateFirst = allocateFirst;
  }

  /** A packet whose length, padding and padding's length are written already. */
  allocate(payloadBytes: number): Buffer {
    const layout = this.#layouts.get(payloadBytes);
    if (layout === undefined) return this.#learn(payloadBytes);
    const packet = this.#pool.take(layout.totalBytes);
    packet.set(layout.start);
    packet.set(this.#drawRandom(layout.paddingBytes), payloadStart + payloadBytes);
    return packet;
  }

  #learn(payloadBytes: number): Buffer {
    const packet = this.#allocateFirst(payloadBytes);
    if (this.#layouts.size >= layoutsMax) this.#layouts.clear();
    this.#layouts.set(payloadBytes, {
      totalBytes: packet.length,
      start: Uint8Array.prototype.slice.call(packet, 0, payloadStart),
      paddingBytes: packet.readUInt8(paddingLengthAt),
    });
    return packet;
  }

  #drawRandom(bytes: number): Buffer {
    if (this.#random.length < bytes) this.#random = randomFillSync(Buffer.allocUnsafe(randomBytes));
    const drawn = this.#random.subarray(0, bytes);
    this.#random = this.#random.subarray(bytes);
    return drawn;
  }
}
