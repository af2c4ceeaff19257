// Store interface: what each ftp-node last reported, and the unstage orders that nodes have yet to confirm.
// Implemented by each engine, used by the services.
import type { DocumentBody } from '#commlink/methods/documents.ts';

/** One line of an order: a delivery and why it ends. */
export type OrderedUnstaging = DocumentBody<'unstage-order'>['deliveries'][number];

/** What is known of a node's reports: everything up to `lastSequence` is in the database. */
export interface NodeRecord {
  readonly id: string;
  readonly lastSequence: number;
  readonly lastReportAtMs: number;
}

/**
 * An unstage order as stored; `acknowledgedAtMs` is null while it is pending. `cutTransferCount` is null then, and for an
 * order that ended because its node was removed from the cluster.
 */
export interface UnstageOrderRecord {
  readonly id: string;
  readonly nodeId: string;
  readonly nodeName: string;
  readonly deliveries: readonly OrderedUnstaging[];
  readonly createdAtMs: number;
  readonly acknowledgedAtMs: number | null;
  readonly cutTransferCount: number | null;
}

/** Reading nodes and orders. */
export interface NodeReads {
  byId(id: string): Promise<NodeRecord | undefined>;
  /** Orders that are not acknowledged, oldest first, so many of each node: a dead one doesn't keep others waiting. */
  pendingOrderCount(): Promise<number>;
  pendingOrders(perNodeMax: number): Promise<UnstageOrderRecord[]>;
  ordersByIds(ids: readonly string[]): Promise<UnstageOrderRecord[]>;
}

/** Writing nodes and orders. */
export interface NodeWrites extends NodeReads {
  put(node: NodeRecord): Promise<void>;
  insertOrder(
    order: Pick<UnstageOrderRecord, 'id' | 'nodeId' | 'nodeName' | 'deliveries' | 'createdAtMs'>,
  ): Promise<void>;
  acknowledgeOrder(id: string, acknowledgement: { atMs: number; cutTransferCount: number }): Promise<void>;
  /** Ends what is pending for a node that is no member any more; says how many orders that were. */
  endOrdersOf(nodeId: string, atMs: number): Promise<number>;
  /** Deletes orders that were acknowledged before then. */
  forgetOrders(beforeMs: number): Promise<void>;
}
