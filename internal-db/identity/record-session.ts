// Makes a browser session for somebody who has proved itself: the token goes out once, the database keeps its hash.
// Called by open-session.ts, finish-session.ts and members/accept-invitation.ts.
import type { Static } from '#commlink/schema.ts';
import type { OpenedSession } from '#commlink/methods/session-owner.ts';
import { appendAudit } from '../audit/append-audit.ts';
import type { ProviderWay } from '../identity-providers/provider-sign-ins.ts';
import { keepUserLink } from '../identity-providers/user-link.ts';
import { newRecordId } from '../record-id.ts';
import { hashSecret, newSessionToken } from '../secret-token.ts';
import type { ServiceContext } from '../service-context.ts';
import type { UserWithAccount } from '../store/accounts.ts';
import type { SessionRecord } from '../store/sessions.ts';
import type { Transaction } from '../store/store.ts';
import { viewSessionOwner } from './authenticate-secret.ts';
import { isUnchanged } from './check-password.ts';
import { noticeFor, putNotice } from './tell-owner.ts';

/**
 * How somebody signed in. `factor`: what was shown beside the password, or in its place; `way`: by way of which identity
 * provider, if any.
 */
export interface CompleteSignIn {
  readonly address: string;
  readonly client: string | null;
  readonly newHash: string | null;
  readonly factor: string | null;
  readonly way?: ProviderWay | null;
}

/** A session that can be recorded, and what its owner gets when it was. */
export interface NewSession {
  readonly record: SessionRecord;
  readonly opened: Static<typeof OpenedSession>;
}

/** Makes a session, and records it in a transaction of its own. Null when `whose` is out of date: see insertSession. */
export async function recordSession(
  context: ServiceContext,
  whose: UserWithAccount,
  signIn: CompleteSignIn,
): Promise<Static<typeof OpenedSession> | null> {
  const session = newSession(context, whose, signIn);
  // A second way in that somebody else may have made.
  const notice = signIn.way?.newLink ? await noticeFor(context, whose, 'provider_linked') : null;
  const inserted = await context.store.transaction(async (transaction) => {
    if (!(await insertSession(transaction, { session, whose, signIn }))) return false;
    await putNotice(transaction, notice);
    return true;
  });
  if (inserted && notice !== null) context.mail.sendSoon();
  return inserted ? session.opened : null;
}

/** A new session, not recorded yet. */
export function newSession(
  context: ServiceContext,
  whose: UserWithAccount,
  { address, client }: CompleteSignIn,
): NewSession {
  const token = newSessionToken();
  const createdAtMs = context.clock.nowMs();
  const expiresAtMs = createdAtMs + context.settings().sessionLifetimeMs;
  const record = {
    id: newRecordId('ses'),
    userId: whose.user.id,
    secretHash: hashSecret(token),
    address,
    client,
    createdAtMs,
    lastUsedAtMs: createdAtMs,
    expiresAtMs,
  };
  return { record, opened: { opened: true, session: token, owner: viewSessionOwner(whose, expiresAtMs) } };
}

/**
 * Records it, with its audit entry. Not when the password changed, the account was suspended, or the link to the provider was
 * ended since `whose` was read: the sessions that were to end then are ended already, and this one would be left over. Tells whether it did.
 */
export async function insertSession(
  transaction: Transaction,
  made: { session: NewSession; whose: UserWithAccount; signIn: CompleteSignIn },
): Promise<boolean> {
  const { session, whose, signIn } = made;
  const { user, account } = whose;
  if (!(await isUnchanged(transaction.people, user))) return false;
  if (signIn.way && !(await keepUserLink(transaction, whose, signIn.way))) return false;
  await transaction.sessions.insertSession(session.record);
  if (signIn.way) {
    const { secretHash: sessionHash, expiresAtMs } = session.record;
    const { newLink: _kept, ...way } = signIn.way;
    await transaction.identityLinks.insertProviderSession({ ...way, sessionHash, expiresAtMs });
  }
  if (signIn.newHash) await transaction.accounts.setPasswordHash(user.id, signIn.newHash);
  await appendAudit(transaction, {
    atMs: session.record.createdAtMs,
    actor: `user:${user.name}`,
    action: 'session.open',
    subject: account.name,
    detail: {
      session: session.record.id,
      address: signIn.address,
      rehashed: signIn.newHash !== null,
      ...(signIn.factor === null ? {} : { factor: signIn.factor }),
    },
  });
  return true;
}
