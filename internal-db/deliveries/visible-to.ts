// Which deliveries of its account a customer's user sees and may end: an owner all, others those that they asked for.
// Called by everything that shows deliveries to customers or ends them.
import type { AuthenticatedCaller } from '../identity/authenticate-secret.ts';
import type { DeliveryRecord } from '../store/deliveries.ts';

/** How the store is asked for what the caller sees; `requestedBy` null: whoever asked for it. */
export interface VisibleDeliveries {
  readonly accountId: string;
  readonly requestedBy: string | null;
}

/** What the caller sees. */
export function visibleTo({ user, account }: AuthenticatedCaller): VisibleDeliveries {
  return { accountId: account.id, requestedBy: user.role === 'owner' ? null : `user:${user.name}` };
}

/** Whether the caller sees this one. */
export function maySee(caller: AuthenticatedCaller, delivery: DeliveryRecord): boolean {
  const { accountId, requestedBy } = visibleTo(caller);
  return delivery.accountId === accountId && (requestedBy === null || delivery.requestedBy === requestedBy);
}
