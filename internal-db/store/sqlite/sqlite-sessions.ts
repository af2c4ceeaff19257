// SQLite engine: browser sessions and personal tokens. See ../sessions.ts for what each operation promises.
import type { UserWithAccount } from '../accounts.ts';
import type { SessionRecord, SessionWrites, TokenRecord } from '../sessions.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { accountColumns, accountOf, userColumns, userOf, type JoinedUserRow } from './user-rows.ts';

const owners = 'JOIN users u ON u.id = s.user_id JOIN accounts a ON a.id = u.account_id';
const sessionColumns = `s.id, s.secret_hash AS secretHash, s.address, s.created_at_ms AS createdAtMs,
  s.expires_at_ms AS expiresAtMs`;
const tokenColumns = `s.id, s.name, s.secret_hash AS secretHash, s.created_at_ms AS createdAtMs,
  s.expires_at_ms AS expiresAtMs, s.last_used_at_ms AS lastUsedAtMs, s.revoked_at_ms AS revokedAtMs`;

/** Sessions and tokens in SQLite. */
export class SqliteSessions implements SessionWrites {
  readonly #connection: SqliteConnection;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  async sessionByHash(
    secretHash: Uint8Array,
  ): Promise<(UserWithAccount & { session: SessionRecord }) | undefined> {
    const row = this.#connection.get<JoinedUserRow & SessionRecord>(
      `SELECT ${sessionColumns}, ${userColumns}, ${accountColumns}
       FROM sessions s ${owners} WHERE s.secret_hash = :secretHash`,
      { secretHash },
    );
    if (!row) return undefined;
    const { id, userId, address, createdAtMs, expiresAtMs } = row;
    const session = { id, userId, secretHash: row.secretHash, address, createdAtMs, expiresAtMs };
    return { session, user: userOf(row), account: accountOf(row) };
  }

  async tokenByHash(secretHash: Uint8Array): Promise<(UserWithAccount & { token: TokenRecord }) | undefined> {
    const row = this.#connection.get<JoinedUserRow & TokenRecord>(
      `SELECT ${tokenColumns}, ${userColumns}, ${accountColumns}
       FROM personal_tokens s ${owners} WHERE s.secret_hash = :secretHash`,
      { secretHash },
    );
    if (!row) return undefined;
    const { id, userId, name, createdAtMs, expiresAtMs, lastUsedAtMs, revokedAtMs } = row;
    const token = { id, userId, name, secretHash: row.secretHash, createdAtMs, expiresAtMs };
    return { token: { ...token, lastUsedAtMs, revokedAtMs }, user: userOf(row), account: accountOf(row) };
  }

  async liveTokensOf(userId: string, atMs: number): Promise<TokenRecord[]> {
    return this.#connection.all(
      `SELECT s.user_id AS userId, ${tokenColumns} FROM personal_tokens s
       WHERE s.user_id = :userId AND s.revoked_at_ms IS NULL AND s.expires_at_ms > :atMs
       ORDER BY s.created_at_ms, s.id`,
      { userId, atMs },
    );
  }

  async insertSession(session: SessionRecord): Promise<void> {
    this.#connection.run(
      `INSERT INTO sessions (id, user_id, secret_hash, address, created_at_ms, expires_at_ms)
       VALUES (:id, :userId, :secretHash, :address, :createdAtMs, :expiresAtMs)`,
      { ...session },
    );
  }

  async deleteSession(secretHash: Uint8Array): Promise<boolean> {
    return this.#connection.run('DELETE FROM sessions WHERE secret_hash = :secretHash', { secretHash }) === 1;
  }

  async deleteSessionsOfAccount(accountId: string): Promise<void> {
    this.#connection.run(
      'DELETE FROM sessions WHERE user_id IN (SELECT id FROM users WHERE account_id = :accountId)',
      { accountId },
    );
  }

  async deleteExpiredSessions(atMs: number): Promise<void> {
    this.#connection.run('DELETE FROM sessions WHERE expires_at_ms <= :atMs', { atMs });
  }

  async insertToken(token: TokenRecord): Promise<void> {
    this.#connection.run(
      `INSERT INTO personal_tokens (id, user_id, name, secret_hash, created_at_ms, expires_at_ms,
         last_used_at_ms, revoked_at_ms)
       VALUES (:id, :userId, :name, :secretHash, :createdAtMs, :expiresAtMs, :lastUsedAtMs, :revokedAtMs)`,
      { ...token },
    );
  }

  async touchToken(id: string, atMs: number): Promise<void> {
    this.#connection.run('UPDATE personal_tokens SET last_used_at_ms = :atMs WHERE id = :id', { id, atMs });
  }

  async revokeToken(revocation: { id: string; userId: string; atMs: number }): Promise<boolean> {
    const changed = this.#connection.run(
      `UPDATE personal_tokens SET revoked_at_ms = :atMs
       WHERE id = :id AND user_id = :userId AND revoked_at_ms IS NULL`,
      { ...revocation },
    );
    return changed === 1;
  }
}
