// Ends live deliveries: in one transaction the rows get their end and each node its order, so that no crash can leave a
// revoked file staged for good. The orders are sent by order-sender.ts after the commit.
// Called for revocation, cancellation, withdrawal, suspension, when a download limit is reached, and when another node is tried.
import { decideDeliveries } from '../decision/decide-deliveries.ts';
import { judgeDelivery } from '../decision/judge-delivery.ts';
import { deliveriesPerOrderMax } from '../limits.ts';
import { newRecordId } from '../record-id.ts';
import type { DeliveryRecord } from '../store/deliveries.ts';
import type { DeliveryPlace } from '../store/places.ts';
import type { Transaction } from '../store/store.ts';

/** What was ended. `orders` are ids for OrderSender.sendNow. */
export interface EndedDeliveries {
  readonly deliveries: string[];
  readonly orders: string[];
}

/** Ends those of the deliveries that are live, with an order to each node that may hold one. */
export async function endDeliveries(
  transaction: Transaction,
  deliveries: readonly DeliveryRecord[],
  end: { reason: 'revoked' | 'cancelled' | 'failed'; atMs: number },
): Promise<EndedDeliveries> {
  const ended: DeliveryRecord[] = [];
  for (const delivery of deliveries) {
    if (await transaction.deliveries.end(delivery.id, end.reason, end.atMs)) ended.push(delivery);
  }
  const orders: string[] = [];
  // A node that did not stage may have done so after all, without anybody having heard of it.
  const orderedReason = end.reason === 'failed' ? 'cancelled' : end.reason;
  const further = await transaction.places.ofDeliveries(ended.map(({ id }) => id));
  const places = [
    ...ended.map(({ id, nodeId, nodeName }) => ({ deliveryId: id, nodeId, nodeName })),
    ...further,
  ];
  for (const chunk of chunksByNode(places)) {
    const id = newRecordId('ord');
    await transaction.nodes.insertOrder({
      id,
      nodeId: chunk.nodeId,
      nodeName: chunk.nodeName,
      deliveries: chunk.deliveries.map((delivery) => ({ delivery, reason: orderedReason })),
      createdAtMs: end.atMs,
    });
    orders.push(id);
  }
  return { deliveries: ended.map((delivery) => delivery.id), orders };
}

/**
 * Decides anew each live delivery of an account, of one product where `product` is a name, and ends those that nothing
 * allows any more. One that another entitlement allows as long as it is staged goes on under that one.
 */
export async function endDeliveriesNoLongerAllowed(
  transaction: Transaction,
  scope: { accountId: string; product: string | null; atMs: number },
): Promise<EndedDeliveries> {
  const { accountId, product, atMs } = scope;
  const account = await transaction.accounts.byId(accountId);
  const live = await transaction.deliveries.liveOfAccount(accountId);
  const concerned = live.filter((delivery) => product === null || delivery.product === product);
  const ended: DeliveryRecord[] = [];
  for (const [delivery, decision] of await decideDeliveries(transaction, concerned, { account, atMs })) {
    const judged = judgeDelivery(delivery, decision);
    if (judged.fate === 'ends') ended.push(delivery);
    if (judged.fate === 'moves') await transaction.deliveries.setEntitlement(delivery.id, judged.entitlement);
  }
  return endDeliveries(transaction, ended, { reason: 'revoked', atMs });
}

interface NodeChunk {
  readonly nodeId: string;
  readonly nodeName: string;
  readonly deliveries: string[];
}

function chunksByNode(places: readonly DeliveryPlace[]): NodeChunk[] {
  const chunks: NodeChunk[] = [];
  for (const [nodeId, ofNode] of Map.groupBy(places, (place) => place.nodeId)) {
    for (let start = 0; start < ofNode.length; start += deliveriesPerOrderMax) {
      const chunk = ofNode.slice(start, start + deliveriesPerOrderMax);
      const nodeName = chunk[0]?.nodeName ?? '';
      chunks.push({ nodeId, nodeName, deliveries: chunk.map(({ deliveryId }) => deliveryId) });
    }
  }
  return chunks;
}
