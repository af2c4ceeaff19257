// Compares what a node says it has staged with the live deliveries, and orders it to remove the rest: what was revoked
// while the node was away, what a restored backup does not know. Called for `node.reconcile`. Writes nothing.
import { deliveriesPerOrderMax } from '../limits.ts';
import { newRecordId } from '../record-id.ts';
import type { ServiceContext } from '../service-context.ts';
import type { DeliveryRecord } from '../store/deliveries.ts';
import type { OrderedUnstaging } from '../store/nodes.ts';

/**
 * The signed order, or null when all of the statement is live. An order has room for so many; what is left comes with
 * the node's next statement. RpcError `refused` when the statement is not that node's.
 */
export async function reconcileStatement(
  context: ServiceContext,
  node: string,
  text: string,
): Promise<{ order: string | null }> {
  const { deliveries } = context.documents.verifyStatement(node, text);
  const records = await context.store.read.deliveries.byIds(deliveries);
  const known = new Map(records.map((record) => [record.id, record]));
  const places = await context.store.read.places.ofDeliveries(deliveries);
  const further = new Set(places.filter(({ nodeId }) => nodeId === node).map(({ deliveryId }) => deliveryId));
  const nowMs = context.clock.nowMs();
  const unstagings = deliveries.flatMap((delivery): OrderedUnstaging[] => {
    const record = known.get(delivery);
    const mayHold = record?.nodeId === node || further.has(delivery);
    const reason = mayHold && record ? reasonToUnstage(record, nowMs) : 'unknown';
    return reason ? [{ delivery, reason }] : [];
  });
  if (unstagings.length === 0) return { order: null };
  context.log.warn(
    { node, count: unstagings.length },
    'a node has staged what is not live; ordered to remove it',
  );
  const order = newRecordId('ord');
  return { order: context.documents.signOrder(order, node, unstagings.slice(0, deliveriesPerOrderMax)) };
}

function reasonToUnstage(delivery: DeliveryRecord, nowMs: number): OrderedUnstaging['reason'] | null {
  const { state } = delivery;
  if (state === 'revoked' || state === 'cancelled' || state === 'expired') return state;
  if (state === 'failed') return 'unknown';
  return delivery.expiresAtMs <= nowMs ? 'expired' : null;
}
