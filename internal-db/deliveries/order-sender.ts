// Sends unstage orders to their nodes until each is acknowledged: at once after the transaction that wrote them, then
// again on a schedule, over restarts too. An order is idempotent, so sending it twice does no harm. Orders to a node that
// was removed from the cluster end: should it come back, its statement of what it has staged is compared anew.
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '#commlink/log.ts';
import { appendAudit } from '../audit/append-audit.ts';
import type { Clock } from '../clock.ts';
import { ordersPerNodeAndRoundMax, unstageWaitMs } from '../limits.ts';
import type { NodeDocuments } from '../nodes/node-documents.ts';
import type { NodeRelay } from '../nodes/node-relay.ts';
import { OutageLog } from '../nodes/outage-log.ts';
import type { UnstageOrderRecord } from '../store/nodes.ts';
import type { Store } from '../store/store.ts';

/** What the sender works with. */
export interface OrderSenderParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly documents: NodeDocuments;
  readonly relay: NodeRelay;
  /** Whether a node is surely no member of the cluster any more. */
  readonly isRemoved: (nodeId: string) => boolean;
}

/** How far orders have come. `pendingNodes` are names of nodes that have not confirmed theirs yet. */
export interface OrderProgress {
  readonly cutTransferCount: number;
  readonly pendingNodes: string[];
}

/** The sender. */
export class OrderSender {
  readonly #parts: OrderSenderParts;
  readonly #outages: OutageLog;
  readonly #underway = new Map<string, Promise<void>>();

  constructor(parts: OrderSenderParts) {
    this.#parts = parts;
    this.#outages = new OutageLog(parts.log, 'unstage orders');
  }

  /** Sends the orders and waits until all are acknowledged, or a few seconds have passed. */
  async sendNow(orderIds: readonly string[]): Promise<OrderProgress> {
    if (orderIds.length === 0) return { cutTransferCount: 0, pendingNodes: [] };
    const { store } = this.#parts;
    const orders = await store.read.nodes.ordersByIds(orderIds);
    const sent = Promise.all(orders.map((order) => this.#send(order)));
    await Promise.race([sent, delay(unstageWaitMs, undefined, { ref: false })]);
    const after = await store.read.nodes.ordersByIds(orderIds);
    const pending = after.filter((order) => order.acknowledgedAtMs === null);
    return {
      cutTransferCount: after.reduce((sum, order) => sum + (order.cutTransferCount ?? 0), 0),
      pendingNodes: [...new Set(pending.map((order) => order.nodeName))],
    };
  }

  /** Sends the orders without anybody waiting for it. */
  superviseSending(orderIds: readonly string[]): void {
    this.sendNow(orderIds).catch((error: unknown) => {
      this.#parts.log.error({ err: error }, 'orders were not sent; the schedule sends them');
    });
  }

  /** Sends what is pending; called on a schedule and when a link comes up. */
  async sendPending(): Promise<void> {
    const orders = await this.#parts.store.read.nodes.pendingOrders(ordersPerNodeAndRoundMax);
    await this.#endOrdersOfRemoved(orders);
    const others = orders.filter((order) => !this.#parts.isRemoved(order.nodeId));
    await Promise.all(others.map((order) => this.#send(order)));
  }

  /** Waits for what is under way. */
  async settle(): Promise<void> {
    await Promise.all(this.#underway.values());
  }

  async #endOrdersOfRemoved(orders: readonly UnstageOrderRecord[]): Promise<void> {
    const { store, clock, log, isRemoved } = this.#parts;
    const names = new Map(orders.map((order) => [order.nodeId, order.nodeName]));
    for (const [nodeId, subject] of names) {
      if (!isRemoved(nodeId)) continue;
      this.#outages.forget(nodeId);
      const atMs = clock.nowMs();
      const orderCount = await store.transaction(async (transaction) => {
        const count = await transaction.nodes.endOrdersOf(nodeId, atMs);
        const detail = { node: nodeId, orderCount: count };
        const event = { atMs, actor: 'internal-db', action: 'node.ordersEnded', subject, detail };
        if (count > 0) await appendAudit(transaction, event);
        return count;
      });
      log.warn({ node: subject, orderCount }, 'pending orders to a node that was removed have ended');
    }
  }

  #send(order: UnstageOrderRecord): Promise<void> {
    const underway = this.#underway.get(order.id);
    if (underway) return underway;
    const sending = this.#sendOnce(order).finally(() => this.#underway.delete(order.id));
    this.#underway.set(order.id, sending);
    return sending;
  }

  async #sendOnce(order: UnstageOrderRecord): Promise<void> {
    const { store, clock, log, documents, relay } = this.#parts;
    try {
      const text = documents.signOrder(order.id, order.nodeId, order.deliveries);
      const { cutTransferCount } = await relay.unstage({ node: order.nodeId, order: text });
      await store.transaction((transaction) =>
        transaction.nodes.acknowledgeOrder(order.id, { atMs: clock.nowMs(), cutTransferCount }),
      );
      this.#outages.delivered(order.nodeId, order.nodeName);
      log.info({ order: order.id, node: order.nodeName, cutTransferCount }, 'unstage order carried out');
    } catch (error) {
      // The order stays in the database, and the schedule sends it again.
      this.#outages.failed({ nodeId: order.nodeId, nodeName: order.nodeName, error });
    }
  }
}
