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

/** A download and whose it was: `user:<name>` or `appliance:<uid>`, of the login or else of the delivery's wish; or who of the staff made it. */
export interface PastDownloadRecord extends DownloadRecord {
  readonly downloadedBy: string;
}

/** A page of an account's downloads; what is null does not narrow it. `after` is the last row of the page before. */
export interface DownloadPageFilter {
  readonly accountId: string;
  readonly product: string | null;
  readonly downloadedBy: string | null;
  readonly outcome: DownloadOutcome | null;
  readonly fromMs: number | null;
  readonly untilMs: number | null;
  readonly after: { readonly startedAtMs: number; readonly id: string } | null;
  readonly limit: number;
}

/** Reading downloads, newest first. */
export interface DownloadReads {
  byId(id: string): Promise<DownloadRecord | undefined>;
  list(filter: { accountId: string | null; limit: number }): Promise<DownloadRecord[]>;
  page(filter: DownloadPageFilter): Promise<PastDownloadRecord[]>;
  ofDelivery(deliveryId: string, limit: number): Promise<DownloadRecord[]>;
}

/** Writing downloads. */
export interface DownloadWrites extends DownloadReads {
  /** Inserts, or sets the progress and outcome of the row with that id. One that has ended stays as it is. */
  put(download: DownloadRow): Promise<void>;
}
