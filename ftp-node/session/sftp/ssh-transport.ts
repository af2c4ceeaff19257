// Sends on the channels of one connection no faster than the client takes it. ssh2 encrypts and queues whatever it is
// given, so a client that stops reading would fill the memory; here each write waits for the kernel's queue, for the
// end of a key exchange and for the channel's window. Also notices a client that takes nothing any more.
// Callers: sftp-session.ts sends; ssh-connection.ts makes one for each connection and closes it.
import type { Socket } from 'node:net';
import type { Connection, ServerChannel } from 'ssh2';
import { waitForAcknowledgement } from '../acknowledgement.ts';
import type { BufferPool } from './buffer-pool.ts';
import { sftpLimits } from './sftp-limits.ts';
import { SftpError } from './sftp-protocol.ts';
import { batchPackets, isExchangingKeys, socketOf } from './ssh2-insides.ts';

/** The sending side of one connection. */
export class SshTransport {
  readonly #connection: Connection;
  readonly #socket: Socket;
  readonly #stallTimeoutMs: number;
  readonly #stallTimer: NodeJS.Timeout;
  readonly #onSent: () => void;
  readonly #waiters = new Set<() => void>();
  #waitingForSocketCount = 0;
  #waitingForWindowCount = 0;
  #acceptedWrites = 0;

  /**
   * `onStall` is called when the client has taken nothing for `stallTimeoutMs` although something waits for it; `onSent`
   * after each part that was sent.
   */
  constructor(
    connection: Connection,
    options: { pool: BufferPool; stallTimeoutMs: number; onStall: () => void; onSent: () => void },
  ) {
    this.#connection = connection;
    this.#socket = socketOf(connection);
    const wakeAll = (): void => {
      for (const wake of this.#waiters) wake();
    };
    batchPackets(connection, { pool: options.pool, onFlushed: wakeAll });
    // Emitted at the end of every key exchange but the first.
    connection.on('rekey', wakeAll);
    this.#stallTimeoutMs = options.stallTimeoutMs;
    this.#onSent = options.onSent;
    this.#stallTimer = this.#watchForStall(options);
  }

  /** True while something waits for the client. */
  get isBusy(): boolean {
    return this.#waitingForSocketCount + this.#waitingForWindowCount > 0;
  }

  /** Stops the stall watch; waiting calls end by their own signals. */
  close(): void {
    clearInterval(this.#stallTimer);
  }

  /** Sends all of `bytes`; resolves when ssh2 is done with the buffer. Rejects when `signal` aborts. */
  async send(channel: ServerChannel, bytes: Buffer, signal: AbortSignal): Promise<void> {
    for (let position = 0; position < bytes.length; position += sftpLimits.channelWriteBytes) {
      await this.#waitForSocket(() => this.#hasRoom(), signal);
      await this.#write(channel, bytes.subarray(position, position + sftpLimits.channelWriteBytes), signal);
    }
    this.#onSent();
  }

  /**
   * Waits until all that was sent before has left, and, when nobody else sends meanwhile (`isAlone`), until the peer's
   * kernel has acknowledged it; false when it did not. Rejects when `signal` aborts.
   */
  async confirm(isAlone: boolean, signal: AbortSignal): Promise<boolean> {
    const sentBytes = this.#socket.bytesWritten;
    const hasLeft = (): boolean =>
      this.#socket.bytesWritten - this.#socket.writableLength >= sentBytes &&
      !isExchangingKeys(this.#connection);
    await this.#waitForSocket(hasLeft, signal);
    if (!isAlone) return true;
    return await waitForAcknowledgement(this.#socket, { stallTimeoutMs: this.#stallTimeoutMs, signal });
  }

  #hasRoom(): boolean {
    return (
      this.#socket.writableLength <= sftpLimits.socketQueueBytesMax && !isExchangingKeys(this.#connection)
    );
  }

  async #waitForSocket(isDone: () => boolean, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (isDone()) return;
    this.#waitingForSocketCount += 1;
    try {
      while (!isDone()) await this.#nextChange(signal);
    } finally {
      this.#waitingForSocketCount -= 1;
    }
  }

  #nextChange(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const wake = (): void => {
        this.#waiters.delete(wake);
        signal.removeEventListener('abort', wake);
        if (signal.aborted) reject(signal.reason as Error);
        else resolve();
      };
      this.#waiters.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  async #write(channel: ServerChannel, bytes: Buffer, signal: AbortSignal): Promise<void> {
    // On a channel that is closed ssh2 never calls back.
    if (!channel.writable) throw new SftpError('ended', 'The channel is closed.');
    this.#waitingForWindowCount += 1;
    try {
      await new Promise<void>((resolve, reject) => {
        const onAbort = (): void => reject(signal.reason as Error);
        signal.addEventListener('abort', onAbort, { once: true });
        channel.write(bytes, (error) => {
          signal.removeEventListener('abort', onAbort);
          if (error) reject(error);
          else resolve();
        });
      });
      this.#acceptedWrites += 1;
    } finally {
      this.#waitingForWindowCount -= 1;
    }
  }

  /** Our own keepalive requests must not count as progress, so only what is waited for is looked at. */
  #watchForStall({
    stallTimeoutMs,
    onStall,
  }: {
    stallTimeoutMs: number;
    onStall: () => void;
  }): NodeJS.Timeout {
    let lastMark = '';
    let unchangedSince = Date.now();
    const look = (): void => {
      const mark =
        this.#waitingForSocketCount > 0
          ? `socket ${this.#socket.bytesWritten - this.#socket.writableLength}`
          : `window ${this.#acceptedWrites}`;
      if (!this.isBusy || mark !== lastMark) {
        lastMark = mark;
        unchangedSince = Date.now();
      } else if (Date.now() - unchangedSince >= stallTimeoutMs) {
        onStall();
      }
    };
    return setInterval(look, Math.max(10, stallTimeoutMs / 4)).unref();
  }
}
