// Store interface: files that nodes held and have lost. Implemented by each engine, used by nodes/ and alerts/.

/** A loss; of one file at one node the last one is kept. */
export interface ArtifactLoss {
  readonly nodeId: string;
  readonly nodeName: string;
  readonly sha256: string;
  readonly lostAtMs: number;
}

/** Reading them. */
export interface ArtifactLossReads {
  /** The digests of what a node has lost since then. */
  lossesOf(nodeId: string, sinceMs: number): Promise<string[]>;
  /** How many files each node has lost since then, by name. */
  lossesSince(atMs: number): Promise<{ nodeName: string; count: number }[]>;
}

/** Writing them. */
export interface ArtifactLossWrites extends ArtifactLossReads {
  noteLoss(loss: ArtifactLoss): Promise<void>;
  forgetLosses(beforeMs: number): Promise<void>;
}
