// SQL: bans. See ../bans.ts for what each operation promises.
import type { BanRecord, BanWrites } from '../bans.ts';
import type { SqlConnection } from './sql-connection.ts';

const columnsSql = `id, network, reason, banned_by AS "bannedBy", created_at_ms AS "createdAtMs", until_ms AS "untilMs",
  ended_at_ms AS "endedAtMs", end_reason AS "endReason"`;
const runningSql = 'ended_at_ms IS NULL AND until_ms > :atMs';

/** Bans in SQL. */
export class SqlBans implements BanWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async running(atMs: number, limit: number): Promise<BanRecord[]> {
    return this.#connection.all(
      // What is in force is displaced by nothing: operators' own first, then the oldest.
      `SELECT * FROM (SELECT ${columnsSql} FROM bans WHERE ${runningSql}
         ORDER BY banned_by = 'internal-db', created_at_ms, id LIMIT :limit) running
       ORDER BY "createdAtMs" DESC, id`,
      { atMs, limit },
    );
  }

  async countSince(by: { network: string; bannedBy: string; sinceMs: number }): Promise<number> {
    const row = await this.#connection.get<{ count: number }>(
      `SELECT count(*) AS count FROM bans WHERE network = :network AND banned_by = :bannedBy
         AND created_at_ms >= :sinceMs AND ended_at_ms IS NULL`,
      by,
    );
    return row?.count ?? 0;
  }

  async insert(ban: Omit<BanRecord, 'endedAtMs' | 'endReason'>): Promise<void> {
    await this.#connection.run(
      `INSERT INTO bans (id, network, reason, banned_by, created_at_ms, until_ms)
       VALUES (:id, :network, :reason, :bannedBy, :createdAtMs, :untilMs)`,
      { ...ban },
    );
  }

  async end(network: string, { atMs, reason }: { atMs: number; reason: string }): Promise<BanRecord[]> {
    const bans = await this.#connection.all<BanRecord>(
      `SELECT ${columnsSql} FROM bans WHERE network = :network AND ${runningSql}`,
      { network, atMs },
    );
    await this.#connection.run(
      `UPDATE bans SET ended_at_ms = :atMs, end_reason = :reason WHERE network = :network AND ${runningSql}`,
      { network, atMs, reason },
    );
    return bans;
  }

  async deleteOver(beforeMs: number): Promise<void> {
    await this.#connection.run('DELETE FROM bans WHERE until_ms < :beforeMs', { beforeMs });
  }
}
