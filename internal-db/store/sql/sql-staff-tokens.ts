// SQL: tokens of the staff. See ../staff-tokens.ts for what each operation promises.
import type { StaffRecord } from '../staff.ts';
import type { StaffTokenRecord, StaffTokenWrites } from '../staff-tokens.ts';
import type { SqlConnection } from './sql-connection.ts';

const tokenColumns = `t.id, t.staff_id AS "staffId", t.name, t.scope, t.secret_hash AS "secretHash",
  t.created_at_ms AS "createdAtMs", t.expires_at_ms AS "expiresAtMs", t.last_used_at_ms AS "lastUsedAtMs",
  t.revoked_at_ms AS "revokedAtMs"`;
const staffColumns = `s.id, s.name, s.display_name AS "displayName", s.role, s.password_hash AS "passwordHash",
  s.created_at_ms AS "createdAtMs", s.ended_at_ms AS "endedAtMs"`;

/** Tokens of the staff in SQL. */
export class SqlStaffTokens implements StaffTokenWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async byHash(secretHash: Uint8Array): Promise<{ staff: StaffRecord; token: StaffTokenRecord } | undefined> {
    const token = await this.#connection.get<StaffTokenRecord>(
      `SELECT ${tokenColumns} FROM staff_tokens t WHERE t.secret_hash = :secretHash`,
      { secretHash },
    );
    if (!token) return undefined;
    const staff = await this.#connection.get<StaffRecord>(
      `SELECT ${staffColumns} FROM staff s WHERE s.id = :id`,
      { id: token.staffId },
    );
    return staff && { staff, token };
  }

  async liveOf(staffId: string, atMs: number): Promise<StaffTokenRecord[]> {
    return await this.#connection.all(
      `SELECT ${tokenColumns} FROM staff_tokens t
       WHERE t.staff_id = :staffId AND t.revoked_at_ms IS NULL AND t.expires_at_ms > :atMs
       ORDER BY t.created_at_ms DESC, t.id`,
      { staffId, atMs },
    );
  }

  async insert(token: StaffTokenRecord): Promise<void> {
    await this.#connection.run(
      `INSERT INTO staff_tokens (id, staff_id, name, scope, secret_hash, created_at_ms, expires_at_ms,
         last_used_at_ms, revoked_at_ms)
       VALUES (:id, :staffId, :name, :scope, :secretHash, :createdAtMs, :expiresAtMs, :lastUsedAtMs, :revokedAtMs)`,
      { ...token },
    );
  }

  async touch(id: string, atMs: number): Promise<void> {
    await this.#connection.run('UPDATE staff_tokens SET last_used_at_ms = :atMs WHERE id = :id', {
      id,
      atMs,
    });
  }

  async revoke(which: { id: string; staffId: string; atMs: number }): Promise<boolean> {
    const revoked = await this.#connection.run(
      `UPDATE staff_tokens SET revoked_at_ms = :atMs
       WHERE id = :id AND staff_id = :staffId AND revoked_at_ms IS NULL`,
      { ...which },
    );
    return revoked === 1;
  }

  async revokeAllOf(staffId: string, atMs: number): Promise<number> {
    return await this.#connection.run(
      'UPDATE staff_tokens SET revoked_at_ms = :atMs WHERE staff_id = :staffId AND revoked_at_ms IS NULL',
      { staffId, atMs },
    );
  }
}
