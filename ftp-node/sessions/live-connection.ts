// One connection as the session directory keeps it. Callers: the files of this folder.
import type { Protocol } from '#commlink/methods/fields.ts';
import type { ProtocolName } from '../session/protocol-name.ts';
import type { TransferSpeed } from './transfer-speed.ts';

/** A connection of a customer's, from the moment that it was admitted. Times are of the wall clock, for people. */
export interface LiveConnection {
  readonly id: string;
  /** The name of its session server. */
  readonly server: string;
  readonly protocol: ProtocolName;
  readonly address: string;
  /** What the address is counted under. */
  readonly network: string;
  readonly startedAtMs: number;
  session: {
    readonly id: string;
    readonly account: string;
    readonly principal: string;
    readonly username: string;
    readonly protocol: Protocol;
    readonly startedAtMs: number;
  } | null;
  /** Since when nothing is transferred, while nothing is. */
  idleSinceMs: number;
  /** By download; in the order in which they began. */
  readonly transfers: Map<string, RunningTransfer>;
}

/** A transfer that runs on a connection. */
export interface RunningTransfer {
  readonly server: string;
  readonly account: string;
  readonly network: string;
  readonly connection: LiveConnection;
  readonly principal: string;
  readonly download: string;
  readonly delivery: string;
  readonly path: string;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  readonly startedAtMs: number;
  readonly speed: TransferSpeed;
  sentBytes: number;
  /** What it was told that it may send; null is no limit. */
  bytesPerSecondMax: number | null;
}
