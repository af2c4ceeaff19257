// Store interface: downloads (one transfer of one file by one client), as the nodes report them.
// Implemented by each engine, used by the services.
import type { DownloadOutcome, Protocol } from '#commlink/methods/fields.ts';

/** The columns of a download. `endedAtMs` is null while it runs. */
export interface DownloadRow {
  readonly id: string;
  readonly deliveryId: string;
  readonly principal: string;
  readonly path: string;
  readonly protocol: Protocol;
  readonly address: string;
  readonly offsetBytes: number;
  readonly sentBytes: number;
  readonly sizeBytes: number;
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
  readonly outcome: DownloadOutcome;
}

/** A download with the name of the account that its delivery is for. */
export interface DownloadRecord extends DownloadRow {
  readonly account: string;
}

/** Reading downloads, newest first. */
export interface DownloadReads {
  byId(id: string): Promise<DownloadRecord | undefined>;
  list(filter: { accountId: string | null; limit: number }): Promise<DownloadRecord[]>;
  ofDelivery(deliveryId: string, limit: number): Promise<DownloadRecord[]>;
}

/** Writing downloads. */
export interface DownloadWrites extends DownloadReads {
  /** Inserts, or sets the progress and outcome of the row with that id. One that has ended stays as it is. */
  put(download: DownloadRow): Promise<void>;
}
