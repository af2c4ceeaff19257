// SQL: requests for the keys that internal-dbs share. See ../key-requests.ts for what each operation promises.
import type { KeyRequestWrites } from '../key-requests.ts';
import type { SqlConnection } from './sql-connection.ts';

/** Requests in SQL. */
export class SqlKeyRequests implements KeyRequestWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async waiting(limit: number): Promise<string[]> {
    const rows = await this.#connection.all<{ nodeId: string }>(
      `SELECT node_id AS "nodeId" FROM key_requests WHERE answer IS NULL ORDER BY node_id LIMIT :limit`,
      { limit },
    );
    return rows.map(({ nodeId }) => nodeId);
  }

  async answerTo(nodeId: string): Promise<string | null> {
    const sql = 'SELECT answer FROM key_requests WHERE node_id = :nodeId';
    return (await this.#connection.get<{ answer: string | null }>(sql, { nodeId }))?.answer ?? null;
  }

  async request(nodeId: string, atMs: number): Promise<void> {
    await this.#connection.run(
      `INSERT INTO key_requests (node_id, requested_at_ms, answer) VALUES (:nodeId, :atMs, NULL)
       ON CONFLICT (node_id) DO UPDATE SET requested_at_ms = excluded.requested_at_ms, answer = NULL`,
      { nodeId, atMs },
    );
  }

  async answer(nodeId: string, answer: string): Promise<void> {
    const sql = 'UPDATE key_requests SET answer = :answer WHERE node_id = :nodeId';
    await this.#connection.run(sql, { nodeId, answer });
  }

  async withdraw(nodeId: string): Promise<void> {
    await this.#connection.run('DELETE FROM key_requests WHERE node_id = :nodeId', { nodeId });
  }

  async deleteBefore(atMs: number): Promise<void> {
    await this.#connection.run('DELETE FROM key_requests WHERE requested_at_ms < :atMs', { atMs });
  }
}
