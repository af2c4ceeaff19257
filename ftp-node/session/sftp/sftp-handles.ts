// The files and directories that one channel holds open: few of them, and none left open when the channel ends.
// Callers: the request handlers, and ssh-connection.ts at the end. Handles are numbers that are never used twice.
import type { Closing, OpenDownload } from './open-download.ts';
import type { OpenDirectory } from './sftp-directories.ts';
import { sftpLimits } from './sftp-limits.ts';

/** What a handle stands for. */
export type OpenItem =
  | { readonly kind: 'file'; readonly download: OpenDownload }
  | { readonly kind: 'directory'; readonly directory: OpenDirectory };

const handleBytes = 4;

/** The open handles of one channel. */
export class SftpHandles {
  readonly #items = new Map<number, OpenItem>();
  readonly #ofAccount: { count: number };
  #lastNumber = 0;

  /** `ofAccount` counts the open handles of all channels of the account. */
  constructor(ofAccount: { count: number }) {
    this.#ofAccount = ofAccount;
  }

  /** True when no more may be opened, by this channel or by its account. */
  get isFull(): boolean {
    return (
      this.#items.size >= sftpLimits.openHandlesMax ||
      this.#ofAccount.count >= sftpLimits.accountOpenHandlesMax
    );
  }

  /** True when a file is open that was read from. */
  get isTransferring(): boolean {
    return [...this.#items.values()].some((item) => item.kind === 'file' && item.download.isTransferring);
  }

  /** Keeps `item` open and returns its handle. */
  add(item: OpenItem): Buffer {
    this.#lastNumber += 1;
    this.#ofAccount.count += 1;
    this.#items.set(this.#lastNumber, item);
    const handle = Buffer.alloc(handleBytes);
    handle.writeUInt32BE(this.#lastNumber);
    return handle;
  }

  /** What the client's `handle` stands for, if anything. */
  find(handle: Buffer): OpenItem | undefined {
    return handle.length === handleBytes ? this.#items.get(handle.readUInt32BE()) : undefined;
  }

  /** Closes one; false when there is no such handle. Throws what closing threw, with the handle gone all the same. */
  async close(handle: Buffer, closing: Closing): Promise<boolean> {
    const item = this.find(handle);
    if (item === undefined) return false;
    this.#items.delete(handle.readUInt32BE());
    this.#ofAccount.count -= 1;
    await closeItem(item, closing);
    return true;
  }

  /** Closes all that is open; rejects with an AggregateError when any could not be closed. */
  async closeAll(closing: Closing): Promise<void> {
    const items = [...this.#items.values()];
    this.#items.clear();
    this.#ofAccount.count -= items.length;
    const results = await Promise.allSettled(items.map((item) => closeItem(item, closing)));
    const failures = results.filter((result) => result.status === 'rejected');
    if (failures.length > 0)
      throw new AggregateError(
        failures.map((failure): unknown => failure.reason),
        'Some handles could not be closed.',
      );
  }
}

async function closeItem(item: OpenItem, closing: Closing): Promise<void> {
  if (item.kind === 'file') await item.download.close(closing);
  else await item.directory.entries.return?.();
}
