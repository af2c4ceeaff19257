// SQL: rollouts and pins. See ../rollouts.ts for what each operation promises.
import type {
  CountedWaves,
  ListedRollouts,
  PinPlace,
  PinRecord,
  PinRule,
  RolloutProgress,
  RolloutRecord,
  RolloutRule,
  RolloutWrites,
  TroubledAccount,
  WaveCounts,
} from '../rollouts.ts';
import type { SqlConnection, SqlDialect, SqlParameters } from './sql-connection.ts';

/** Before all pins that there are. */
const newestPin: PinPlace = { pinnedAtMs: Number.MAX_SAFE_INTEGER, productId: '', scope: '', subject: '' };
/** These columns are JSON. */
type Structured = 'targets' | 'waves' | 'windows' | 'thresholds';
type RolloutRow = Omit<RolloutRecord, Structured> & Readonly<Record<Structured, string>>;

const columns = `id, number, product_id AS "productId", version, kind, state, targets, waves, windows, thresholds,
  slot_offset AS "slotOffset", wave_count AS "waveCount", open_percent AS "openPercent",
  wave_opened_at_ms AS "waveOpenedAtMs", wave_settled_at_ms AS "waveSettledAtMs",
  previous_version AS "previousVersion", reason, created_by AS "createdBy", created_at_ms AS "createdAtMs",
  state_reason AS "stateReason", state_since_ms AS "stateSinceMs"`;
const pinColumns = `product_id AS "productId", scope, subject, version, reason, pinned_by AS "pinnedBy",
  pinned_at_ms AS "pinnedAtMs"`;

/** Each appliance that open waves have reached: whose it is, and what became of it. */
const wavesSql = (dialect: SqlDialect): string =>
  `SELECT a.account_id, CASE WHEN p.sent_version = :version OR p.confirmed_version = :version THEN 1 ELSE 0 END AS sent,
     CASE WHEN p.confirmed_version = :version THEN 1 ELSE 0 END AS installed,
     CASE WHEN p.outcome_version = :version AND p.outcome <> 'installed' AND p.outcome_at_ms >= :troubleSinceMs
       AND coalesce(p.confirmed_version, '') <> :version THEN 1 ELSE 0 END AS failed,
     CASE WHEN p.sent_version = :version AND b.missing_since_ms > p.sent_at_ms
       AND b.missing_since_ms >= :troubleSinceMs THEN 1 ELSE 0 END AS missing,
     CASE WHEN b.missing_since_ms IS NULL
       AND coalesce(p.sent_version, '') <> :version AND coalesce(p.confirmed_version, '') <> :version
       AND NOT coalesce(b.last_beat_at_ms BETWEEN :sinceMs AND :untilMs, FALSE) THEN 1 ELSE 0 END AS pending
   FROM appliances a
   JOIN appliance_type_products t ON t.type_id = a.type_id AND t.product_id = :productId
   JOIN appliance_beats b ON b.uid = a.uid
   LEFT JOIN appliance_products p ON p.uid = a.uid AND p.product_id = :productId
   WHERE a.state = 'active' AND (a.slot + :slotOffset) % 10000 < :openPercent * 100
     AND (:groupCount = 0 OR a.group_name IN (${dialect.textsOf('groups')}))
     AND (:tagCount = 0 OR EXISTS (SELECT 1 FROM appliance_tags g
       WHERE g.uid = a.uid AND g.tag IN (${dialect.textsOf('tags')})))`;

