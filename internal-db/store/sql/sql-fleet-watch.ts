// SQL: what the watcher looks for, and figures of the fleet. See ../fleet-watch.ts for what each operation promises.
import type {
  FailedInstallation,
  FleetWatchWrites,
  MissingSite,
  RunningProduct,
  VersionCount,
} from '../fleet-watch.ts';
import type { SqlConnection } from './sql-connection.ts';

/** Figures of the fleet in SQL. */
export class SqlFleetWatch implements FleetWatchWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async silentSince(beforeMs: number, limit: number): Promise<string[]> {
    const silent = await this.#connection.all<{ uid: string }>(
      `SELECT b.uid FROM appliance_beats b
       WHERE b.is_watched = 1 AND b.missing_since_ms IS NULL AND b.last_beat_at_ms < :beforeMs
       ORDER BY b.last_beat_at_ms LIMIT :limit`,
      { beforeMs, limit },
    );
    const never = await this.#connection.all<{ uid: string }>(
      `SELECT b.uid FROM appliance_beats b JOIN appliances a ON a.uid = b.uid
       WHERE b.is_watched = 1 AND b.missing_since_ms IS NULL AND b.last_beat_at_ms IS NULL
         AND a.enrolled_at_ms < :beforeMs LIMIT :limit`,
      { beforeMs, limit },
    );
    return [...silent, ...never].slice(0, limit).map(({ uid }) => uid);
  }

  async missingSites(limit: number): Promise<MissingSite[]> {
    return this.#connection.all(
      `SELECT c.name AS "account", s.name AS "site", count(*) AS "missingCount", min(b.missing_since_ms) AS "sinceMs"
       FROM appliance_beats b
       JOIN appliances a ON a.uid = b.uid
       JOIN accounts c ON c.id = a.account_id
       LEFT JOIN sites s ON s.id = a.site_id
       WHERE b.missing_since_ms IS NOT NULL AND b.is_watched = 1
       GROUP BY c.name, s.name ORDER BY count(*) DESC, c.name, coalesce(s.name, '') LIMIT :limit`,
      { limit },
    );
  }

  async versionCounts(): Promise<VersionCount[]> {
    return this.#connection.all(
      `SELECT d.name AS "product", p.confirmed_version AS "version", count(*) AS "count"
       FROM appliances a
       JOIN appliance_type_products t ON t.type_id = a.type_id
       JOIN products d ON d.id = t.product_id
       LEFT JOIN appliance_products p ON p.uid = a.uid AND p.product_id = t.product_id
       WHERE a.state <> 'retired' GROUP BY d.name, p.confirmed_version ORDER BY d.name, p.confirmed_version`,
    );
  }

  async failedInstallations(limit: number): Promise<FailedInstallation[]> {
    return this.#connection.all(
      `SELECT a.uid, a.name, c.name AS "account", d.name AS "product", p.outcome_version AS "version", p.outcome,
         coalesce(p.outcome_code, '') AS "code", p.outcome_at_ms AS "atMs"
       FROM appliance_products p
       JOIN appliances a ON a.uid = p.uid
       JOIN accounts c ON c.id = a.account_id
       JOIN products d ON d.id = p.product_id
       WHERE p.outcome <> 'installed' AND a.state <> 'retired' AND p.outcome_version = p.sent_version
       ORDER BY p.outcome_at_ms DESC, a.uid LIMIT :limit`,
      { limit },
    );
  }

  async running({
    productId,
    after,
    limit,
  }: {
    productId: string;
    after: string;
    limit: number;
  }): Promise<RunningProduct[]> {
    return this.#connection.all(
      `SELECT a.uid, a.name, a.account_id AS "accountId", c.name AS "account", a.type_id AS "typeId",
         a.group_name AS "groupName", a.slot, a.state, b.last_beat_at_ms AS "lastBeatAtMs",
         b.missing_since_ms AS "missingSinceMs", p.sent_version AS "sentVersion",
         p.confirmed_version AS "confirmedVersion", p.outcome, p.outcome_version AS "outcomeVersion"
       FROM appliances a
       JOIN appliance_type_products t ON t.type_id = a.type_id AND t.product_id = :productId
       JOIN accounts c ON c.id = a.account_id
       JOIN appliance_beats b ON b.uid = a.uid
       LEFT JOIN appliance_products p ON p.uid = a.uid AND p.product_id = t.product_id
       WHERE a.state <> 'retired' AND a.uid > :after ORDER BY a.uid LIMIT :limit`,
      { productId, after, limit },
    );
  }

  async groups(): Promise<{ name: string; count: number }[]> {
    return this.#connection.all(
      `SELECT group_name AS "name", count(*) AS "count" FROM appliances WHERE state <> 'retired'
       GROUP BY group_name ORDER BY group_name`,
    );
  }

  async markMissing(uid: string, { beforeMs, atMs }: { beforeMs: number; atMs: number }): Promise<boolean> {
    const changed = await this.#connection.run(
      `UPDATE appliance_beats SET missing_since_ms = :atMs
       WHERE uid = :uid AND is_watched = 1 AND missing_since_ms IS NULL
         AND (last_beat_at_ms IS NULL OR last_beat_at_ms < :beforeMs)`,
      { uid, atMs, beforeMs },
    );
    return changed > 0;
  }
}
