// Store interface: the audit log. Append only; the engine refuses changes to what is written.
// Implemented by each engine; audit/append-audit.ts alone writes, so that the chain has no fork.
import type { TimePlace } from './access-events.ts';

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

/** Entries whose subject begins with this word (an account's name, a release), with one of these actions, newest first. */
export interface AuditPage {
  readonly firstWord: string;
  readonly actions: readonly string[];
  readonly after: TimePlace<number> | null;
  readonly limit: number;
}

/** Which entries are looked for; null stands for any. */
export interface AuditFilter {
  readonly actor: string | null;
  readonly action: string | null;
  /** The first word of the subject, for example an account's name. */
  readonly firstWord: string | null;
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

/** Reading the log. */
export interface AuditReads {
  last(): Promise<AuditRecord | undefined>;
  /** Entries after a sequence number, in order. */
  after(sequence: number, limit: number): Promise<AuditRecord[]>;
  /** The newest entries, newest first. */
  newest(limit: number): Promise<AuditRecord[]>;
  about(page: AuditPage): Promise<AuditRecord[]>;
  /** The newest that fit, newest first; of those before a sequence number where one is given. */
  search(filter: AuditFilter, page: { before: number | null; limit: number }): Promise<AuditRecord[]>;
}

/** Appending to the log. A sequence number that exists is `taken`. */
export interface AuditWrites extends AuditReads {
  append(entry: AuditRecord): Promise<void>;
}