/** Rollouts in SQL. */
export class SqlRollouts implements RolloutWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async byId(id: string): Promise<RolloutRecord | undefined> {
    const row = await this.#connection.get<RolloutRow>(`SELECT ${columns} FROM rollouts WHERE id = :id`, {
      id,
    });
    return row && readRow(row);
  }

  async list({ productId, belowNumber, limit }: ListedRollouts): Promise<RolloutRecord[]> {
    const rows = await this.#connection.all<RolloutRow>(
      `SELECT ${columns} FROM rollouts WHERE coalesce(:productId, product_id) = product_id AND number < :belowNumber
       ORDER BY number DESC LIMIT :limit`,
      { productId, belowNumber: belowNumber ?? Number.MAX_SAFE_INTEGER, limit },
    );
    return rows.map(readRow);
  }

  async openOf(productId: string): Promise<RolloutRecord[]> {
    const rows = await this.#connection.all<RolloutRow>(
      `SELECT ${columns} FROM rollouts WHERE product_id = :productId AND state IN ('running', 'paused', 'stopped')
       ORDER BY number DESC`,
      { productId },
    );
    return rows.map(readRow);
  }

  async inState(state: 'running' | 'stopped'): Promise<RolloutRecord[]> {
    const rows = await this.#connection.all<RolloutRow>(
      `SELECT ${columns} FROM rollouts WHERE state IN ('running', 'stopped') AND state = :state ORDER BY number`,
      { state },
    );
    return rows.map(readRow);
  }

  async rulesOf(productId: string): Promise<RolloutRule[]> {
    const rows = await this.#connection.all<Omit<RolloutRule, 'targets'> & { readonly targets: string }>(
      `SELECT id, product_id AS "productId", version, kind, state, targets, slot_offset AS "slotOffset",
         open_percent AS "openPercent", number, created_at_ms AS "createdAtMs"
       FROM rollouts WHERE product_id = :productId ORDER BY number DESC`,
      { productId },
    );
    return rows.map((row) => ({ ...row, targets: JSON.parse(row.targets) as RolloutRule['targets'] }));
  }

  async pinsOf(productId: string): Promise<PinRule[]> {
    return this.#connection.all(
      `SELECT product_id AS "productId", scope, subject, version FROM version_pins WHERE product_id = :productId`,
      { productId },
    );
  }

  async pins(after: PinPlace | null, limit: number): Promise<PinRecord[]> {
    const { pinnedAtMs, productId, scope, subject } = after ?? newestPin;
    return this.#connection.all(
      `SELECT ${pinColumns} FROM version_pins
       WHERE (pinned_at_ms, product_id, scope, subject) < (:pinnedAtMs, :productId, :scope, :subject)
       ORDER BY pinned_at_ms DESC, product_id DESC, scope DESC, subject DESC LIMIT :limit`,
      { pinnedAtMs, productId, scope, subject, limit },
    );
  }

  /** Reads each appliance that runs the product once; the watcher does so in its own process. */
  async count(waves: CountedWaves): Promise<WaveCounts> {
    const row = await this.#connection.get<WaveCounts>(
      `SELECT count(*) AS "reached", coalesce(sum(w.sent), 0) AS "sent", coalesce(sum(w.installed), 0) AS "installed",
         coalesce(sum(w.failed), 0) AS "failed", coalesce(sum(w.missing), 0) AS "missing",
         coalesce(sum(w.pending), 0) AS "pending"
       FROM (${wavesSql(this.#connection.dialect)}) w`,
      wavesParameters(waves),
    );
    return row ?? { reached: 0, sent: 0, installed: 0, failed: 0, missing: 0, pending: 0 };
  }

  async troubledAccounts(waves: CountedWaves, limit: number): Promise<TroubledAccount[]> {
    return await this.#connection.all(
      `SELECT c.name AS account, count(*) AS "applianceCount"
       FROM (${wavesSql(this.#connection.dialect)}) w JOIN accounts c ON c.id = w.account_id
       WHERE w.failed = 1 OR w.missing = 1 GROUP BY c.name ORDER BY "applianceCount" DESC, c.name LIMIT :limit`,
      { ...wavesParameters(waves), limit },
    );
  }

  async insert(rollout: Omit<RolloutRecord, 'number'>): Promise<void> {
    const { targets, waves, windows, thresholds } = rollout;
    await this.#connection.run(
      `INSERT INTO rollouts (id, number, product_id, version, kind, state, targets, waves, windows, thresholds, slot_offset,
         wave_count, open_percent, wave_opened_at_ms, wave_settled_at_ms, previous_version, reason, created_by,
         created_at_ms, state_reason, state_since_ms)
       VALUES (:id, (SELECT coalesce(max(r.number), 0) + 1 FROM rollouts r), :productId, :version, :kind, :state, :targets,
         :waves, :windows, :thresholds, :slotOffset, :waveCount, :openPercent, :waveOpenedAtMs, :waveSettledAtMs,
         :previousVersion, :reason, :createdBy, :createdAtMs, :stateReason, :stateSinceMs)`,
      {
        ...rollout,
        targets: JSON.stringify(targets),
        waves: JSON.stringify(waves),
        windows: JSON.stringify(windows),
        thresholds: JSON.stringify(thresholds),
      },
    );
  }

  async setProgress(id: string, progress: RolloutProgress): Promise<void> {
    await this.#connection.run(
      `UPDATE rollouts SET state = :state, wave_count = :waveCount, open_percent = :openPercent,
         wave_opened_at_ms = :waveOpenedAtMs, wave_settled_at_ms = :waveSettledAtMs, state_reason = :stateReason,
         state_since_ms = :stateSinceMs WHERE id = :id`,
      { id, ...progress },
    );
  }

  async putPin(pin: PinRecord): Promise<void> {
    await this.#connection.run(
      `INSERT INTO version_pins (product_id, scope, subject, version, reason, pinned_by, pinned_at_ms)
       VALUES (:productId, :scope, :subject, :version, :reason, :pinnedBy, :pinnedAtMs)
       ON CONFLICT (product_id, scope, subject) DO UPDATE SET version = excluded.version, reason = excluded.reason,
         pinned_by = excluded.pinned_by, pinned_at_ms = excluded.pinned_at_ms`,
      { ...pin },
    );
  }

  async removePin({ productId, scope, subject }: Omit<PinRule, 'version'>): Promise<boolean> {
    const removed = await this.#connection.run(
      'DELETE FROM version_pins WHERE product_id = :productId AND scope = :scope AND subject = :subject',
      { productId, scope, subject },
    );
    return removed > 0;
  }
}

function wavesParameters({ targets: { groups, tags }, ...waves }: CountedWaves): SqlParameters {
  return {
    ...waves,
    groupCount: groups.length,
    groups: JSON.stringify(groups),
    tagCount: tags.length,
    tags: JSON.stringify(tags),
  };
}

function readRow({ targets, waves, windows, thresholds, ...row }: RolloutRow): RolloutRecord {
  return {
    ...row,
    targets: JSON.parse(targets) as RolloutRecord['targets'],
    waves: JSON.parse(waves) as RolloutRecord['waves'],
    windows: JSON.parse(windows) as RolloutRecord['windows'],
    thresholds: JSON.parse(thresholds) as RolloutRecord['thresholds'],
  };
}
