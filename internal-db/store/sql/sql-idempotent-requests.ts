// SQL: requests with an Idempotency-Key. See ../idempotent-requests.ts for what each operation promises.
import type { IdempotentRequestRecord, IdempotentRequestWrites } from '../idempotent-requests.ts';
import type { SqlConnection } from './sql-connection.ts';

const ofKey = 'caller_hash = :callerHash AND request_key = :requestKey';

/** Idempotent requests in SQL. */
export class SqlIdempotentRequests implements IdempotentRequestWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async find(callerHash: Uint8Array, requestKey: string): Promise<IdempotentRequestRecord | undefined> {
    return this.#connection.get(
      `SELECT caller_hash AS "callerHash", request_key AS "requestKey", fingerprint, begun_at_ms AS "begunAtMs",
         sealed_answer AS "sealedAnswer"
       FROM idempotent_requests WHERE ${ofKey}`,
      { callerHash, requestKey },
    );
  }

  async countOf(callerHash: Uint8Array): Promise<number> {
    const sql = 'SELECT count(*) AS count FROM idempotent_requests WHERE caller_hash = :callerHash';
    return (await this.#connection.get<{ count: number }>(sql, { callerHash }))?.count ?? 0;
  }

  async put(request: IdempotentRequestRecord): Promise<void> {
    await this.#connection.run(
      `INSERT INTO idempotent_requests (caller_hash, request_key, fingerprint, begun_at_ms, sealed_answer)
       VALUES (:callerHash, :requestKey, :fingerprint, :begunAtMs, :sealedAnswer)
       ON CONFLICT (caller_hash, request_key) DO UPDATE SET fingerprint = excluded.fingerprint,
         begun_at_ms = excluded.begun_at_ms, sealed_answer = excluded.sealed_answer`,
      { ...request },
    );
  }

  async delete(callerHash: Uint8Array, requestKey: string): Promise<void> {
    await this.#connection.run(`DELETE FROM idempotent_requests WHERE ${ofKey}`, { callerHash, requestKey });
  }

  async deleteBegunBefore(atMs: number, limit: number): Promise<number> {
    return this.#connection.run(
      `DELETE FROM idempotent_requests WHERE (caller_hash, request_key) IN (
         SELECT caller_hash, request_key FROM idempotent_requests WHERE begun_at_ms < :atMs LIMIT :limit)`,
      { atMs, limit },
    );
  }
}
