// What a member of staff arrived with from an identity provider: the person there, and the role that the claims give. It is kept
// with the session, and changes nothing about somebody who was there already (no link, no role) before the second factor is
// proved. Called by staff-sign-in.ts and, once it is proved, by console/staff-session.ts.
import { StaffRole } from '#commlink/methods/administration-fields.ts';
import { Type, compileSchema, strictObject, type Static } from '#commlink/schema.ts';
import { changeStaff } from '../admin/staff-changes.ts';
import { appendAudit } from '../audit/append-audit.ts';
import type { ServiceContext } from '../service-context.ts';
import type { IdentityLinkRecord, ProviderSubject } from '../store/identity-links.ts';
import type { StaffRecord } from '../store/staff.ts';
import type { Transaction } from '../store/store.ts';

const Arrival = strictObject({
  /** The provider's name in the settings. */
  provider: Type.String(),
  issuer: Type.String(),
  subject: Type.String(),
  linkId: Type.String(),
  /** Whether the link was there when they came. */
  isLinked: Type.Boolean(),
  /** Null where the settings take no roles from claims. */
  role: Type.Union([StaffRole, Type.Null()]),
  sealedIdToken: Type.String(),
});
const arrivalCheck = compileSchema('arrival', Arrival);

/** What they arrived with. */
export type StaffArrivalClaim = Static<typeof Arrival>;

/** Why it does not count. */
export type ArrivalRefusal = 'unknown_person' | 'linked_otherwise' | 'role_needs_approval';

/** Whose session it is for, and until when. */
export interface ArrivalSession {
  readonly sessionHash: Uint8Array;
  readonly expiresAtMs: number;
  readonly atMs: number;
}

/** Reads what `JSON.stringify` made of it. */
export function parseArrival(text: string): StaffArrivalClaim {
  return arrivalCheck.parse(JSON.parse(text));
}

/** Whether somebody who is there would be changed by it. */
export function changesMember({ role }: StaffRecord, arrival: StaffArrivalClaim): boolean {
  return !arrival.isLinked || (arrival.role !== null && arrival.role !== role);
}

/** Why it may not count for this member now; null when it may. Asked when they come, and again when it is kept. */
export async function judgeArrival(
  context: Pick<ServiceContext, 'settings'>,
  transaction: Transaction,
  { staff, arrival }: { staff: StaffRecord; arrival: StaffArrivalClaim },
): Promise<ArrivalRefusal | null> {
  if (staff.endedAtMs !== null) return 'unknown_person';
  const links = await transaction.identityLinks.linksOf(staff.id);
  const isThere = links.some(({ id }) => id === arrival.linkId);
  if (arrival.isLinked && !isThere) return 'unknown_person';
  if (!arrival.isLinked) {
    const isTaken = (await transaction.identityLinks.linkOf('staff', arrival)) !== undefined;
    if (isTaken || links.some(({ issuer }) => issuer === arrival.issuer)) return 'linked_otherwise';
  }
  const needsApproval = context.settings().console.secondPerson.includes('staff.change');
  const isRaised = arrival.role === 'operator' && staff.role !== 'operator';
  return isRaised && needsApproval ? 'role_needs_approval' : null;
}

/** Has it count: the link, the role, and the session there. `judgeArrival` has said that it may. */
export async function keepArrival(
  transaction: Transaction,
  { staff, arrival }: { staff: StaffRecord; arrival: StaffArrivalClaim },
  { sessionHash, expiresAtMs, atMs }: ArrivalSession,
): Promise<void> {
  const { provider, linkId, isLinked, role, sealedIdToken } = arrival;
  if (isLinked) await transaction.identityLinks.touchLink(linkId, atMs);
  else await insertStaffLink(transaction, staff, { arrival, atMs });
  if (role !== null && role !== staff.role) {
    const reason = 'as the identity provider says';
    const author = { actor: `provider:${provider}`, atMs };
    await changeStaff(transaction, { kind: 'role', name: staff.name, role, reason }, author);
  }
  const session = { sessionHash, linkId, provider, sealedIdToken, expiresAtMs };
  await transaction.identityLinks.insertProviderSession(session);
}

/** Notes in the audit log that somebody there was refused, where that concerns a member here. */
export async function auditArrivalRefusal(
  transaction: Transaction,
  { provider, issuer, subject }: ProviderSubject & { readonly provider: string },
  { reason, atMs }: { reason: string; atMs: number },
): Promise<void> {
  await appendAudit(transaction, {
    atMs,
    actor: `provider:${provider}`,
    action: 'identity.refuse',
    subject: provider,
    detail: { reason, issuer, at: subject },
  });
}

/** Links a member; a person there who is linked to another one is `taken`. */
export async function insertStaffLink(
  transaction: Transaction,
  { id: ownerId, name }: StaffRecord,
  { arrival, atMs }: { arrival: ProviderSubject & { provider: string; linkId: string }; atMs: number },
): Promise<void> {
  const { provider, linkId: id, issuer, subject } = arrival;
  const times = { createdAtMs: atMs, lastUsedAtMs: atMs };
  const link: IdentityLinkRecord = { id, ownerKind: 'staff', ownerId, issuer, subject, ...times };
  await transaction.identityLinks.insertLink(link);
  const detail = { provider, link: id, issuer, at: subject };
  const event = { atMs, actor: `staff:${name}`, action: 'identity.link', subject: name, detail };
  await appendAudit(transaction, event);
}
