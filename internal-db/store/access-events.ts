// Store interface: logins and refused logins of known people and deliveries, for the console's timeline. Kept for a time;
// what must not be lost is in the audit log. Implemented by each engine; written by access/access-journal.ts.

/** Who came to which door. Null where it does not apply. */
export interface AccessEvent {
  readonly accountId: string;
  readonly atMs: number;
  /** `portal`, or the name of a delivery node. */
  readonly door: string;
  readonly protocol: string | null;
  /** `user:<name>`, `delivery:<id>` and so on. */
  readonly principal: string;
  readonly address: string;
  /** Why not; null for a login. */
  readonly refusal: string | null;
}

/** An event as stored; what happened again within a minute is counted. */
export interface AccessEventRecord extends AccessEvent {
  readonly id: number;
  readonly eventCount: number;
}

/** A place in a list that is ordered by time and id, both descending: what comes after it has a smaller key. */
export interface TimePlace<Id extends string | number> {
  readonly atMs: number;
  readonly id: Id;
}

/** Reading events, newest first. */
export interface AccessEventReads {
  ofAccount(
    accountId: string,
    page: { after: TimePlace<number> | null; refused: boolean | null; limit: number },
  ): Promise<AccessEventRecord[]>;
}

/** Writing events. */
export interface AccessEventWrites extends AccessEventReads {
  /** Adds one, or counts it where the same happened in that minute. */
  count(event: AccessEvent, eventCount: number): Promise<void>;
  /** Forgets some events of before `atMs`; tells how many. */
  deleteBefore(atMs: number, limit: number): Promise<number>;
}
