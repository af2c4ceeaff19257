// A person's own password: changed with the old one, or set anew with a link that was mailed. Either ends the sessions that
// were opened with the old one, in browsers and at nodes; keys and tokens stay. Called for the rows `password.*`.
import type { ParamsOf } from '#commlink/method-table.ts';
import type { peopleMethods } from '#commlink/methods/people-methods.ts';
import type { PeopleRefusal } from '#commlink/methods/people-fields.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { refuse } from '../people-refusal.ts';
import { hashSecret } from '../secret-token.ts';
import type { ServiceContext } from '../service-context.ts';
import type { UserWithAccount } from '../store/accounts.ts';
import type { Transaction } from '../store/store.ts';
import type { AuthenticatedCaller } from './authenticate-secret.ts';
import { isGoodPassword } from './password-policy.ts';
import { provePassword } from './prove-password.ts';
import { noticeFor, putNotice } from './tell-owner.ts';

type Table = typeof peopleMethods;

/** Changes it. Refused: `password_wrong`, `throttled`, `password_weak`. RpcError `refused`: by a token. */
export async function changePassword(
  context: ServiceContext,
  caller: AuthenticatedCaller,
  wanted: { password: string; newPassword: string },
): Promise<{ done: true; endedSessionCount: number } | PeopleRefusal> {
  const refusal = await provePassword(context, caller, wanted.password);
  if (refusal) return refusal;
  if (!isGoodFor(caller, wanted.newPassword)) return refuse('password_weak');
  const passwordHash = await context.passwords.hash(wanted.newPassword);
  const notice = await noticeFor(context, caller, 'password_changed');
  const endedSessionCount = await context.store.transaction(async (transaction) => {
    context.factorChallenges.forget(caller.user);
    await putNotice(transaction, notice);
    const except = caller.credentialId;
    return await setPassword(transaction, caller, {
      passwordHash,
      except,
      atMs: context.clock.nowMs(),
      action: 'password.change',
    });
  });
  await endOldLogins(context, caller);
  return { done: true, endedSessionCount };
}

/** What the page of a reset link shows. Refused: `unusable`. */
export async function describeReset(
  context: ServiceContext,
  token: string,
): Promise<{ done: true; username: string; expiresAtMs: number } | PeopleRefusal> {
  const found = await findResetLink(context, token);
  return found
    ? { done: true, username: found.user.name, expiresAtMs: found.link.expiresAtMs }
    : refuse('unusable');
}

/** Sets it with a link, which is used up. Refused: `unusable`, `password_weak`. */
export async function resetPassword(
  context: ServiceContext,
  { token, newPassword, address }: ParamsOf<Table, 'password.reset'>,
): Promise<{ done: true; username: string } | PeopleRefusal> {
  const found = await findResetLink(context, token);
  if (!found) return refuse('unusable');
  if (!isGoodFor(found, newPassword)) return refuse('password_weak');
  const passwordHash = await context.passwords.hash(newPassword);
  const notice = await noticeFor(context, found, 'password_reset');
  const isSet = await context.store.transaction(async (transaction) => {
    context.factorChallenges.forget(found.user);
    // Again, for somebody may have used the same link while the hash was made.
    const current = await transaction.people.linkByHash(hashSecret(token));
    if (!current || current.link.expiresAtMs <= context.clock.nowMs()) return false;
    await putNotice(transaction, notice);
    const atMs = context.clock.nowMs();
    await setPassword(transaction, current, {
      passwordHash,
      except: null,
      atMs,
      action: 'password.reset',
      address,
    });
    return true;
  });
  if (!isSet) return refuse('unusable');
  await endOldLogins(context, found);
  return { done: true, username: found.user.name };
}

function isGoodFor({ user, account }: UserWithAccount, password: string): boolean {
  return isGoodPassword(password, { username: user.name, email: user.email, account: account.name });
}

async function findResetLink(context: ServiceContext, token: string) {
  const found = await context.store.read.people.linkByHash(hashSecret(token));
  if (found?.link.purpose !== 'reset' || found.account.state !== 'active') return null;
  return found.link.expiresAtMs > context.clock.nowMs() ? found : null;
}

async function setPassword(
  transaction: Transaction,
  { user, account }: UserWithAccount,
  change: { passwordHash: string; except: string | null; atMs: number; action: string; address?: string },
): Promise<number> {
  const { passwordHash, except, atMs, action, address } = change;
  await transaction.accounts.setPasswordHash(user.id, passwordHash);
  await transaction.people.deleteLinksOf(user.id, 'reset');
  const endedSessions = await transaction.sessions.deleteSessionsOf(user.id, except);
  const detail = { endedSessions, ...(address === undefined ? {} : { address }) };
  const actor = `user:${user.name}`;
  await appendAudit(transaction, { atMs, actor, action, subject: account.name, detail });
  return endedSessions;
}

/**
 * Sign-ins that wait for their second step, and logins at nodes: all were begun with the old password. The former were
 * forgotten as the change began, so that none is finished during it; these are those that were begun during it.
 */
async function endOldLogins(context: ServiceContext, { user, account }: UserWithAccount): Promise<void> {
  context.factorChallenges.forget(user);
  context.mail.sendSoon();
  await context.accessEnder.end(context, { account: account.name, principals: [`user:${user.name}`] });
}
