// SQL: single values, and the counts that `status` shows. See ../settings.ts.
import type { SettingName, SettingWrites, StoreCounts } from '../settings.ts';
import type { SqlConnection } from './sql-connection.ts';

const countsSql = `SELECT
  (SELECT count(*) FROM accounts) AS accounts,
  (SELECT count(*) FROM users) AS users,
  (SELECT count(*) FROM products) AS products,
  (SELECT count(*) FROM releases) AS releases,
  (SELECT count(*) FROM artifacts) AS artifacts,
  (SELECT count(*) FROM entitlements) AS entitlements,
  (SELECT count(*) FROM deliveries) AS deliveries,
  (SELECT count(*) FROM deliveries WHERE state IN ('requested', 'staged')) AS "liveDeliveries",
  (SELECT count(*) FROM downloads) AS downloads,
  (SELECT count(*) FROM sessions) AS sessions,
  (SELECT count(*) FROM staff) AS staff,
  (SELECT count(*) FROM unstage_orders WHERE acknowledged_at_ms IS NULL) AS "pendingOrders",
  (SELECT coalesce(max(sequence), 0) FROM audit_log) AS "auditEntries"`;

/** Settings in SQL. */
export class SqlSettings implements SettingWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async get(name: SettingName): Promise<string | undefined> {
    const sql = 'SELECT value FROM settings WHERE name = :name';
    return (await this.#connection.get<{ value: string }>(sql, { name }))?.value;
  }

  async counts(): Promise<StoreCounts> {
    return { ...(await this.#connection.get<StoreCounts>(countsSql)) };
  }

  async expiredCounts(atMs: number): Promise<{ sessions: number; staffSessions: number }> {
    const row = await this.#connection.get<{ sessions: number; staffSessions: number }>(
      `SELECT (SELECT count(*) FROM sessions WHERE expires_at_ms <= :atMs) AS sessions,
         (SELECT count(*) FROM staff_sessions WHERE expires_at_ms <= :atMs) AS "staffSessions"`,
      { atMs },
    );
    return { sessions: row?.sessions ?? 0, staffSessions: row?.staffSessions ?? 0 };
  }

  async put(name: SettingName, value: string): Promise<void> {
    await this.#connection.run(
      `INSERT INTO settings (name, value) VALUES (:name, :value)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
      { name, value },
    );
  }
}
