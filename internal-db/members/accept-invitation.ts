// Somebody follows the link of an invitation: it becomes a user, and is signed in. The link proves the address, so that it
// needs no confirmation. Called for the rows `invitation.describe` and `invitation.accept`.
import type { ParamsOf } from '#commlink/method-table.ts';
import type { PeopleRefusal } from '#commlink/methods/people-fields.ts';
import type { UserRole } from '#commlink/methods/people-fields.ts';
import type { peopleMethods } from '#commlink/methods/people-methods.ts';
import type { OpenedSession } from '#commlink/methods/session-owner.ts';
import type { Static } from '#commlink/schema.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { isGoodPassword } from '../identity/password-policy.ts';
import { insertSession, newSession } from '../identity/record-session.ts';
import { requiredProvider } from '../identity-providers/required-provider.ts';
import { InternalDbError } from '../internal-db-error.ts';
import { refuse } from '../people-refusal.ts';
import { newRecordId } from '../record-id.ts';
import { hashSecret, looksLikeDeliveryLogin } from '../secret-token.ts';
import type { ServiceContext } from '../service-context.ts';
import type { AccountRecord, UserRecord } from '../store/accounts.ts';
import type { InvitationRecord, PeopleReads } from '../store/people.ts';

type Accepted = ParamsOf<typeof peopleMethods, 'invitation.accept'>;

const usernamePattern = /^[a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?$/;

/** What the page of the link shows. Refused: `unusable`. */
export async function describeInvitation(
  context: ServiceContext,
  token: string,
): Promise<
  | {
      done: true;
      accountDisplayName: string;
      email: string;
      role: UserRole;
      suggestedUsername: string;
      expiresAtMs: number;
    }
  | PeopleRefusal
> {
  const found = await findOpen(context.store.read.people, token, context.clock.nowMs());
  if (!found) return refuse('unusable');
  const { invitation, account } = found;
  const { email, role, expiresAtMs } = invitation;
  const suggestedUsername = suggestUsername(email);
  return {
    done: true,
    accountDisplayName: account.displayName,
    email,
    role,
    suggestedUsername,
    expiresAtMs,
  };
}

/** Makes the user and its session. Refused: `unusable`, `name_unusable`, `password_weak`, `name_taken`, `address_taken`, `provider_required`. */
export async function acceptInvitation(
  context: ServiceContext,
  accepted: Accepted,
): Promise<{ done: true; signIn: Static<typeof OpenedSession> } | PeopleRefusal> {
  const { token, username, displayName, password, language, address, client } = accepted;
  const found = await findOpen(context.store.read.people, token, context.clock.nowMs());
  if (!found) return refuse('unusable');
  const { account, invitation } = found;
  if (!usernamePattern.test(username) || looksLikeDeliveryLogin(username)) return refuse('name_unusable');
  const { email, role } = invitation;
  // The first sign-in there takes the invitation up.
  if (requiredProvider(context, { user: { email }, account })) return refuse('provider_required');
  if (!isGoodPassword(password, { username, email, account: account.name })) return refuse('password_weak');
  const passwordHash = await context.passwords.hash(password);
  const createdAtMs = context.clock.nowMs();
  const identity = { id: newRecordId('usr'), accountId: account.id, name: username, displayName };
  const user: UserRecord = { ...identity, passwordHash, role, email, language, createdAtMs };
  const signIn = { address, client, newHash: null, factor: 'invitation' };
  const session = newSession(context, { user, account }, signIn);
  try {
    return await context.store.transaction(async (transaction) => {
      // Again, for somebody may have used the same link while the hash was made.
      if (!(await findOpen(transaction.people, token, createdAtMs))) return refuse('unusable');
      if (await transaction.people.userByEmailIn(account.id, email)) return refuse('address_taken');
      await transaction.accounts.insertUser(user);
      await transaction.people.acceptInvitation(invitation.id, createdAtMs);
      const detail = { user: username, invitation: invitation.id, role };
      const actor = `user:${username}`;
      const audited = {
        atMs: createdAtMs,
        actor,
        action: 'invitation.accept',
        subject: account.name,
        detail,
      };
      await appendAudit(transaction, audited);
      await insertSession(transaction, { session, whose: { user, account }, signIn });
      return { done: true, signIn: session.opened };
    });
  } catch (error) {
    if (error instanceof InternalDbError && error.code === 'taken') return refuse('name_taken');
    throw error;
  }
}

async function findOpen(
  reads: PeopleReads,
  token: string,
  atMs: number,
): Promise<{ invitation: InvitationRecord; account: AccountRecord } | null> {
  const found = await reads.invitationByHash(hashSecret(token));
  if (!found || found.account.state !== 'active') return null;
  const { acceptedAtMs, withdrawnAtMs, expiresAtMs } = found.invitation;
  return acceptedAtMs === null && withdrawnAtMs === null && expiresAtMs > atMs ? found : null;
}

/** What an address says before the @, as far as a name may have it; empty when nothing is left. */
export function suggestUsername(email: string): string {
  const name = (email.split('@')[0] ?? '').toLowerCase().replaceAll(/[^a-z0-9.-]+/g, '-');
  return name.replaceAll(/^[.-]+|[.-]+$/g, '').slice(0, 64);
}
