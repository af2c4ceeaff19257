// SQLite engine: single values, and the counts that `status` shows. See ../settings.ts.
import type { SettingName, SettingWrites, StoreCounts } from '../settings.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

const countsSql = `SELECT
  (SELECT count(*) FROM accounts) AS accounts,
  (SELECT count(*) FROM users) AS users,
  (SELECT count(*) FROM products) AS products,
  (SELECT count(*) FROM releases) AS releases,
  (SELECT count(*) FROM artifacts) AS artifacts,
  (SELECT count(*) FROM entitlements) AS entitlements,
  (SELECT count(*) FROM deliveries) AS deliveries,
  (SELECT count(*) FROM deliveries WHERE state IN ('requested', 'staged')) AS liveDeliveries,
  (SELECT count(*) FROM downloads) AS downloads,
  (SELECT count(*) FROM sessions) AS sessions,
  (SELECT count(*) FROM staff) AS staff,
  (SELECT count(*) FROM unstage_orders WHERE acknowledged_at_ms IS NULL) AS pendingOrders,
  (SELECT coalesce(max(sequence), 0) FROM audit_log) AS auditEntries`;

/** Settings in SQLite. */
export class SqliteSettings implements SettingWrites {
  readonly #connection: SqliteConnection;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  async get(name: SettingName): Promise<string | undefined> {
    return this.#connection.get<{ value: string }>('SELECT value FROM settings WHERE name = :name', { name })
      ?.value;
  }

  async counts(): Promise<StoreCounts> {
    return { ...this.#connection.get<StoreCounts>(countsSql) };
  }

  async expiredCounts(atMs: number): Promise<{ sessions: number; staffSessions: number }> {
    const row = this.#connection.get<{ sessions: number; staffSessions: number }>(
      `SELECT (SELECT count(*) FROM sessions WHERE expires_at_ms <= :atMs) AS sessions,
         (SELECT count(*) FROM staff_sessions WHERE expires_at_ms <= :atMs) AS staffSessions`,
      { atMs },
    );
    return { sessions: row?.sessions ?? 0, staffSessions: row?.staffSessions ?? 0 };
  }

  async put(name: SettingName, value: string): Promise<void> {
    this.#connection.run(
      `INSERT INTO settings (name, value) VALUES (:name, :value)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
      { name, value },
    );
  }
}
