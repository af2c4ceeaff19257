// Store interface: internal-dbs that ask the others for the keys that they share, and what they are answered. The answers are
// sealed and signed. Implemented by each engine, used by database-keys/.

/** Reading them. */
export interface KeyRequestReads {
  /** Ids of the nodes that wait for an answer. */
  waiting(limit: number): Promise<string[]>;
  /** Null while there is none. */
  answerTo(nodeId: string): Promise<string | null>;
}

/** Writing them. */
export interface KeyRequestWrites extends KeyRequestReads {
  /** Asks, in place of what the node had asked before. */
  request(nodeId: string, atMs: number): Promise<void>;
  answer(nodeId: string, answer: string): Promise<void>;
  withdraw(nodeId: string): Promise<void>;
  /** Forgets those of nodes that have given up. */
  deleteBefore(atMs: number): Promise<void>;
}
