// Ends one delivery early, for the customer who asked for it or for staff: unstaged, and its transfers cut.
// Called for `delivery.cancel` of both tables.
import { RpcError } from '#commlink/rpc-error.ts';
import type { Delivery } from '#commlink/methods/fields.ts';
import { appendAudit } from '../audit/append-audit.ts';
import type { AuthenticatedCaller } from '../identity/authenticate-secret.ts';
import type { ServiceContext } from '../service-context.ts';
import { customerRefusals } from '../texts/service-texts.ts';
import { viewDelivery } from './delivery-view.ts';
import { endDeliveries } from './end-deliveries.ts';
import { maySee } from './visible-to.ts';

/** Cancels a delivery that the caller may see. False when there is none, or it has ended. */
export async function cancelOwnDelivery(
  context: ServiceContext,
  caller: AuthenticatedCaller,
  id: string,
): Promise<boolean> {
  const delivery = await context.store.read.deliveries.byId(id);
  if (!delivery || !maySee(caller, delivery)) return false;
  return await cancel(context, { id, actor: `user:${caller.user.name}`, reason: 'by the customer' });
}

/** Cancels any delivery, for staff. RpcError `not_found`; one that has ended stays as it is. */
export async function cancelDelivery(
  context: ServiceContext,
  order: { actor: string; delivery: string; reason: string },
): Promise<{ delivery: Delivery }> {
  const { actor, delivery: id, reason } = order;
  const before = await context.store.read.deliveries.byId(id);
  if (!before) throw new RpcError('not_found', customerRefusals.noDelivery(id));
  await cancel(context, { id, actor, reason });
  const after = await context.store.read.deliveries.byId(id);
  return { delivery: viewDelivery(after ?? before) };
}

async function cancel(
  context: ServiceContext,
  order: { id: string; actor: string; reason: string },
): Promise<boolean> {
  const { id, actor, reason } = order;
  const atMs = context.clock.nowMs();
  const ended = await context.store.transaction(async (transaction) => {
    const delivery = await transaction.deliveries.byId(id);
    if (!delivery) return null;
    const { deliveries, orders } = await endDeliveries(transaction, [delivery], {
      reason: 'cancelled',
      atMs,
    });
    if (deliveries.length === 0) return null;
    const detail = { delivery: id, reason };
    const subject = `${delivery.account} ${delivery.product}/${delivery.version}/${delivery.file}`;
    await appendAudit(transaction, { atMs, actor, action: 'delivery.cancel', subject, detail });
    return orders;
  });
  if (!ended) return false;
  await context.orders.sendNow(ended);
  return true;
}
