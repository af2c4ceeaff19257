// Store interface: where an account's deliveries are to come from, and at which nodes a delivery may be beside the one that
// its record names. Implemented in SQL, used by the services.

/** What is wished for an account. `nodes` are names; empty: any. */
export interface AccountPlace {
  readonly region: string | null;
  readonly nodes: readonly string[];
}

/** A node that may hold a delivery. */
export interface DeliveryPlace {
  readonly deliveryId: string;
  readonly nodeId: string;
  readonly nodeName: string;
}

/** Reading places. */
export interface PlaceReads {
  /** Of an account of which nothing is noted: no region, any node. */
  ofAccount(accountId: string): Promise<AccountPlace>;
  /** The further nodes of these deliveries. */
  ofDeliveries(deliveryIds: readonly string[]): Promise<DeliveryPlace[]>;
  /** Nodes by id at which deliveries are live. Costs by nodes, not by deliveries. */
  nodesWithLive(): Promise<{ nodeId: string; nodeName: string }[]>;
  liveCountAt(nodeId: string): Promise<number>;
  /** Live deliveries at a node, by id, from behind `after`. */
  liveAt(wanted: { nodeId: string; after: string; limit: number }): Promise<string[]>;
}

/** Writing places. */
export interface PlaceWrites extends PlaceReads {
  putAccount(accountId: string, place: AccountPlace): Promise<void>;
  /** Notes a further node; one that is noted stays as it is. */
  add(place: DeliveryPlace, atMs: number): Promise<void>;
  /**
   * Makes a node the one that a live delivery is at, and that one a further node. `isArriving`: it has to fetch the file, and is
   * given its grant then. False when the delivery is live no more.
   */
  move(place: DeliveryPlace, how: { readonly atMs: number; readonly isArriving: boolean }): Promise<boolean>;
}
