// Store interface: networks that may not log in, now and before. Implemented by each engine, used by the services.

/** A ban as stored. `network` is as formatNetwork writes it. It is over at `untilMs`, or when it was ended. */
export interface BanRecord {
  readonly id: string;
  readonly network: string;
  readonly reason: string;
  readonly bannedBy: string;
  readonly createdAtMs: number;
  readonly untilMs: number;
  readonly endedAtMs: number | null;
  readonly endReason: string | null;
}

/** Reading bans. */
export interface BanReads {
  /** The bans that run at `atMs`; when they are more than `limit`, those that end last. The newest come first. */
  running(atMs: number, limit: number): Promise<BanRecord[]>;
  /** How often a network was banned by `bannedBy` since then. Bans that were lifted don't count. */
  countSince(by: { network: string; bannedBy: string; sinceMs: number }): Promise<number>;
}

/** Writing bans. */
export interface BanWrites extends BanReads {
  insert(ban: Omit<BanRecord, 'endedAtMs' | 'endReason'>): Promise<void>;
  /** Ends the bans of this very network that run at `atMs`, and returns them as they were. */
  end(network: string, ending: { atMs: number; reason: string }): Promise<BanRecord[]>;
  /** Forgets bans that were over before `beforeMs`. */
  deleteOver(beforeMs: number): Promise<void>;
}
