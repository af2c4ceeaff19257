// Reads SSH's data types (RFC 4251, section 5) from bytes that a stranger chose: never past their end, and to it exactly.
// Used by public-key.ts and signed-request.ts.

/** The bytes are not what they should be. */
export class WireError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WireError';
  }
}

/** Every method throws WireError when there are fewer bytes than it needs. */
export class WireReader {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  byte(): number {
    return this.#take(1).readUInt8();
  }

  /** A string: its length in four bytes, and that many bytes. */
  string(): Buffer {
    return this.#take(this.#take(4).readUInt32BE());
  }

  /** A multiple precision integer that is positive and in its shortest form; without the zero that keeps it positive. */
  positiveInteger(): Buffer {
    const bytes = this.string();
    const [first, second] = bytes;
    if (first === undefined || first > 0x7f) throw new WireError('an integer is not positive');
    if (first !== 0) return bytes;
    if (second === undefined || second <= 0x7f) throw new WireError('an integer is not in its shortest form');
    return bytes.subarray(1);
  }

  /** Throws WireError when anything follows. */
  end(): void {
    if (this.#offset !== this.#bytes.length) throw new WireError('there is more than there should be');
  }

  #take(byteCount: number): Buffer {
    if (byteCount > this.#bytes.length - this.#offset) throw new WireError('the bytes end too early');
    this.#offset += byteCount;
    return this.#bytes.subarray(this.#offset - byteCount, this.#offset);
  }
}
