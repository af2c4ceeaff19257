// SQL: logins and refused logins. See ../access-events.ts for what each operation promises.
import type { AccessEvent, AccessEventRecord, AccessEventWrites, TimePlace } from '../access-events.ts';
import type { SqlConnection } from './sql-connection.ts';

const minuteMs = 60_000;

/** Events in SQL. */
export class SqlAccessEvents implements AccessEventWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async ofAccount(
    accountId: string,
    page: { after: TimePlace<number> | null; refused: boolean | null; limit: number },
  ): Promise<AccessEventRecord[]> {
    const { after, refused, limit } = page;
    const sides = refused === null ? '' : `AND refusal ${refused ? '<>' : '='} ''`;
    return this.#connection.all(
      `SELECT id, account_id AS "accountId", at_ms AS "atMs", door, nullif(protocol, '') AS protocol, principal, address,
         nullif(refusal, '') AS refusal, event_count AS "eventCount"
       FROM access_events WHERE account_id = :accountId ${sides} AND (at_ms, id) < (:afterMs, :afterId)
       ORDER BY at_ms DESC, id DESC LIMIT :limit`,
      {
        accountId,
        afterMs: after?.atMs ?? Number.MAX_SAFE_INTEGER,
        afterId: after?.id ?? Number.MAX_SAFE_INTEGER,
        limit,
      },
    );
  }

  async count(event: AccessEvent, eventCount: number): Promise<void> {
    const { protocol, refusal, ...columns } = event;
    await this.#connection.run(
      `INSERT INTO access_events (account_id, at_ms, minute, door, protocol, principal, address, refusal, event_count)
       VALUES (:accountId, :atMs, :minute, :door, :protocol, :principal, :address, :refusal, :eventCount)
       ON CONFLICT (account_id, minute, door, protocol, principal, address, refusal)
         DO UPDATE SET event_count = access_events.event_count + excluded.event_count`,
      {
        ...columns,
        protocol: protocol ?? '',
        refusal: refusal ?? '',
        minute: Math.floor(event.atMs / minuteMs),
        eventCount,
      },
    );
  }

  async deleteBefore(atMs: number, limit: number): Promise<number> {
    return this.#connection.run(
      'DELETE FROM access_events WHERE id IN (SELECT id FROM access_events WHERE at_ms < :atMs LIMIT :limit)',
      { atMs, limit },
    );
  }
}
