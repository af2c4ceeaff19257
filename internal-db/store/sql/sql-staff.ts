// SQL: staff and their console sessions. See ../staff.ts for what each operation promises.
import type { StaffRole } from '#commlink/methods/administration-fields.ts';
import type { StaffRecord, StaffSessionRecord, StaffWrites } from '../staff.ts';
import type { SqlConnection } from './sql-connection.ts';

const staffColumns = `s.id, s.name, s.display_name AS "displayName", s.role, s.password_hash AS "passwordHash",
  s.created_at_ms AS "createdAtMs", s.ended_at_ms AS "endedAtMs"`;

/** Staff in SQL. */
export class SqlStaff implements StaffWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async byName(name: string): Promise<StaffRecord | undefined> {
    return this.#connection.get(`SELECT ${staffColumns} FROM staff s WHERE s.name = :name`, { name });
  }

  async all(): Promise<StaffRecord[]> {
    return this.#connection.all(`SELECT ${staffColumns} FROM staff s ORDER BY s.name`);
  }

  async sessionByHash(
    secretHash: Uint8Array,
  ): Promise<{ staff: StaffRecord; session: StaffSessionRecord } | undefined> {
    const session = await this.#connection.get<StaffSessionRecord>(
      `SELECT secret_hash AS "secretHash", staff_id AS "staffId", created_at_ms AS "createdAtMs",
         expires_at_ms AS "expiresAtMs", second_factor_at_ms AS "secondFactorAtMs", arrival
       FROM staff_sessions WHERE secret_hash = :secretHash`,
      { secretHash },
    );
    if (!session) return undefined;
    const staff = await this.#connection.get<StaffRecord>(
      `SELECT ${staffColumns} FROM staff s WHERE s.id = :id`,
      {
        id: session.staffId,
      },
    );
    return staff && { staff, session };
  }

  async insert(staff: StaffRecord): Promise<void> {
    await this.#connection.run(
      `INSERT INTO staff (id, name, display_name, role, password_hash, created_at_ms, ended_at_ms)
       VALUES (:id, :name, :displayName, :role, :passwordHash, :createdAtMs, :endedAtMs)`,
      { ...staff },
    );
  }

  async setPasswordHash(staffId: string, passwordHash: string): Promise<void> {
    await this.#connection.run('UPDATE staff SET password_hash = :passwordHash WHERE id = :staffId', {
      staffId,
      passwordHash,
    });
  }

  async setRole(staffId: string, role: StaffRole): Promise<void> {
    await this.#connection.run('UPDATE staff SET role = :role WHERE id = :staffId', { staffId, role });
  }

  async setEnded(staffId: string, endedAtMs: number | null): Promise<void> {
    await this.#connection.run('UPDATE staff SET ended_at_ms = :endedAtMs WHERE id = :staffId', {
      staffId,
      endedAtMs,
    });
  }

  async insertSession(session: StaffSessionRecord): Promise<void> {
    await this.#connection.run(
      `INSERT INTO staff_sessions (secret_hash, staff_id, created_at_ms, expires_at_ms, second_factor_at_ms,
         arrival)
       VALUES (:secretHash, :staffId, :createdAtMs, :expiresAtMs, :secondFactorAtMs, :arrival)`,
      { ...session },
    );
  }

  async setSecondFactorProved(secretHash: Uint8Array, atMs: number): Promise<void> {
    await this.#connection.run(
      'UPDATE staff_sessions SET second_factor_at_ms = :atMs, arrival = NULL WHERE secret_hash = :secretHash',
      { secretHash, atMs },
    );
  }

  async deleteSession(secretHash: Uint8Array): Promise<boolean> {
    const sql = 'DELETE FROM staff_sessions WHERE secret_hash = :secretHash';
    return (await this.#connection.run(sql, { secretHash })) === 1;
  }

  async deleteSessionsOf(staffId: string, except: Uint8Array | null): Promise<void> {
    await this.#connection.run(
      'DELETE FROM staff_sessions WHERE staff_id = :staffId AND secret_hash IS DISTINCT FROM :except',
      { staffId, except },
    );
  }

  async deleteExpiredSessions(atMs: number): Promise<void> {
    await this.#connection.run('DELETE FROM staff_sessions WHERE expires_at_ms <= :atMs', { atMs });
  }
}
