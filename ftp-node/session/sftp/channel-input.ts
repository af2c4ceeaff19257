// Cuts what a client sends on its channel into SFTP packets, one at a time, as they are asked for.
// Caller: sftp-session.ts. ssh2 gives a client new window as fast as bytes come in; here it gets none while requests
// wait, so that a client that asks without end costs a bounded amount of memory and not its channel.
import type { ServerChannel } from 'ssh2';
import { sftpLimits } from './sftp-limits.ts';
import { SftpError } from './sftp-protocol.ts';

/** The requests of one channel. Made before the first byte is read; there is one reader. */
export class ChannelInput {
  readonly #channel: ServerChannel;
  /** What was received lies between `#start` and `#end`: one buffer, because tiny packets would each cost an object. */
  #buffer: Buffer = Buffer.allocUnsafe(4096);
  #start = 0;
  #end = 0;
  #isEnded = false;
  #failure: SftpError | null = null;
  #wake: (() => void) | null = null;

  constructor(channel: ServerChannel) {
    this.#channel = channel;
    // Readable.push is where ssh2 hands over each CHANNEL_DATA message; `false` makes it hold the window back.
    const push = channel.push.bind(channel);
    channel.push = (chunk: Buffer | null) => {
      if (chunk !== null) return this.#receive(chunk);
      this.#isEnded = true;
      this.#wake?.();
      return push(null);
    };
    channel.resume();
  }

  /** Bytes that are received and not taken yet. */
  get heldBytes(): number {
    return this.#end - this.#start;
  }

  /**
   * Waits for the next packet, without its length; null at the end of input.
   * Throws SftpError 'malformed' or 'oversized', and the signal's reason.
   */
  async nextPacket(signal: AbortSignal): Promise<Buffer | null> {
    for (;;) {
      signal.throwIfAborted();
      if (this.#failure) throw this.#failure;
      const packet = this.#takePacket();
      if (packet !== null) return packet;
      if (this.#isEnded && this.heldBytes > 0)
        throw new SftpError('malformed', 'The input ends within a packet.');
      if (this.#isEnded) return null;
      await this.#waitForInput(signal);
    }
  }

  #takePacket(): Buffer | null {
    if (this.heldBytes < 4) return null;
    const length = this.#buffer.readUInt32BE(this.#start);
    if (length === 0 || length > sftpLimits.requestBytesMax)
      throw new SftpError('oversized', `A request says that it is ${length} bytes long.`);
    if (this.heldBytes < 4 + length) return null;
    // Copied, because what comes in later moves the buffer's content.
    const packet = Buffer.from(this.#buffer.subarray(this.#start + 4, this.#start + 4 + length));
    this.#start += 4 + length;
    if (this.heldBytes === 0) this.#forgetBuffer();
    // Readable._read is how ssh2 learns that there is room again; it sends a window adjustment if one is due.
    if (this.heldBytes < sftpLimits.inputHeldBytes) this.#channel._read(0);
    return packet;
  }

  #receive(chunk: Buffer): boolean {
    if (this.heldBytes + chunk.length > sftpLimits.inputBytesMax) {
      // Only a client that ignores its window gets here.
      this.#failure = new SftpError('oversized', 'The client sends more than its window allows.');
      this.#wake?.();
      return false;
    }
    if (this.#end + chunk.length > this.#buffer.length) this.#makeRoom(chunk.length);
    this.#end += chunk.copy(this.#buffer, this.#end);
    this.#wake?.();
    return this.heldBytes < sftpLimits.inputHeldBytes;
  }

  #makeRoom(neededBytes: number): void {
    const heldBytes = this.heldBytes;
    // At least half of the buffer is free after each move, so that the moves cost less than the receiving.
    const wantedBytes = 2 * (heldBytes + neededBytes);
    const target = wantedBytes <= this.#buffer.length ? this.#buffer : Buffer.allocUnsafe(wantedBytes);
    this.#buffer.copy(target, 0, this.#start, this.#end);
    this.#buffer = target;
    this.#start = 0;
    this.#end = heldBytes;
  }

  /** An empty buffer is used from its start again; one that a burst made large is given back. */
  #forgetBuffer(): void {
    this.#start = 0;
    this.#end = 0;
    if (this.#buffer.length > sftpLimits.inputHeldBytes) this.#buffer = Buffer.allocUnsafe(4096);
  }

  #waitForInput(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#wake = null;
        reject(signal.reason as Error);
      };
      this.#wake = () => {
        this.#wake = null;
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }
}
