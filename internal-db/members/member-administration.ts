// Customers' people, for the vendor's command line: listed, invited, and helped when they have lost their second factor.
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { peopleAdminMethods } from '#commlink/methods/people-admin-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import type { Author } from '../admin/change-entitlements.ts';
import { findAccount } from '../admin/find-by-name.ts';
import { noticeFor, putNotice } from '../identity/tell-owner.ts';
import { resetFactors } from '../second-factor/withdraw-factors.ts';
import type { ServiceContext } from '../service-context.ts';
import type { Transaction } from '../store/store.ts';
import { customerRefusals } from '../texts/service-texts.ts';
import { invite } from './invitations.ts';
import { readMembers } from './own-members.ts';

type Table = typeof peopleAdminMethods;

/** A page of members. RpcError `not_found`: the account. */
export async function listUsers(
  context: ServiceContext,
  { account, ...page }: ParamsOf<Table, 'user.list'>,
): Promise<ResultOf<Table, 'user.list'>> {
  const { id } = await findAccount(context.store.read, account);
  return await readMembers(context, id, page);
}

/** Invites. RpcError `not_found`: the account; `refused`: no mail, or the address is known there. */
export async function inviteUser(
  context: ServiceContext,
  { account, ...wanted }: ParamsOf<Table, 'user.invite'>,
): Promise<ResultOf<Table, 'user.invite'>> {
  const found = await findAccount(context.store.read, account);
  const outcome = await invite(context, { ...wanted, account: found, invitedBy: context.vendorName() });
  if (outcome.done) return { invitation: outcome.invitation };
  if (outcome.reason !== 'mail_off') throw new RpcError('refused', outcome.explanation);
  const advice =
    "Set internal-db's `mail` and `portalUrl` (consign config edit), or use: consign user create";
  throw new RpcError('refused', customerRefusals.noMailForInvitations, { advice });
}

/** Takes the second factors and ends the sessions; the person is told. RpcError `not_found`: the user. */
export async function resetUserFactors(
  context: ServiceContext,
  { actor, user: name, reason }: ParamsOf<Table, 'user.resetSecondFactor'>,
): Promise<ResultOf<Table, 'user.resetSecondFactor'>> {
  const reset = await prepareFactorReset(context, { user: name, reason });
  const author = { actor, atMs: context.clock.nowMs() };
  const had = await context.store.transaction((transaction) => reset.apply(transaction, author));
  reset.after();
  return { had };
}

/** The same in two steps: what it needs is looked up now; `apply` is for a transaction, `after` for when it is committed. */
export async function prepareFactorReset(
  context: ServiceContext,
  { user: name, reason }: { user: string; reason: string },
): Promise<{ apply(transaction: Transaction, author: Author): Promise<boolean>; after(): void }> {
  const found = await context.store.read.accounts.userByName(name);
  if (!found) throw new RpcError('not_found', customerRefusals.noUser(name));
  const { user, account } = found;
  const { id, displayName } = user;
  const notice = await noticeFor(context, found, 'factors_reset');
  return {
    apply: async (transaction, { actor, atMs }) => {
      const owner = { id, name, displayName, actor, subject: account.name };
      const had = await resetFactors(transaction, owner, { reason, atMs });
      await transaction.sessions.deleteSessionsOf(id, null);
      await putNotice(transaction, notice);
      return had;
    },
    after: () => {
      context.factorChallenges.forget({ id });
      context.mail.sendSoon();
    },
  };
}
