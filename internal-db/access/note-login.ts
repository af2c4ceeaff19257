// Puts a login, or a refused one, into the journal under the account that it concerns. Logins with names that nobody has are not
// noted: such a name may be a mistyped password. Called where logins are decided; it never makes a decision itself.
import { looksLikeDeliveryLogin } from '../secret-token.ts';
import type { ServiceContext } from '../service-context.ts';

/** A login that was decided. `door` is `portal` or a node's name; `refusal` null: they were let in. */
export interface DecidedLogin {
  readonly username: string;
  readonly door: string;
  readonly protocol: string | null;
  readonly address: string;
  /** As the verdict names them; null when they were refused. */
  readonly principal: string | null;
  readonly refusal: string | null;
}

/** Notes it. */
export async function noteLogin(
  context: Pick<ServiceContext, 'store' | 'clock' | 'access'>,
  login: DecidedLogin,
): Promise<void> {
  const { username, principal, ...decided } = login;
  const whose = await findWhose(context, username);
  if (!whose) return;
  const { accountId } = whose;
  const atMs = context.clock.nowMs();
  context.access.note({ ...decided, accountId, atMs, principal: principal ?? whose.principal });
}

async function findWhose(
  { store }: Pick<ServiceContext, 'store'>,
  username: string,
): Promise<{ accountId: string; principal: string } | null> {
  if (looksLikeDeliveryLogin(username)) {
    const delivery = await store.read.deliveries.byLogin(username);
    return delivery ? { accountId: delivery.accountId, principal: `delivery:${delivery.id}` } : null;
  }
  const found = await store.read.accounts.userByName(username);
  return found ? { accountId: found.account.id, principal: `user:${username}` } : null;
}
