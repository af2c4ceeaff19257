// Tells each ftp-node which artifacts it is to hold that it does not hold yet: a signed order, sent through a web-front when
// there is something new and again on a schedule, until the node's own signed report says that it holds them. What a node
// answers about its progress is a hint for people. Callers: finish-upload.ts, start-services.ts, the console.
import type { ResultOf } from '#commlink/method-table.ts';
import type { ftpNodeMethods } from '#commlink/methods/ftp-node-methods.ts';
import type { Logger } from '#commlink/log.ts';
import type { Member } from '#commlink/node-config.ts';
import { artifactsPerOrderMax } from '../limits.ts';
import type { NodeDocuments } from '../nodes/node-documents.ts';
import type { NodeRelay } from '../nodes/node-relay.ts';
import { OutageLog } from '../nodes/outage-log.ts';
import type { Store } from '../store/store.ts';

/** What a node said of what it is receiving. */
export type ArrivingArtifact = ResultOf<typeof ftpNodeMethods, 'artifacts.hold'>['arriving'][number];

/** What the sender works with. */
export interface HoldingOrderParts {
  readonly store: Store;
  readonly log: Logger;
  readonly documents: Pick<NodeDocuments, 'ftpNodes' | 'signHolding'>;
  readonly relay: Pick<NodeRelay, 'holdArtifacts'>;
}

/** The sender. */
export class HoldingOrders {
  readonly #parts: HoldingOrderParts;
  readonly #outages: OutageLog;
  readonly #arriving = new Map<string, readonly ArrivingArtifact[]>();
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

  /** Sends to each node that lacks something. Never throws for a node that can't be reached. */
  async send(): Promise<void> {
    await Promise.all(this.#parts.documents.ftpNodes().map((node) => this.#sendTo(node)));
  }

  /** How far each node is with an artifact, by the node's id, as far as it is known. */
  arrivingOf(sha256: string): Map<string, ArrivingArtifact> {
    const known = [...this.#arriving].flatMap(([node, artifacts]) => {
      const artifact = artifacts.find((one) => one.sha256 === sha256);
      return artifact ? [[node, artifact] as const] : [];
    });
    return new Map(known);
  }

  async #sendTo({ id, name }: Member): Promise<void> {
    const { store, documents, relay } = this.#parts;
    const artifacts = await store.read.originals.notHeldBy(id, artifactsPerOrderMax);
    if (artifacts.length === 0) {
      this.#arriving.delete(id);
      return;
    }
    try {
      const order = documents.signHolding(id, artifacts);
      const { arriving } = await relay.holdArtifacts({ node: id, order });
      this.#arriving.set(id, arriving);
      this.#outages.delivered(id, name);
    } catch (error) {
      this.#outages.failed({ nodeId: id, nodeName: name, error });
    }
  }
}
