// The transfers that run now, over all session servers, and how many there may be: on the node, for an account, to an
// address. Caller: session-handlers.ts, through the session directory. A place is taken before the download is recorded,
// so that many that begin at once are counted too.
import type { DownloadRecord } from '../ledger/download-records.ts';
import type { NodeLimits } from '../limits.ts';
import { KeyCounter } from './key-counter.ts';
import type { LiveConnection, RunningTransfer } from './live-connection.ts';
import { TransferSpeed } from './transfer-speed.ts';

/** A place for a transfer. Either of the two is called, once. */
export interface TransferPlace {
  /** The download is recorded; the place is given back when it ends. */
  begin(record: DownloadRecord): RunningTransfer;
  /** It did not begin after all. */
  release(): void;
}

/** The running transfers of one node. */
export class TransferPlaces {
  readonly #limits: () => NodeLimits;
  readonly #running = new Map<string, RunningTransfer>();
  readonly #byAccount = new KeyCounter();
  readonly #byNetwork = new KeyCounter();
  #takenCount = 0;

  constructor(limits: () => NodeLimits) {
    this.#limits = limits;
  }

  /** The running transfers. */
  get running(): Iterable<RunningTransfer> {
    return this.#running.values();
  }

  /** A place for one more; null when there are as many as there may be. */
  take(connection: LiveConnection, account: string): TransferPlace | null {
    const { transfersMax, transfersPerAccountMax, transfersPerAddressMax } = this.#limits();
    const { network } = connection;
    if (
      this.#takenCount >= transfersMax ||
      this.#byAccount.countOf(account) >= transfersPerAccountMax ||
      this.#byNetwork.countOf(network) >= transfersPerAddressMax
    )
      return null;
    this.#takenCount += 1;
    this.#byAccount.add(account);
    this.#byNetwork.add(network);
    return {
      begin: (record) => this.#begin(connection, record),
      release: () => this.#giveBack(account, network),
    };
  }

  /** All that was sent of a download until now. */
  progress(server: string, download: string, sentBytes: number): void {
    const transfer = this.#running.get(download);
    if (transfer?.server !== server || sentBytes <= transfer.sentBytes) return;
    transfer.sentBytes = sentBytes;
    transfer.speed.note(sentBytes, performance.now());
  }

  /** It has ended. */
  end(server: string, download: string): void {
    const transfer = this.#running.get(download);
    if (transfer?.server !== server) return;
    const { connection, account, network } = transfer;
    this.#running.delete(download);
    connection.transfers.delete(download);
    if (connection.transfers.size === 0) connection.idleSinceMs = Date.now();
    this.#giveBack(account, network);
  }

  /** Everything of a session server that is gone. */
  endAllOf(server: string): void {
    for (const { server: owner, download } of this.#running.values())
      if (owner === server) this.end(server, download);
  }

  #begin(connection: LiveConnection, record: DownloadRecord): RunningTransfer {
    const { account, principal, download, delivery, path, offsetBytes, sizeBytes, startedAtMs } = record;
    const transfer: RunningTransfer = {
      server: connection.server,
      network: connection.network,
      connection,
      account,
      principal,
      download,
      delivery,
      path,
      offsetBytes,
      sizeBytes,
      startedAtMs,
      speed: new TransferSpeed(performance.now()),
      sentBytes: 0,
      bytesPerSecondMax: null,
    };
    this.#running.set(download, transfer);
    connection.transfers.set(download, transfer);
    return transfer;
  }

  #giveBack(account: string, network: string): void {
    this.#takenCount -= 1;
    this.#byAccount.remove(account);
    this.#byNetwork.remove(network);
  }
}
