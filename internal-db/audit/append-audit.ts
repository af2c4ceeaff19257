// Appends an entry to the audit log, inside the transaction of what it records: both happen, or neither.
// Called by every service that changes something for staff or customers. Secrets have no place in `detail`.
import { changesCatalogs, raiseGeneration } from '../fleet/fleet-generation.ts';
import { auditDetailCharactersMax, auditSubjectCharactersMax } from '../limits.ts';
import type { Transaction } from '../store/store.ts';
import { eventOfAudit } from '../webhooks/audited-events.ts';
import { raiseEvent } from '../webhooks/webhook-event.ts';
import { chainStartHash, hashAuditEntry } from './audit-chain.ts';

/** Something that was done or decided. `detail` becomes JSON. */
export interface AuditEvent {
  readonly atMs: number;
  /** Who: `cli:root`, `staff:ann`, `user:acme-jo`, `node:ftp1`. */
  readonly actor: string;
  /** What: a dotted verb such as `entitlement.grant`. */
  readonly action: string;
  /** On what: names and ids. */
  readonly subject: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Appends, has other systems told where they want to be, and catalogs judged again that it can change. The store runs one transaction at a time, so that no two entries follow the same one. */
export async function appendAudit(transaction: Transaction, event: AuditEvent): Promise<void> {
  const last = await transaction.audit.last();
  const content = {
    sequence: (last?.sequence ?? 0) + 1,
    atMs: event.atMs,
    actor: event.actor,
    action: event.action,
    subject: event.subject.slice(0, auditSubjectCharactersMax),
    detail: detailText(event.detail),
  };
  const hash = hashAuditEntry(content, last?.hash ?? chainStartHash);
  await transaction.audit.append({ ...content, hash });
  await transaction.settings.put('audit_head_sequence', String(content.sequence));
  await transaction.settings.put('audit_head_hash', hash);
  if (changesCatalogs(event.action)) await raiseGeneration(transaction);
  const told = eventOfAudit(event);
  if (told) await raiseEvent(transaction, told);
}

function detailText(detail: Readonly<Record<string, unknown>>): string {
  const text = JSON.stringify(detail);
  if (text.length <= auditDetailCharactersMax) return text;
  return JSON.stringify({ tooLong: text.slice(0, auditDetailCharactersMax / 4) });
}
