// A file that a client holds open, and the download that its READs make up: begun with the first READ, ended once.
// Caller: sftp-handles.ts keeps them; the request handlers read. Trusts the opened file to be checked already.
import type { OpenedFile, Transfer, TransferRefusal } from '../session-services.ts';
import type { BufferPool } from './buffer-pool.ts';
import { dataHeaderBytes } from './sftp-encode.ts';
import { sftpLimits } from './sftp-limits.ts';

/** What a READ gave: a buffer of the pool with room for the header in front of the data; `dataBytes` is 0 at the end of file. */
export interface ReadData {
  readonly buffer: Buffer;
  readonly dataBytes: number;
}

/** The answer to a READ: `dataBytes` of the file from `offset` on, or a status without any. */
export interface ReadReply {
  readonly bytes: Buffer;
  readonly offset: number;
  readonly dataBytes: number;
}

/** How a file came to be closed. `asked`: by CLOSE, and all before it arrived. `left`: in order, but not so. */
export type Closing = 'asked' | 'left' | 'broken';

/** One open file. */
export class OpenDownload {
  readonly file: OpenedFile;
  readonly #pool: BufferPool;
  readonly #begin: (offsetBytes: number) => Promise<Transfer | TransferRefusal>;
  readonly #onCut: () => void;
  /** Undefined before the first READ. */
  #transfer: Promise<Transfer | TransferRefusal> | undefined;
  #offsetBytes = 0;
  #sentBytes = 0;
  /** All from the first READ's offset to here was sent. A client that jumps about is never said to be complete. */
  #coveredToBytes = 0;

  /** `begin` asks for the transfer; `onCut` is called when it is revoked or must stop at once. */
  constructor(
    file: OpenedFile,
    options: {
      pool: BufferPool;
      begin: (offsetBytes: number) => Promise<Transfer | TransferRefusal>;
      onCut: () => void;
    },
  ) {
    this.file = file;
    this.#pool = options.pool;
    this.#begin = options.begin;
    this.#onCut = options.onCut;
  }

  /** True from the first READ on. */
  get isTransferring(): boolean {
    return this.#transfer !== undefined;
  }

  /**
   * Reads up to `wantedBytes` from `offset`: all of them, unless the file ends; or says why the transfer does not begin.
   * Throws the system's error.
   */
  async read(offset: number, wantedBytes: number): Promise<ReadData | TransferRefusal> {
    const transfer = await this.#ensureTransfer(offset);
    if (typeof transfer === 'string') return transfer;
    const leftBytes = Math.max(0, this.file.sizeBytes - offset);
    const lengthBytes = Math.min(wantedBytes, sftpLimits.readBytesMax, leftBytes);
    const buffer = this.#pool.take(dataHeaderBytes + lengthBytes);
    let dataBytes = 0;
    // OpenSSH's scp 9.1 to 9.3 takes a short reply for the end of the file, so a short read is continued.
    while (dataBytes < lengthBytes) {
      const { bytesRead } = await this.file.handle.read(
        buffer,
        dataHeaderBytes + dataBytes,
        lengthBytes - dataBytes,
        offset + dataBytes,
      );
      if (bytesRead === 0) throw new Error('The file became shorter while it was read.');
      dataBytes += bytesRead;
    }
    return { buffer, dataBytes };
  }

  /** Hands a reply to `send`: whole, or in slices that wait for their turn while the transfer's rate is limited. */
  async sendPaced(reply: Buffer, send: (bytes: Buffer) => Promise<void>): Promise<void> {
    const transfer = await this.#transfer;
    let position = 0;
    while (position < reply.length) {
      const pace = typeof transfer === 'object' ? transfer.pace : null;
      const slice = reply.subarray(position, pace === null ? undefined : position + sftpLimits.pacedBytes);
      if (pace !== null) await pace(slice.length);
      await send(slice);
      position += slice.length;
    }
  }

  /** Notes what was handed to the transport, and takes the buffer back. */
  async noteSent({ bytes, offset, dataBytes }: ReadReply): Promise<void> {
    this.#pool.giveBack(bytes);
    this.#sentBytes += dataBytes;
    if (offset <= this.#coveredToBytes)
      this.#coveredToBytes = Math.max(this.#coveredToBytes, offset + dataBytes);
    const transfer = await this.#transfer;
    if (typeof transfer === 'object') transfer.progress(this.#sentBytes);
  }

  /** Closes the file and ends the transfer, if one was begun. Called once. */
  async close(closing: Closing): Promise<void> {
    try {
      await this.file[Symbol.asyncDispose]();
    } finally {
      const transfer = await this.#transfer;
      if (typeof transfer === 'object') {
        transfer.signal.removeEventListener('abort', this.#onCut);
        transfer.end(this.#outcome(closing), this.#sentBytes);
      }
    }
  }

  #outcome(closing: Closing): 'complete' | 'partial' | 'aborted' {
    if (closing === 'broken') return 'aborted';
    const isEndSent = this.#coveredToBytes >= this.file.sizeBytes;
    const isEmpty = this.file.sizeBytes === 0;
    return closing === 'asked' && isEndSent && (isEmpty || this.#sentBytes > 0) ? 'complete' : 'partial';
  }

  #ensureTransfer(offset: number): Promise<Transfer | TransferRefusal> {
    if (this.#transfer === undefined) {
      this.#offsetBytes = Math.min(offset, this.file.sizeBytes);
      this.#coveredToBytes = this.#offsetBytes;
      this.#transfer = this.#startTransfer();
    }
    return this.#transfer;
  }

  async #startTransfer(): Promise<Transfer | TransferRefusal> {
    const transfer = await this.#begin(this.#offsetBytes).catch((error: unknown) => {
      // The next READ may ask again.
      this.#transfer = undefined;
      throw error;
    });
    if (transfer === 'too_many' || transfer === 'too_many_transfers') this.#transfer = undefined;
    if (typeof transfer === 'string') return transfer;
    transfer.signal.addEventListener('abort', this.#onCut, { once: true });
    if (transfer.signal.aborted) this.#onCut();
    return transfer;
  }
}
