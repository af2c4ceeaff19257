// Store interface: deliveries (one file made ready at one node for one account). A delivery is *live* while its state
// is `requested` or `staged`; whether its time is over as well is for the services to compare.
import type { DeliveryState } from '#commlink/methods/fields.ts';

/** A delivery as stored, with what its artifact, release, product and account say. */
export interface DeliveryRecord {
  readonly id: string;
  readonly accountId: string;
  readonly account: string;
  readonly artifactId: string;
  readonly releaseId: string;
  readonly productId: string;
  readonly product: string;
  readonly version: string;
  readonly file: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly entitlementId: string;
  readonly nodeId: string;
  readonly nodeName: string;
  readonly login: string;
  /** SHA-256 of the password. */
  readonly passwordHash: Uint8Array;
  readonly state: DeliveryState;
  readonly requestedBy: string;
  readonly requestedAtMs: number;
  readonly stagedAtMs: number | null;
  readonly expiresAtMs: number;
  readonly endedAtMs: number | null;
  /** How much of the file has come to the node while it is on the way there; null: it was there, or is by now. */
  readonly arrivedBytes: number | null;
}

/** The columns of a new delivery. */
export type NewDelivery = Pick<
  DeliveryRecord,
  | 'id'
  | 'accountId'
  | 'artifactId'
  | 'entitlementId'
  | 'nodeId'
  | 'nodeName'
  | 'login'
  | 'passwordHash'
  | 'requestedBy'
  | 'requestedAtMs'
  | 'expiresAtMs'
  | 'arrivedBytes'
>;

/** The states in which a delivery ends. */
export type DeliveryEnd = 'failed' | 'expired' | 'revoked' | 'cancelled';

/** A page of an account's deliveries. `after` is the last row of the page before. */
export interface DeliveryPageFilter {
  readonly accountId: string;
  readonly product: string | null;
  readonly live: boolean | null;
  readonly requestedBy: string | null;
  readonly after: { readonly requestedAtMs: number; readonly id: string } | null;
  readonly limit: number;
}

/** Reading deliveries. Lists are newest first. */
export interface DeliveryReads {
  byId(id: string): Promise<DeliveryRecord | undefined>;
  byIds(ids: readonly string[]): Promise<DeliveryRecord[]>;
  byLogin(login: string): Promise<DeliveryRecord | undefined>;
  list(filter: {
    accountId: string | null;
    state: DeliveryState | null;
    limit: number;
  }): Promise<DeliveryRecord[]>;
  /** Those of one account after the place given; `live` and `requestedBy` narrow them unless they are null. */
  page(filter: DeliveryPageFilter): Promise<DeliveryRecord[]>;
  liveOfAccount(accountId: string): Promise<DeliveryRecord[]>;
  liveOfRelease(releaseId: string): Promise<DeliveryRecord[]>;
  /** Those of an account's artifact that `requestedBy` has asked for. */
  liveOfArtifact(wanted: {
    accountId: string;
    artifactId: string;
    requestedBy: string;
  }): Promise<DeliveryRecord[]>;
  liveCountOfAccount(accountId: string): Promise<number>;
  liveCounts(): Promise<{ requested: number; staged: number }>;
  /** Those that waited for their file, and whose node holds it now. */
  arrivedAt(nodeId: string, limit: number): Promise<DeliveryRecord[]>;
  /** Live deliveries whose time was over at `atMs`. */
  overdue(atMs: number, limit: number): Promise<DeliveryRecord[]>;
}

/** Writing deliveries. */
export interface DeliveryWrites extends DeliveryReads {
  insert(delivery: NewDelivery): Promise<void>;
  /** Notes how much of a file has come to a node, for the deliveries there that wait for it. */
  noteArriving(nodeId: string, arriving: { sha256: string; arrivedBytes: number }): Promise<void>;
  /** Its node has the file, and was told to stage it. */
  markArrived(id: string): Promise<void>;
  /** Marks a requested delivery as staged; others stay as they are. */
  markStaged(id: string, atMs: number): Promise<void>;
  /** Ends a live delivery; others stay as they are. Tells whether it was live. */
  end(id: string, state: DeliveryEnd, atMs: number): Promise<boolean>;
  /** Names another entitlement that allows it. */
  setEntitlement(id: string, entitlementId: string): Promise<void>;
}
