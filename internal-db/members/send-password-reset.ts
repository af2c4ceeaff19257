// Staff send somebody the link by which a forgotten password is set anew: to the address that is known, never to one that is
// named on the telephone, and nobody else sees the link. Called by the administration and the console.
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { peopleAdminMethods } from '#commlink/methods/people-admin-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { mailResetLink } from '../identity/reset-requests.ts';
import type { ServiceContext } from '../service-context.ts';
import { customerRefusals } from '../texts/service-texts.ts';

type Table = typeof peopleAdminMethods;

/** Sends it. RpcError `not_found`: the user; `refused`: no mail, no address, suspended, or links enough work already. */
export async function sendPasswordReset(
  context: ServiceContext,
  { actor, user: name, reason }: ParamsOf<Table, 'user.sendReset'>,
): Promise<ResultOf<Table, 'user.sendReset'>> {
  const found = await context.store.read.accounts.userByName(name);
  if (!found) throw new RpcError('not_found', customerRefusals.noUser(name));
  const { email, language } = found.user;
  if (context.mail.portal() === null) throw new RpcError('refused', customerRefusals.noMail);
  if (email === null) throw new RpcError('refused', customerRefusals.noAddress(name));
  if (found.account.state !== 'active')
    throw new RpcError('refused', customerRefusals.suspended(found.account.name));
  if (await mailResetLink(context, found, { email, language, actor, about: { reason } })) return { email };
  throw new RpcError('refused', customerRefusals.linksEnough(name));
}
