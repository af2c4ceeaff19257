// Store interface: the audit log. Append only; the engine refuses changes to what is written.
// Implemented by each engine; audit/append-audit.ts alone writes, so that the chain has no fork.

/** An entry as stored; `hash` as audit/audit-chain.ts describes it. */
export interface AuditRecord {
  readonly sequence: number;
  readonly atMs: number;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: string;
  readonly hash: string;
}

/** Reading the log. */
export interface AuditReads {
  last(): Promise<AuditRecord | undefined>;
  /** Entries after a sequence number, in order. */
  after(sequence: number, limit: number): Promise<AuditRecord[]>;
  /** The newest entries, newest first. */
  newest(limit: number): Promise<AuditRecord[]>;
}

/** Appending to the log. A sequence number that exists is `taken`. */
export interface AuditWrites extends AuditReads {
  append(entry: AuditRecord): Promise<void>;
}
