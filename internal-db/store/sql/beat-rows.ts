// Rows of appliances that beat, as the statements of sql-fleet-beats.ts read them, and the records that they stand for.
import type { BeatRecord, BeatingAppliance } from '../fleet-beats.ts';

/** A beat's columns, of `appliance_beats b`. */
export const beatColumns = `b.uid, b.last_beat_at_ms AS "lastBeatAtMs", b.missing_since_ms AS "missingSinceMs",
  b.sent_at_ms AS "sentAtMs", b.counter, b.nonce, b.boot_id AS "bootId", b.older_boots AS "olderBoots", b.cause, b.address,
  b.agent_version AS "agentVersion", b.clock_offset_ms AS "clockOffsetMs", b.hardware, b.state_digest AS "stateDigest", b.day,
  b.day_beat_count AS "dayBeatCount", b.day_load_max_percent AS "dayLoadMaxPercent",
  b.day_memory_free_min_bytes AS "dayMemoryFreeMinBytes", b.day_disk_free_min_bytes AS "dayDiskFreeMinBytes", b.machine,
  b.report`;
/** The appliance with uid `:uid`, its newest beat, and the marks of its catalog. */
export const beatingSql = `SELECT a.account_id AS "accountId", a.type_id AS "typeId", a.site_id AS "siteId",
  a.group_name AS "groupName", a.slot, a.state, a.signing_key AS "signingKey", a.sealing_key AS "sealingKey",
  a.hardware AS "enrolledHardware", a.restoring_since_ms AS "restoringSinceMs", c.generation AS "catalogGeneration",
  c.fresh_until_ms AS "catalogFreshUntilMs", c.version AS "catalogVersion", c.sha256 AS "catalogSha256", ${beatColumns}
  FROM appliances a JOIN appliance_beats b ON b.uid = a.uid LEFT JOIN appliance_catalogs c ON c.uid = a.uid
  WHERE a.uid = :uid`;

/** What `beatColumns` reads. */
export type BeatRow = Omit<BeatRecord, 'olderBoots'> & { readonly olderBoots: string };
/** What `beatingSql` reads. */
export type BeatingRow = Omit<BeatingAppliance, 'beat' | 'catalog'> &
  BeatRow & {
    readonly catalogGeneration: number | null;
    readonly catalogFreshUntilMs: number;
    readonly catalogVersion: number;
    readonly catalogSha256: string;
  };
/** The record of a row. */
export function beatingOf(row: BeatingRow): BeatingAppliance {
  const {
    catalogGeneration,
    catalogFreshUntilMs,
    catalogVersion,
    catalogSha256,
    accountId,
    typeId,
    siteId,
    groupName,
    slot,
    state,
    signingKey,
    sealingKey,
    enrolledHardware,
    restoringSinceMs,
    ...beat
  } = row;
  const catalog =
    catalogGeneration === null
      ? null
      : {
          generation: catalogGeneration,
          freshUntilMs: catalogFreshUntilMs,
          version: catalogVersion,
          sha256: catalogSha256,
        };
  const appliance = {
    uid: row.uid,
    accountId,
    typeId,
    siteId,
    groupName,
    slot,
    state,
    signingKey,
    sealingKey,
  };
  return {
    ...appliance,
    enrolledHardware,
    restoringSinceMs,
    beat: { ...beat, olderBoots: JSON.parse(beat.olderBoots) as string[] },
    catalog,
  };
}

/** The record of a row. */
export function beatOf(row: BeatRow): BeatRecord {
  return { ...row, olderBoots: JSON.parse(row.olderBoots) as string[] };
}
