// A member of staff wants to see the portal as one of a customer's people does. What comes out is a link with a code that
// opens such a view, once and soon. Called by the console.
import { RpcError } from '#commlink/rpc-error.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { findAccount } from '../admin/find-by-name.ts';
import { portalViewCodeLifetimeMs } from '../limits.ts';
import { newRecordId } from '../record-id.ts';
import { hashSecret, newLinkToken } from '../secret-token.ts';
import type { ServiceContext } from '../service-context.ts';
import type { StaffRecord } from '../store/staff.ts';
import { customerRefusals } from '../texts/service-texts.ts';

/** Whose portal, for whom, and why. */
export interface ViewWish {
  readonly staff: Pick<StaffRecord, 'id' | 'name'>;
  readonly account: string;
  readonly user: string;
  readonly reason: string;
}

/** Where views lead to, and whether customers are told; null while they are switched off, or the portal's address is not known. */
export function viewsOffered({
  settings,
}: Pick<ServiceContext, 'settings'>): { readonly portalUrl: string; readonly isTold: boolean } | null {
  const { console, portalUrl } = settings();
  if (console.viewAsCustomer === 'off' || portalUrl === null) return null;
  return { portalUrl, isTold: console.viewAsCustomer === 'told' };
}

/** The address that opens it. RpcError `refused` or `not_found`. */
export async function createPortalView(context: ServiceContext, wish: ViewWish): Promise<string> {
  const offered = viewsOffered(context);
  if (!offered) throw new RpcError('refused', customerRefusals.viewsAreOff);
  const { portalUrl, isTold } = offered;
  const code = newLinkToken();
  const atMs = context.clock.nowMs();
  await context.store.transaction(async (transaction) => {
    const account = await findAccount(transaction, wish.account);
    const found = await transaction.accounts.userByName(wish.user);
    if (found?.account.id !== account.id)
      throw new RpcError('not_found', customerRefusals.nobodyOfThatName(account.name, wish.user));
    if (account.state !== 'active')
      throw new RpcError('refused', customerRefusals.suspendedView(account.name));
    await transaction.portalViews.insertView({
      id: newRecordId('pvw'),
      accountId: account.id,
      userId: found.user.id,
      staffId: wish.staff.id,
      reason: wish.reason,
      isTold,
      codeHash: hashSecret(code),
      secretHash: null,
      createdAtMs: atMs,
      openedAtMs: null,
      expiresAtMs: atMs + portalViewCodeLifetimeMs,
    });
    await appendAudit(transaction, {
      atMs,
      actor: `staff:${wish.staff.name}`,
      action: 'portalView.create',
      subject: `${account.name} ${found.user.name}`,
      detail: { reason: wish.reason, told: isTold },
    });
  });
  return `${portalUrl}/view-as-customer?code=${code}`;
}
