// The members of the caller's organization, for its owners: seen, given another role, removed. Somebody of another account
// is as if they did not exist. Called for the rows `member.*`.
import type { PeopleRefusal, UserRole } from '#commlink/methods/people-fields.ts';
import type { Invitation, Member } from '#commlink/methods/people-methods.ts';
import { cutPage, decodeCursor, type PageRequest } from '#commlink/methods/paging.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { endDeliveries } from '../deliveries/end-deliveries.ts';
import type { AuthenticatedCaller } from '../identity/authenticate-secret.ts';
import { needsProof, requireRecentProof } from '../identity/recent-proof.ts';
import { auditedIdsMax } from '../limits.ts';
import { refuse } from '../people-refusal.ts';
import type { ServiceContext } from '../service-context.ts';
import type { UserRecord } from '../store/accounts.ts';
import type { MemberRecord } from '../store/people.ts';
import type { Transaction } from '../store/store.ts';
import { listInvitations } from './invitations.ts';
import { requireOwner } from './owner-only.ts';

/** A page of the list. */
export interface MemberPage {
  readonly members: Member[];
  readonly invitations: Invitation[];
  readonly next: string | null;
}

/** A page of members by name; the first one has the open invitations, too. */
export async function listMembers(
  context: ServiceContext,
  caller: AuthenticatedCaller,
  page: PageRequest,
): Promise<MemberPage & { proofNeeded: boolean }> {
  requireOwner(caller);
  const members = await readMembers(context, caller.account.id, page);
  return { ...members, proofNeeded: needsProof(context, caller) };
}

/** The same for any account, for who may see it. */
export async function readMembers(
  context: ServiceContext,
  accountId: string,
  { after, limit }: PageRequest,
): Promise<MemberPage> {
  const [afterName = ''] = decodeCursor(after, ['string']) ?? [];
  const rows = await context.store.read.people.membersOf({ accountId, afterName, limit: limit + 1 });
  const page = cutPage(rows, limit, ({ name }) => [name]);
  const invitations = after === null ? await listInvitations(context, accountId) : [];
  return { members: page.rows.map(viewMember), invitations, next: page.next };
}

/**
 * Gives a member another role. Who is no owner any more may have invited somebody to be one: open invitations are withdrawn.
 * Refused: `not_found`, `last_owner`, `proof_needed`, `password_wrong`.
 */
export async function changeRole(
  context: ServiceContext,
  caller: AuthenticatedCaller,
  wanted: { id: string; role: UserRole; password?: string },
): Promise<{ done: true } | PeopleRefusal> {
  requireOwner(caller);
  const { id, role, password } = wanted;
  const unproved = await requireRecentProof(context, caller, password);
  if (unproved) return unproved;
  return await context.store.transaction(async (transaction) => {
    const member = await findMember(transaction, caller, id);
    if (!member) return refuse('not_found');
    if (member.role === role) return { done: true };
    if (role !== 'owner' && (await isLastOwner(transaction, member))) return refuse('last_owner');
    const atMs = context.clock.nowMs();
    await transaction.people.setRole(id, role);
    if (member.role === 'owner')
      await transaction.people.withdrawInvitationsOf({ accountId: caller.account.id, atMs });
    await appendAudit(transaction, {
      atMs,
      actor: `user:${caller.user.name}`,
      action: 'member.changeRole',
      subject: caller.account.name,
      detail: { user: member.name, role, before: member.role },
    });
    return { done: true };
  });
}

/**
 * Removes a member with all that it could get in with: sessions here and at nodes, keys, tokens, second factors, the
 * deliveries that it asked for, and, of an owner, the account's open invitations. Refused: `not_found`, `last_owner`.
 */
export async function removeMember(
  context: ServiceContext,
  caller: AuthenticatedCaller,
  id: string,
): Promise<{ done: true } | PeopleRefusal> {
  requireOwner(caller);
  const removed = await context.store.transaction(async (transaction) => {
    const member = await findMember(transaction, caller, id);
    if (!member) return refuse('not_found');
    if (await isLastOwner(transaction, member)) return refuse('last_owner');
    const atMs = context.clock.nowMs();
    const { principals, orders, ...ended } = await endEverything(transaction, member, atMs);
    await appendAudit(transaction, {
      atMs,
      actor: `user:${caller.user.name}`,
      action: 'member.remove',
      subject: caller.account.name,
      detail: { user: member.name, role: member.role, ...describeEnded(ended) },
    });
    return { done: true as const, member, principals, orders };
  });
  if (!removed.done) return removed;
  context.factorChallenges.forget(removed.member);
  const access = { account: caller.account.name, principals: removed.principals };
  await Promise.all([context.accessEnder.end(context, access), context.orders.sendNow(removed.orders)]);
  return { done: true };
}

async function endEverything(transaction: Transaction, member: UserRecord, atMs: number) {
  const { id, name, accountId } = member;
  await transaction.people.markRemoved(id, atMs);
  await transaction.people.deleteLinksOf(id, null);
  if (member.role === 'owner') await transaction.people.withdrawInvitationsOf({ accountId, atMs });
  await transaction.secondFactors.deleteAllOf(id);
  await transaction.identityLinks.deleteLinksOf(id);
  const sessions = await transaction.sessions.deleteSessionsOf(id, null);
  const tokens = await transaction.sessions.revokeTokensOf(id, atMs);
  const keys = await transaction.sshKeys.removeSshKeysOf(id, atMs);
  const live = await transaction.deliveries.liveOfAccount(accountId);
  const own = live.filter(({ requestedBy }) => requestedBy === `user:${name}`);
  const { deliveries, orders } = await endDeliveries(transaction, own, { reason: 'revoked', atMs });
  const principals = [
    `user:${name}`,
    ...tokens.map((token) => `token:${token}`),
    ...keys.map((key) => `key:${key}`),
    ...deliveries.map((delivery) => `delivery:${delivery}`),
  ];
  return { sessions, tokens, keys, deliveries, principals, orders };
}

/** How many of each, and as many ids as an entry has room for. */
function describeEnded(
  ended: Readonly<Record<'sessions' | 'tokens' | 'keys' | 'deliveries', readonly string[] | number>>,
) {
  const parts = Object.entries(ended).map(([what, of]) =>
    typeof of === 'number' ? [what, of] : [what, { count: of.length, ids: of.slice(0, auditedIdsMax) }],
  );
  return Object.fromEntries(parts) as Record<string, unknown>;
}

async function findMember(
  transaction: Transaction,
  { account }: AuthenticatedCaller,
  id: string,
): Promise<UserRecord | null> {
  const found = await transaction.people.userById(id);
  return found?.account.id === account.id ? found.user : null;
}

async function isLastOwner(transaction: Transaction, member: UserRecord): Promise<boolean> {
  return member.role === 'owner' && (await transaction.people.ownerCount(member.accountId)) <= 1;
}

function viewMember(member: MemberRecord): Member {
  const { id, name, displayName, role, email, hasSecondFactor, lastSignInAtMs, createdAtMs } = member;
  return { id, name, displayName, role, email, hasSecondFactor, lastSignInAtMs, createdAtMs };
}
