// Store interface: what the watcher looks for, and what an overview of the fleet counts. Implemented in SQL; read by the watcher in
// its own process and by the console, written by internal-db for the watcher.

/** A site with appliances that are missing; null: of no site. */
export interface MissingSite {
  readonly account: string;
  readonly site: string | null;
  readonly missingCount: number;
  readonly sinceMs: number;
}

/** How many appliances have a version of a product; null: none of it yet. */
export interface VersionCount {
  readonly product: string;
  readonly version: string | null;
  readonly count: number;
}

/** An installation of the version that is wanted there, which failed and was not followed by one that did not. */
export interface FailedInstallation {
  readonly uid: string;
  readonly name: string;
  readonly account: string;
  readonly product: string;
  readonly version: string;
  readonly outcome: string;
  readonly code: string;
  readonly atMs: number;
}

/** An appliance that runs a product, as it stands. */
export interface RunningProduct {
  readonly uid: string;
  readonly name: string;
  readonly accountId: string;
  readonly account: string;
  readonly typeId: string;
  readonly groupName: string;
  readonly slot: number;
  readonly state: 'active' | 'quarantined';
  readonly lastBeatAtMs: number | null;
  readonly missingSinceMs: number | null;
  readonly sentVersion: string | null;
  readonly confirmedVersion: string | null;
  readonly outcome: string | null;
  readonly outcomeVersion: string | null;
}

/** Reading. */
export interface FleetWatchReads {
  /** Uids of active appliances that were not heard of since, nor enrolled since, and are not known to be missing. */
  silentSince(beforeMs: number, limit: number): Promise<string[]>;
  /** Sites with missing appliances, those with most first. */
  missingSites(limit: number): Promise<MissingSite[]>;
  /** By product and version, without retired appliances. */
  versionCounts(): Promise<VersionCount[]>;
  /** The latest first. */
  failedInstallations(limit: number): Promise<FailedInstallation[]>;
  /** By uid, from behind `after`; retired ones are left out. */
  running(wanted: { productId: string; after: string; limit: number }): Promise<RunningProduct[]>;
  /** Groups that there are, by name, with how many appliances each has. */
  groups(): Promise<{ readonly name: string; readonly count: number }[]>;
}

/** Writing. */
export interface FleetWatchWrites extends FleetWatchReads {
  /** False when it was heard of meanwhile, or is missed already. */
  markMissing(uid: string, missing: { beforeMs: number; atMs: number }): Promise<boolean>;
}
