// SQL: visits of the portal's home page. See ../portal-visits.ts for what each operation promises.
import type { PortalVisitRecord, PortalVisitWrites } from '../portal-visits.ts';
import type { SqlConnection } from './sql-connection.ts';

/** Visits in SQL. */
export class SqlPortalVisits implements PortalVisitWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async visitOf(userId: string): Promise<PortalVisitRecord | undefined> {
    return this.#connection.get(
      `SELECT user_id AS "userId", previous_at_ms AS "previousAtMs", last_at_ms AS "lastAtMs"
       FROM portal_visits WHERE user_id = :userId`,
      { userId },
    );
  }

  async put(visit: PortalVisitRecord): Promise<void> {
    await this.#connection.run(
      `INSERT INTO portal_visits (user_id, previous_at_ms, last_at_ms) VALUES (:userId, :previousAtMs, :lastAtMs)
       ON CONFLICT (user_id) DO UPDATE SET previous_at_ms = excluded.previous_at_ms,
         last_at_ms = excluded.last_at_ms`,
      { ...visit },
    );
  }
}
