// SQL: what appliances say of themselves. See ../fleet-beats.ts for what each operation promises.
import {
  otherSenders,
  type ApplianceDay,
  type ApplianceEvent,
  type ApplianceFile,
  type ApplianceProduct,
  type BeatRecord,
  type BeatWrites,
  type BeatingAppliance,
  type CatalogRecord,
  type FleetRefusal,
  type RefusalPlace,
  type RefusedAppliances,
} from '../fleet-beats.ts';
import { beatColumns, beatOf, beatingOf, beatingSql, type BeatRow, type BeatingRow } from './beat-rows.ts';
import { putApplianceState, type ApplianceStateWish } from './put-appliance-state.ts';
import type { SqlConnection } from './sql-connection.ts';

/** Beats in SQL. */
export class SqlFleetBeats implements BeatWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async beating(uid: string): Promise<BeatingAppliance | undefined> {
    const row = await this.#connection.get<BeatingRow>(beatingSql, { uid });
    return row && beatingOf(row);
  }

  async beatOf(uid: string): Promise<BeatRecord | undefined> {
    const sql = `SELECT ${beatColumns} FROM appliance_beats b WHERE b.uid = :uid`;
    const row = await this.#connection.get<BeatRow>(sql, { uid });
    return row && beatOf(row);
  }

  async catalogOf(uid: string): Promise<CatalogRecord | undefined> {
    return await this.#connection.get(
      `SELECT uid, generation, fresh_until_ms AS "freshUntilMs", version, sha256, choice, made_at_ms AS "madeAtMs",
         fetched_at_ms AS "fetchedAtMs", metadata FROM appliance_catalogs WHERE uid = :uid`,
      { uid },
    );
  }

  async productsOf(uid: string): Promise<ApplianceProduct[]> {
    return await this.#connection.all(
      `SELECT i.uid, i.product_id AS "productId", p.name AS product, i.sent_version AS "sentVersion",
         i.sent_at_ms AS "sentAtMs", i.confirmed_version AS "confirmedVersion", i.confirmed_at_ms AS "confirmedAtMs",
         i.outcome, i.outcome_version AS "outcomeVersion", i.outcome_code AS "outcomeCode",
         i.outcome_at_ms AS "outcomeAtMs"
       FROM appliance_products i JOIN products p ON p.id = i.product_id WHERE i.uid = :uid ORDER BY p.name`,
      { uid },
    );
  }

  async filesOf(uid: string): Promise<ApplianceFile[]> {
    return await this.#connection.all(
      `SELECT path, sent_sha256 AS "sentSha256", sent_at_ms AS "sentAtMs", confirmed_sha256 AS "confirmedSha256",
         confirmed_at_ms AS "confirmedAtMs" FROM appliance_files WHERE uid = :uid ORDER BY path`,
      { uid },
    );
  }

  async events(uid: string, limit: number): Promise<ApplianceEvent[]> {
    return await this.#connection.all(
      `SELECT uid, at_ms AS "atMs", kind, detail FROM appliance_events WHERE uid = :uid
       ORDER BY at_ms DESC, number DESC LIMIT :limit`,
      { uid, limit },
    );
  }

  async eventCountSince(uid: string, sinceMs: number): Promise<number> {
    const sql =
      'SELECT count(*) AS "eventCount" FROM appliance_events WHERE uid = :uid AND at_ms >= :sinceMs';
    return (await this.#connection.get<{ eventCount: number }>(sql, { uid, sinceMs }))?.eventCount ?? 0;
  }

  async days(uid: string, limit: number): Promise<ApplianceDay[]> {
    return await this.#connection.all(
      `SELECT uid, day, beat_count AS "beatCount", load_max_percent AS "loadMaxPercent",
         memory_free_min_bytes AS "memoryFreeMinBytes", disk_free_min_bytes AS "diskFreeMinBytes"
       FROM appliance_days WHERE uid = :uid ORDER BY day DESC LIMIT :limit`,
      { uid, limit },
    );
  }

  async refusals(after: RefusalPlace | null, limit: number): Promise<FleetRefusal[]> {
    const { lastAtMs, kind, subject } = after ?? { lastAtMs: Number.MAX_SAFE_INTEGER, kind: '', subject: '' };
    return await this.#connection.all(
      `SELECT kind, subject, address, refused_count AS "refusedCount", first_at_ms AS "firstAtMs",
         last_at_ms AS "lastAtMs" FROM fleet_refusals WHERE (last_at_ms, kind, subject) < (:lastAtMs, :kind, :subject)
       ORDER BY last_at_ms DESC, kind DESC, subject DESC LIMIT :limit`,
      { lastAtMs, kind, subject, limit },
    );
  }

  async refusedSince(sinceMs: number): Promise<RefusedAppliances[]> {
    return await this.#connection.all(
      `SELECT kind, count(*) AS "senderCount" FROM fleet_refusals
       WHERE last_at_ms >= :sinceMs AND kind IN ('unknown', 'signature') GROUP BY kind ORDER BY kind`,
      { sinceMs },
    );
  }

  async putBeat(
    { missingSinceMs: _none, olderBoots, ...beat }: BeatRecord,
    knownNonce: string,
  ): Promise<boolean> {
    const putCount = await this.#connection.run(
      `UPDATE appliance_beats SET last_beat_at_ms = :lastBeatAtMs, missing_since_ms = NULL, sent_at_ms = :sentAtMs,
         counter = :counter, nonce = :nonce, boot_id = :bootId, older_boots = :olderBoots, cause = :cause,
         address = :address, agent_version = :agentVersion, clock_offset_ms = :clockOffsetMs, hardware = :hardware,
         state_digest = :stateDigest, day = :day, day_beat_count = :dayBeatCount,
         day_load_max_percent = :dayLoadMaxPercent, day_memory_free_min_bytes = :dayMemoryFreeMinBytes,
         day_disk_free_min_bytes = :dayDiskFreeMinBytes, machine = :machine, report = :report
       WHERE uid = :uid AND nonce = :knownNonce`,
      { ...beat, olderBoots: JSON.stringify(olderBoots), knownNonce },
    );
    return putCount > 0;
  }

  async putCatalog(catalog: CatalogRecord): Promise<void> {
    await this.#connection.run(
      `INSERT INTO appliance_catalogs (uid, generation, fresh_until_ms, version, sha256, choice, made_at_ms, fetched_at_ms,
         metadata)
       VALUES (:uid, :generation, :freshUntilMs, :version, :sha256, :choice, :madeAtMs, :fetchedAtMs, :metadata)
       ON CONFLICT (uid) DO UPDATE SET generation = excluded.generation, fresh_until_ms = excluded.fresh_until_ms,
         version = excluded.version, sha256 = excluded.sha256, choice = excluded.choice, made_at_ms = excluded.made_at_ms,
         fetched_at_ms = excluded.fetched_at_ms, metadata = excluded.metadata`,
      { ...catalog },
    );
  }

  async confirmCatalog(uid: string, stands: { generation: number; freshUntilMs: number }): Promise<void> {
    await this.#connection.run(
      `UPDATE appliance_catalogs SET generation = :generation, fresh_until_ms = :freshUntilMs WHERE uid = :uid`,
      { uid, ...stands },
    );
  }

  async dropCatalogs(uids: readonly string[]): Promise<void> {
    await this.#connection.run(
      `UPDATE appliance_catalogs SET generation = -1 WHERE uid IN (${this.#connection.dialect.textsOf('uids')})`,
      { uids: JSON.stringify(uids) },
    );
  }

  async setFetched(uid: string, atMs: number): Promise<void> {
    const sql = 'UPDATE appliance_catalogs SET fetched_at_ms = :atMs WHERE uid = :uid';
    await this.#connection.run(sql, { uid, atMs });
  }

  async putSent(uid: string, wish: ApplianceStateWish): Promise<void> {
    await putApplianceState(this.#connection, { uid, what: 'sent', wish });
  }

  async putConfirmed(uid: string, wish: ApplianceStateWish): Promise<void> {
    await putApplianceState(this.#connection, { uid, what: 'confirmed', wish });
  }

  async putOutcome(
    uid: string,
    outcome: {
      readonly productId: string;
      readonly outcome: NonNullable<ApplianceProduct['outcome']>;
      readonly outcomeVersion: string | null;
      readonly outcomeCode: string | null;
      readonly outcomeAtMs: number | null;
    },
  ): Promise<void> {
    await this.#connection.run(
      `INSERT INTO appliance_products (uid, product_id, outcome, outcome_version, outcome_code, outcome_at_ms)
       VALUES (:uid, :productId, :outcome, :outcomeVersion, :outcomeCode, :outcomeAtMs)
       ON CONFLICT (uid, product_id) DO UPDATE SET outcome = excluded.outcome, outcome_version = excluded.outcome_version,
         outcome_code = excluded.outcome_code, outcome_at_ms = excluded.outcome_at_ms`,
      { uid, ...outcome },
    );
  }

  async addEvent(event: ApplianceEvent): Promise<void> {
    await this.#connection.run(
      `INSERT INTO appliance_events (uid, at_ms, number, kind, detail)
       SELECT :uid, :atMs, coalesce(max(e.number), -1) + 1, :kind, :detail FROM appliance_events e
       WHERE e.uid = :uid AND e.at_ms = :atMs`,
      { ...event },
    );
  }

  async addDay(day: ApplianceDay): Promise<void> {
    await this.#connection.run(
      `INSERT INTO appliance_days (uid, day, beat_count, load_max_percent, memory_free_min_bytes, disk_free_min_bytes)
       VALUES (:uid, :day, :beatCount, :loadMaxPercent, :memoryFreeMinBytes, :diskFreeMinBytes)
       ON CONFLICT (uid, day) DO NOTHING`,
      { ...day },
    );
  }

  async countRefusal(
    refused: { kind: string; subject: string; address: string; count: number; rowsMax: number },
    atMs: number,
  ): Promise<void> {
    await this.#connection.run(
      `INSERT INTO fleet_refusals (kind, subject, address, refused_count, first_at_ms, last_at_ms)
       SELECT :kind, CASE WHEN (SELECT count(*) FROM fleet_refusals) < :rowsMax
           OR EXISTS (SELECT 1 FROM fleet_refusals k WHERE k.kind = :kind AND k.subject = :subject)
         THEN :subject ELSE :others END, :address, :count, :atMs, :atMs
       WHERE TRUE
       ON CONFLICT (kind, subject) DO UPDATE SET refused_count = fleet_refusals.refused_count + excluded.refused_count,
         last_at_ms = excluded.last_at_ms, address = excluded.address`,
      { ...refused, others: otherSenders, atMs },
    );
  }

  async deleteEventsBefore(beforeMs: number, limit: number): Promise<number> {
    return await this.#connection.run(
      `DELETE FROM appliance_events WHERE at_ms < :beforeMs AND at_ms <= coalesce((SELECT max(e.at_ms) FROM
         (SELECT at_ms FROM appliance_events ORDER BY at_ms LIMIT :limit) e), 0)`,
      { beforeMs, limit },
    );
  }

  async deleteDaysBefore(day: number, limit: number): Promise<number> {
    return await this.#connection.run(
      `DELETE FROM appliance_days WHERE (uid, day) IN
         (SELECT d.uid, d.day FROM appliance_days d WHERE d.day < :day ORDER BY d.day LIMIT :limit)`,
      { day, limit },
    );
  }

  async deleteRefusalsBefore(beforeMs: number): Promise<void> {
    await this.#connection.run('DELETE FROM fleet_refusals WHERE last_at_ms < :beforeMs', { beforeMs });
  }
}
