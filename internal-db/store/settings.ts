// Store interface: single named values, and the counts that `status` shows.
// Implemented by each engine, used by the services.

/** Up to which ends it was told, so many days before. */
type EndingsTold = `endings_told_${30 | 7 | 1}_days_ms`;

/** The names of the single values. */
export type SettingName =
  | 'clock_high_water_ms'
  | 'audit_head_sequence'
  | 'audit_head_hash'
  | 'configuration_version'
  /** Who is an internal-db by the newest version that one of them has installed (database-place.ts). */
  | 'internal_dbs'
  /** How far their machines' clocks are from the database server's (database-clock.ts). */
  | 'internal_db_clocks'
  /** Which keys the internal-dbs share (database-keys/). */
  | 'database_keys'
  /** The number of the newest list of bans. */
  | 'ban_list_sequence'
  /** The number of the newest order to hold artifacts. */
  | 'holding_order_number'
  /** Raised by whatever can change a catalog of an appliance (fleet/fleet-generation.ts). */
  | 'fleet_generation'
  /** Another one with each change of the fleet's signed metadata. */
  | 'fleet_metadata_stamp'
  | EndingsTold;

/** Counts of rows, by a plain name such as `accounts` or `liveDeliveries`. */
export type StoreCounts = Record<string, number>;

/** Reading settings and counts. */
export interface SettingReads {
  get(name: SettingName): Promise<string | undefined>;
  counts(): Promise<StoreCounts>;
  /** Sessions that were over at `atMs` and can be deleted. */
  expiredCounts(atMs: number): Promise<{ sessions: number; staffSessions: number }>;
}

/** Writing settings. */
export interface SettingWrites extends SettingReads {
  put(name: SettingName, value: string): Promise<void>;
}
