// Tells each ftp-node which artifacts it is to hold that it does not hold yet, or not for that reason: a signed order, sent through a
// web-front when there is something new and again on a schedule, until the node's own signed report says that it holds them. What
// deliveries wait for comes first. What a node answers about its progress is a hint for people. Callers: finish-upload.ts,
// request-delivery.ts, start-services.ts, the console.
import type { ResultOf } from '#commlink/method-table.ts';
import type { HoldingOrder } from '#commlink/methods/documents.ts';
import type { ftpNodeMethods } from '#commlink/methods/ftp-node-methods.ts';
import type { Logger } from '#commlink/log.ts';
import type { Member } from '#commlink/node-config.ts';
import type { Clock } from '../clock.ts';
import { artifactsPerOrderMax, sourcedArtifactsPerOrderMax } from '../limits.ts';
import type { NodeDocuments } from '../nodes/node-documents.ts';
import type { NodeRelay } from '../nodes/node-relay.ts';
import { OutageLog } from '../nodes/outage-log.ts';
import type { KeptFile } from '../store/originals.ts';
import type { Store } from '../store/store.ts';
import type { PlacedFiles } from './placed-files.ts';

/** What a node said of what it is receiving. */
export type ArrivingArtifact = ResultOf<typeof ftpNodeMethods, 'artifacts.hold'>['arriving'][number];

/** What the sender works with. */
export interface HoldingOrderParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly documents: Pick<NodeDocuments, 'ftpNodes' | 'signHolding'>;
  readonly relay: Pick<NodeRelay, 'holdArtifacts'>;
  readonly placed: Pick<PlacedFiles, 'at'>;
  /** The artifact with other nodes that have it. */
  readonly withSources: (
    node: Member,
    artifact: HoldingOrder['artifacts'][number],
  ) => Promise<HoldingOrder['artifacts'][number]>;
}

/** The sender. */
export class HoldingOrders {
  readonly #parts: HoldingOrderParts;
  readonly #outages: OutageLog;
  readonly #arriving = new Map<string, readonly ArrivingArtifact[]>();
  /** By the node's id. */
  readonly #underway = new Map<string, Promise<void>>();
  #onNudge: () => void = () => {};

  constructor(parts: HoldingOrderParts) {
    this.#parts = parts;
    this.#outages = new OutageLog(parts.log, 'orders to hold artifacts');
  }

  /** What `nudge` calls: the schedule that calls `send`. */
  onNudge(send: () => void): void {
    this.#onNudge = send;
  }

  /** There is something new. */
  nudge(): void {
    this.#onNudge();
  }

  /** Sends without anybody waiting for it, but not to a node that is still to answer: it holds up itself alone. */
  superviseSending(): void {
    const free = this.#parts.documents.ftpNodes().filter(({ id }) => !this.#underway.has(id));
    Promise.all(free.map((node) => this.#sendTo(node))).catch((error: unknown) => {
      this.#parts.log.error(
        { err: error },
        'orders to hold artifacts were not sent; the schedule sends them',
      );
    });
  }

  /** Sends to each node that lacks something. Never throws for a node that can't be reached. */
  async send(): Promise<void> {
    await this.settle();
    await Promise.all(this.#parts.documents.ftpNodes().map((node) => this.#sendTo(node)));
  }

  /** Waits for what is under way. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#underway.values());
  }

  /** How far each node is with an artifact, by the node's id, as far as it is known. */
  arrivingOf(sha256: string): Map<string, ArrivingArtifact> {
    const known = [...this.#arriving].flatMap(([node, artifacts]) => {
      const artifact = artifacts.find((one) => one.sha256 === sha256);
      return artifact ? [[node, artifact] as const] : [];
    });
    return new Map(known);
  }

  #sendTo(node: Member): Promise<void> {
    const underway = this.#underway.get(node.id);
    if (underway) return underway;
    const sending = this.#sendOnce(node).finally(() => this.#underway.delete(node.id));
    this.#underway.set(node.id, sending);
    return sending;
  }

  async #sendOnce(node: Member): Promise<void> {
    const { documents, relay } = this.#parts;
    const { id, name } = node;
    const artifacts = await this.#orderFor(node);
    if (artifacts.length === 0) {
      this.#arriving.delete(id);
      return;
    }
    try {
      const order = documents.signHolding(id, { artifacts, issuedAtMs: await this.#nextNumber() });
      const { arriving } = await relay.holdArtifacts({ node: id, order });
      this.#arriving.set(id, arriving);
      await this.#noteAwaited(id, arriving, artifacts);
      this.#outages.delivered(id, name);
    } catch (error) {
      this.#outages.failed({ nodeId: id, nodeName: name, error });
    }
  }

  /**
   * The database numbers the orders, so that those of another internal-db, whose clock is behind, go before what nodes have of this one;
   * by the time, so that a database that was put back from a backup does too.
   */
  async #nextNumber(): Promise<number> {
    const { store, clock } = this.#parts;
    return await store.transaction(async ({ settings }) => {
      const before = Number((await settings.get('holding_order_number')) ?? 0);
      const number = Math.max(before + 1, clock.nowMs());
      await settings.put('holding_order_number', String(number));
      return number;
    });
  }

  async #orderFor(node: Member): Promise<HoldingOrder['artifacts']> {
    const { originals } = this.#parts.store.read;
    const placed = await this.#parts.placed.at(node);
    const limit = artifactsPerOrderMax;
    const named = new Map<string, HoldingOrder['artifacts'][number]>();
    const add = (files: readonly KeptFile[], purpose: HoldingOrder['artifacts'][number]['purpose']) => {
      for (const file of files)
        if (named.size < limit && !named.has(file.sha256)) named.set(file.sha256, { ...file, purpose });
    };
    add(await originals.awaitedAt(node.id, limit), 'delivery');
    add(await originals.placedButNotPinned(node.id, placed, limit), 'placement');
    add(await originals.pinnedButNotPlaced(node.id, placed, limit), 'cache');
    return await this.#withSources(node, [...named.values()]);
  }

  /** What a node lacks may be at others too: of the first, which it fetches first, it is told. */
  async #withSources(
    node: Member,
    artifacts: readonly HoldingOrder['artifacts'][number][],
  ): Promise<HoldingOrder['artifacts']> {
    const sourced = artifacts.map(async (artifact, index) =>
      index < sourcedArtifactsPerOrderMax && artifact.purpose !== 'cache'
        ? await this.#parts.withSources(node, artifact)
        : artifact,
    );
    return await Promise.all(sourced);
  }

  /** Customers who wait see how far it is, whichever internal-db answers them. */
  async #noteAwaited(
    nodeId: string,
    arriving: readonly ArrivingArtifact[],
    ordered: HoldingOrder['artifacts'],
  ): Promise<void> {
    const awaited = new Set(
      ordered.filter(({ purpose }) => purpose === 'delivery').map(({ sha256 }) => sha256),
    );
    const known = arriving.filter(({ sha256 }) => awaited.has(sha256));
    if (known.length === 0) return;
    await this.#parts.store.transaction(async ({ deliveries }) => {
      for (const artifact of known) await deliveries.noteArriving(nodeId, artifact);
    });
  }
}
