// Stages the deliveries that were recorded before their node had the file, as soon as it reports that it has: signs the grant then, and
// hands it in through a web-front, over restarts too, until it is staged or the delivery has ended. A revocation meanwhile has ended
// it, so nothing is decided here. Called on a schedule, and after a node's report.
import { RpcError } from '#commlink/rpc-error.ts';
import type { Logger } from '#commlink/log.ts';
import type { Clock } from '../clock.ts';
import { endDeliveries } from '../deliveries/end-deliveries.ts';
import { describeGranted } from '../deliveries/granted-artifact.ts';
import type { OrderSender } from '../deliveries/order-sender.ts';
import { arrivalsPerRound } from '../limits.ts';
import type { NodeDocuments } from '../nodes/node-documents.ts';
import type { NodeRelay } from '../nodes/node-relay.ts';
import type { DeliveryRecord } from '../store/deliveries.ts';
import type { Store } from '../store/store.ts';

/** What it works with. */
export interface StagedArrivalsParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly documents: Pick<NodeDocuments, 'ftpNodes' | 'signGrant'>;
  readonly relay: Pick<NodeRelay, 'stage'>;
  readonly orders: Pick<OrderSender, 'superviseSending'>;
}

/** See the file. */
export class StagedArrivals {
  readonly #parts: StagedArrivalsParts;
  /** By the node's id. */
  readonly #underway = new Map<string, Promise<void>>();
  #onNudge: () => void = () => {};

  constructor(parts: StagedArrivalsParts) {
    this.#parts = parts;
  }

  /** What `nudge` calls: the schedule that calls `stage`. */
  onNudge(stage: () => void): void {
    this.#onNudge = stage;
  }

  /** A file has come to a node. */
  nudge(): void {
    this.#onNudge();
  }

  /** Stages what can be, without anybody waiting for it. */
  superviseStaging(): void {
    this.stage().catch((error: unknown) => {
      this.#parts.log.error({ err: error }, 'files that have come were not staged; the schedule tries again');
    });
  }

  /** Stages what can be, each node by itself: one that is slow holds up its own next round, and nothing else. */
  async stage(): Promise<void> {
    await Promise.all(this.#parts.documents.ftpNodes().map(({ id }) => this.#stageAt(id)));
  }

  /** Waits for what is under way. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#underway.values());
  }

  #stageAt(nodeId: string): Promise<void> {
    const underway = this.#underway.get(nodeId);
    if (underway) return underway;
    const round = this.#runRound(nodeId).finally(() => this.#underway.delete(nodeId));
    this.#underway.set(nodeId, round);
    return round;
  }

  /** A node that does not answer is asked about the rest in the next round. */
  async #runRound(nodeId: string): Promise<void> {
    const waiting = await this.#parts.store.read.deliveries.arrivedAt(nodeId, arrivalsPerRound.max);
    for (let index = 0; index < waiting.length; index += arrivalsPerRound.atATime) {
      const some = waiting.slice(index, index + arrivalsPerRound.atATime);
      const answered = await Promise.all(some.map((delivery) => this.#stageOne(delivery)));
      if (!answered.every(Boolean)) return;
    }
  }

  /** Whether the node has answered. */
  async #stageOne(delivery: DeliveryRecord): Promise<boolean> {
    const { store, documents, relay, log } = this.#parts;
    const { id, nodeId: node, sha256 } = delivery;
    const artifact = await describeGranted(store.read, delivery);
    try {
      const answer = await relay.stage({ node, grant: documents.signGrant(delivery, artifact) });
      // Its grant was used: an answer was lost, and the node's report says what became of it.
      if (answer.staged || answer.failure === 'grant_used') {
        await store.transaction(({ deliveries }) => deliveries.markArrived(id));
        return true;
      }
      if (answer.failure === 'draining') return true;
      log.warn({ delivery: id, reason: answer.failure, sha256 }, 'a file that had come could not be staged');
      await this.#giveUp(delivery);
      return true;
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      log.info({ delivery: id, code: error.code }, 'a file that has come is staged later');
      return false;
    }
  }

  async #giveUp(delivery: DeliveryRecord): Promise<void> {
    const { store, clock, orders } = this.#parts;
    const atMs = clock.nowMs();
    const ended = await store.transaction((transaction) =>
      endDeliveries(transaction, [delivery], { reason: 'failed', atMs }),
    );
    orders.superviseSending(ended.orders);
  }
}
