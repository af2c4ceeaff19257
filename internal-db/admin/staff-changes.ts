// Changes of staff inside a transaction, with what follows from them and their audit entries. Called for one change by
// staff-administration.ts, and by second-person/ for one that somebody else has approved, so that both do the same.
import type { StaffRole } from '#commlink/methods/administration-fields.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { newRecordId } from '../record-id.ts';
import { resetFactors } from '../second-factor/withdraw-factors.ts';
import type { StaffRecord } from '../store/staff.ts';
import type { StoreReads, Transaction } from '../store/store.ts';
import { staffRefusals } from '../texts/service-texts.ts';
import type { Author } from './change-entitlements.ts';

/** A change of somebody who is there. */
export type StaffChange = { readonly name: string; readonly reason: string } & (
  | { readonly kind: 'role'; readonly role: StaffRole }
  | { readonly kind: 'end' | 'readmit' | 'resetSecondFactor' }
);

/** Somebody new. */
export type NewStaff = Pick<StaffRecord, 'name' | 'displayName' | 'role' | 'passwordHash'>;

/** Changes somebody; what is so already stays, and is not audited. RpcError `not_found`. */
export async function changeStaff(
  transaction: Transaction,
  change: StaffChange,
  author: Author,
): Promise<StaffRecord> {
  const staff = await findStaffMember(transaction, change.name);
  const event = await applyChange(transaction, staff, { change, author });
  if (event) await appendAudit(transaction, { ...author, ...event, subject: staff.name });
  return staff;
}

/** Adds somebody; returns the id. A name that exists is `taken`. */
export async function insertStaff(
  transaction: Transaction,
  wanted: NewStaff,
  { actor, atMs }: Author,
): Promise<string> {
  const id = newRecordId('stf');
  const { name, role } = wanted;
  await transaction.staff.insert({ ...wanted, id, createdAtMs: atMs, endedAtMs: null });
  const event = { actor, action: 'staff.create', subject: name, detail: { staff: id, role } };
  await appendAudit(transaction, { ...event, atMs });
  return id;
}

/** RpcError `not_found`. */
export async function findStaffMember(store: StoreReads, name: string): Promise<StaffRecord> {
  const staff = await store.staff.byName(name);
  if (staff) return staff;
  throw new RpcError('not_found', staffRefusals.noMember(name));
}

interface StaffEvent {
  readonly action: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** What to write into the audit log; null: nothing was to be changed, or it is written. */
async function applyChange(
  transaction: Transaction,
  staff: StaffRecord,
  { change, author }: { change: StaffChange; author: Author },
): Promise<StaffEvent | null> {
  const { reason } = change;
  const { id, name, displayName } = staff;
  const { actor, atMs } = author;
  switch (change.kind) {
    case 'role': {
      const { role } = change;
      if (staff.role === role) return null;
      await transaction.staff.setRole(id, role);
      return { action: 'staff.setRole', detail: { from: staff.role, to: role, reason } };
    }
    case 'resetSecondFactor':
      await resetFactors(transaction, { id, name, displayName, actor, subject: name }, { reason, atMs });
      await transaction.staff.deleteSessionsOf(id, null);
      // Whoever had the password may have made or linked them.
      await transaction.staffTokens.revokeAllOf(id, atMs);
      await transaction.identityLinks.deleteLinksOf(id);
      return null;
    case 'end':
    case 'readmit': {
      const ends = change.kind === 'end';
      if ((staff.endedAtMs !== null) === ends) return null;
      await transaction.staff.setEnded(id, ends ? atMs : null);
      await transaction.staff.deleteSessionsOf(id, null);
      // For good: who is let in again makes new ones.
      await transaction.staffTokens.revokeAllOf(id, atMs);
      if (ends) await transaction.identityLinks.deleteLinksOf(id);
      return { action: ends ? 'staff.end' : 'staff.readmit', detail: { reason } };
    }
  }
}
