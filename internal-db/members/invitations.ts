// Invitations to an account: made by its owners in the portal and by the vendor's people, mailed with a link that works
// once. Called for the rows `member.invite`, `invitation.withdraw`, and by the administration.
import type { Language, PeopleRefusal, UserRole } from '#commlink/methods/people-fields.ts';
import { openInvitationsMax, type Invitation } from '#commlink/methods/people-methods.ts';
import { appendAudit } from '../audit/append-audit.ts';
import type { AuthenticatedCaller } from '../identity/authenticate-secret.ts';
import { requireRecentProof } from '../identity/recent-proof.ts';
import { invitationLifetimeMs } from '../limits.ts';
import { refuse } from '../people-refusal.ts';
import { newRecordId } from '../record-id.ts';
import { hashSecret, newLinkToken } from '../secret-token.ts';
import type { ServiceContext } from '../service-context.ts';
import type { AccountRecord } from '../store/accounts.ts';
import type { InvitationRecord } from '../store/people.ts';
import { requireOwner } from './owner-only.ts';

/** Who invites whom. */
export interface WantedInvitation {
  readonly account: AccountRecord;
  /** For the audit log, and as the mail names them. */
  readonly actor: string;
  readonly invitedBy: string;
  readonly email: string;
  readonly role: UserRole;
  readonly language: Language;
}

/** An account's open invitations, oldest first. */
export async function listInvitations(
  { store, clock }: Pick<ServiceContext, 'store' | 'clock'>,
  accountId: string,
): Promise<Invitation[]> {
  const open = await store.read.people.openInvitationsOf(accountId, clock.nowMs());
  return open.slice(0, openInvitationsMax).map(viewInvitation);
}

/** An owner invites somebody; so often only, since every invitation is a mail of the vendor's. RpcError `refused`: no owner. */
export async function inviteMember(
  context: ServiceContext,
  caller: AuthenticatedCaller,
  { password, ...wanted }: { email: string; role: UserRole; language: Language; password?: string },
): Promise<{ done: true; invitation: Invitation } | PeopleRefusal> {
  requireOwner(caller);
  const unproved = await requireRecentProof(context, caller, password);
  if (unproved) return unproved;
  const { user, account } = caller;
  const place = { door: 'invitation', name: wanted.email.toLowerCase(), address: `account ${account.id}` };
  const admission = context.throttle.begin(place);
  if (!admission.admitted) return refuse('throttled', admission.retryAfterMs);
  return await invite(context, {
    ...wanted,
    account,
    actor: `user:${user.name}`,
    invitedBy: user.displayName,
  });
}

/** Invites. An older invitation to that address is void. Refused: `mail_off`, `address_taken`, `too_many`. */
export async function invite(
  context: ServiceContext,
  wanted: WantedInvitation,
): Promise<{ done: true; invitation: Invitation } | PeopleRefusal> {
  const { account, actor, invitedBy, role, language } = wanted;
  const portal = context.mail.portal();
  if (portal === null) return refuse('mail_off');
  const email = wanted.email.toLowerCase();
  const token = newLinkToken();
  const mail = await context.mail.prepare({
    kind: 'invitation',
    recipient: email,
    language,
    values: {
      account: account.displayName,
      invitedBy,
      role,
      link: `${portal}/invitation?token=${token}`,
      days: invitationLifetimeMs / 86_400_000,
    },
    lifetimeMs: invitationLifetimeMs,
  });
  const createdAtMs = context.clock.nowMs();
  const invitation: InvitationRecord = {
    id: newRecordId('inv'),
    accountId: account.id,
    email,
    role,
    secretHash: hashSecret(token),
    invitedBy,
    createdAtMs,
    expiresAtMs: createdAtMs + invitationLifetimeMs,
    acceptedAtMs: null,
    withdrawnAtMs: null,
  };
  const outcome = await context.store.transaction(async (transaction) => {
    const known = await transaction.people.userByEmailIn(account.id, email);
    if (known) return refuse('address_taken');
    await transaction.people.withdrawInvitationsTo({ accountId: account.id, email, atMs: createdAtMs });
    const open = await transaction.people.openInvitationsOf(account.id, createdAtMs);
    if (open.length >= openInvitationsMax) return refuse('too_many');
    await transaction.people.insertInvitation(invitation);
    await transaction.mails.insertMail(mail);
    const detail = { invitation: invitation.id, email, role };
    await appendAudit(transaction, {
      atMs: createdAtMs,
      actor,
      action: 'member.invite',
      subject: account.name,
      detail,
    });
    return { done: true as const, invitation: viewInvitation(invitation) };
  });
  if (outcome.done) context.mail.sendSoon();
  return outcome;
}

/** Withdraws one. Refused: `not_found`. RpcError `refused`: no owner. */
export async function withdrawInvitation(
  context: ServiceContext,
  caller: AuthenticatedCaller,
  id: string,
): Promise<{ done: true } | PeopleRefusal> {
  requireOwner(caller);
  const { user, account } = caller;
  const atMs = context.clock.nowMs();
  return await context.store.transaction(async (transaction) => {
    const which = { accountId: account.id, id, atMs };
    if (!(await transaction.people.withdrawInvitation(which))) return refuse('not_found');
    await appendAudit(transaction, {
      atMs,
      actor: `user:${user.name}`,
      action: 'invitation.withdraw',
      subject: account.name,
      detail: { invitation: id },
    });
    return { done: true };
  });
}

function viewInvitation(invitation: InvitationRecord): Invitation {
  const { id, email, role, invitedBy, createdAtMs, expiresAtMs } = invitation;
  return { id, email, role, invitedBy, createdAtMs, expiresAtMs };
}
