// The audit log's hash chain. The canonical form of an entry is the JSON text (as JSON.stringify writes it, UTF-8) of
//   [sequence, atMs, actor, action, subject, detail, hash of the entry before it]
// where sequence counts from 1 and the entry before the first has the hash of 64 zeros; an entry's hash is the SHA-256 of
// that, in lower-case hexadecimal. Changing, removing or inserting an entry breaks the chain from there on.
import { createHash } from 'node:crypto';
import type { AuditRecord } from '../store/audit.ts';

/** The hash before the first entry. */
export const chainStartHash = '0'.repeat(64);

/** An entry that is not hashed yet. */
export type AuditContent = Omit<AuditRecord, 'hash'>;

/** The hash of an entry that follows one with `previousHash`. */
export function hashAuditEntry(entry: AuditContent, previousHash: string): string {
  const { sequence, atMs, actor, action, subject, detail } = entry;
  const canonical = JSON.stringify([sequence, atMs, actor, action, subject, detail, previousHash]);
  return createHash('sha256').update(canonical, 'utf8').digest('hex');
}
