// Store interface: requests with an Idempotency-Key, kept for a day.
// Implemented by each engine, used by idempotency/.

/** A request as stored. `sealedAnswer` is null while it is under way; nobody but the caller can open it. */
export interface IdempotentRequestRecord {
  readonly callerHash: Uint8Array;
  readonly requestKey: string;
  /** Tells another request under the same key. */
  readonly fingerprint: string;
  readonly begunAtMs: number;
  readonly sealedAnswer: string | null;
}

/** Reading requests. */
export interface IdempotentRequestReads {
  find(callerHash: Uint8Array, requestKey: string): Promise<IdempotentRequestRecord | undefined>;
  countOf(callerHash: Uint8Array): Promise<number>;
}

/** Writing requests. */
export interface IdempotentRequestWrites extends IdempotentRequestReads {
  /** Inserts, or replaces what is there under that key. */
  put(request: IdempotentRequestRecord): Promise<void>;
  delete(callerHash: Uint8Array, requestKey: string): Promise<void>;
  /** Returns how many it deleted. */
  deleteBegunBefore(atMs: number, limit: number): Promise<number>;
}
