// SQL: browser sessions and personal tokens. See ../sessions.ts for what each operation promises.
import type { TokenScope } from '#commlink/methods/session-owner.ts';
import type { UserWithAccount } from '../accounts.ts';
import type { SessionRecord, SessionWrites, TokenRecord } from '../sessions.ts';
import type { SqlConnection } from './sql-connection.ts';
import {
  accountColumns,
  accountOf,
  ownerJoin,
  userColumns,
  userOf,
  type JoinedUserRow,
} from './user-rows.ts';

const owners = ownerJoin('s');
const sessionColumns = `s.id, s.secret_hash AS "secretHash", s.address, s.client, s.created_at_ms AS "createdAtMs",
  s.last_used_at_ms AS "lastUsedAtMs", s.expires_at_ms AS "expiresAtMs"`;
const tokenColumns = `s.id, s.name, s.secret_hash AS "secretHash", s.scopes, s.created_at_ms AS "createdAtMs",
  s.expires_at_ms AS "expiresAtMs", s.last_used_at_ms AS "lastUsedAtMs", s.revoked_at_ms AS "revokedAtMs"`;

type TokenRow = Omit<TokenRecord, 'scopes'> & { readonly scopes: string };

/** Sessions and tokens in SQL. */
export class SqlSessions implements SessionWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async sessionByHash(
    secretHash: Uint8Array,
  ): Promise<(UserWithAccount & { session: SessionRecord }) | undefined> {
    const row = await this.#connection.get<JoinedUserRow & SessionRecord>(
      `SELECT ${sessionColumns}, ${userColumns}, ${accountColumns}
       FROM sessions s ${owners} WHERE s.secret_hash = :secretHash`,
      { secretHash },
    );
    return row && { session: sessionOf(row), user: userOf(row), account: accountOf(row) };
  }

  async tokenByHash(secretHash: Uint8Array): Promise<(UserWithAccount & { token: TokenRecord }) | undefined> {
    const row = await this.#connection.get<JoinedUserRow & TokenRow>(
      `SELECT ${tokenColumns}, ${userColumns}, ${accountColumns}
       FROM personal_tokens s ${owners} WHERE s.secret_hash = :secretHash`,
      { secretHash },
    );
    return row && { token: tokenOf(row), user: userOf(row), account: accountOf(row) };
  }

  async liveTokensOf(userId: string, atMs: number): Promise<TokenRecord[]> {
    const rows = await this.#connection.all<TokenRow>(
      `SELECT s.user_id AS "userId", ${tokenColumns} FROM personal_tokens s
       WHERE s.user_id = :userId AND s.revoked_at_ms IS NULL AND s.expires_at_ms > :atMs
       ORDER BY s.created_at_ms, s.id`,
      { userId, atMs },
    );
    return rows.map(tokenOf);
  }

  async liveSessionsOf(userId: string, atMs: number, limit: number): Promise<SessionRecord[]> {
    return this.#connection.all(
      `SELECT s.user_id AS "userId", ${sessionColumns} FROM sessions s
       WHERE s.user_id = :userId AND s.expires_at_ms > :atMs ORDER BY s.created_at_ms DESC, s.id LIMIT :limit`,
      { userId, atMs, limit },
    );
  }

  async insertSession(session: SessionRecord): Promise<void> {
    await this.#connection.run(
      `INSERT INTO sessions (id, user_id, secret_hash, address, client, created_at_ms, last_used_at_ms,
         expires_at_ms)
       VALUES (:id, :userId, :secretHash, :address, :client, :createdAtMs, :lastUsedAtMs, :expiresAtMs)`,
      { ...session },
    );
    await this.#connection.run('UPDATE users SET last_sign_in_at_ms = :createdAtMs WHERE id = :userId', {
      createdAtMs: session.createdAtMs,
      userId: session.userId,
    });
  }

  async touchSession(id: string, atMs: number): Promise<void> {
    await this.#connection.run('UPDATE sessions SET last_used_at_ms = :atMs WHERE id = :id', { id, atMs });
  }

  async deleteSession(secretHash: Uint8Array): Promise<boolean> {
    return (
      (await this.#connection.run('DELETE FROM sessions WHERE secret_hash = :secretHash', { secretHash })) ===
      1
    );
  }

  async deleteSessionOf(userId: string, id: string): Promise<boolean> {
    const sql = 'DELETE FROM sessions WHERE id = :id AND user_id = :userId';
    return (await this.#connection.run(sql, { id, userId })) === 1;
  }

  async deleteSessionsOf(userId: string, except: string | null): Promise<number> {
    const sql = 'DELETE FROM sessions WHERE user_id = :userId AND id IS DISTINCT FROM :except';
    return this.#connection.run(sql, { userId, except });
  }

  async deleteSessionsOfAccount(accountId: string): Promise<void> {
    await this.#connection.run(
      'DELETE FROM sessions WHERE user_id IN (SELECT id FROM users WHERE account_id = :accountId)',
      { accountId },
    );
  }

  async deleteExpiredSessions(atMs: number): Promise<void> {
    await this.#connection.run('DELETE FROM sessions WHERE expires_at_ms <= :atMs', { atMs });
  }

  async insertToken(token: TokenRecord): Promise<void> {
    await this.#connection.run(
      `INSERT INTO personal_tokens (id, user_id, name, secret_hash, scopes, created_at_ms, expires_at_ms,
         last_used_at_ms, revoked_at_ms)
       VALUES (:id, :userId, :name, :secretHash, :scopes, :createdAtMs, :expiresAtMs, :lastUsedAtMs, :revokedAtMs)`,
      { ...token, scopes: token.scopes.toSorted().toReversed().join(' ') },
    );
  }

  async touchToken(id: string, atMs: number): Promise<void> {
    await this.#connection.run('UPDATE personal_tokens SET last_used_at_ms = :atMs WHERE id = :id', {
      id,
      atMs,
    });
  }

  async revokeTokensOf(userId: string, atMs: number): Promise<string[]> {
    const rows = await this.#connection.all<{ id: string }>(
      `UPDATE personal_tokens SET revoked_at_ms = :atMs
       WHERE user_id = :userId AND revoked_at_ms IS NULL AND expires_at_ms > :atMs RETURNING id`,
      { userId, atMs },
    );
    return rows.map(({ id }) => id);
  }

  async revokeToken(revocation: { id: string; userId: string; atMs: number }): Promise<boolean> {
    const changed = await this.#connection.run(
      `UPDATE personal_tokens SET revoked_at_ms = :atMs
       WHERE id = :id AND user_id = :userId AND revoked_at_ms IS NULL`,
      { ...revocation },
    );
    return changed === 1;
  }
}

function sessionOf(row: JoinedUserRow & SessionRecord): SessionRecord {
  const { id, userId, secretHash, address, client, createdAtMs, lastUsedAtMs, expiresAtMs } = row;
  return { id, userId, secretHash, address, client, createdAtMs, lastUsedAtMs, expiresAtMs };
}

function tokenOf(row: TokenRow): TokenRecord {
  const { id, userId, name, secretHash, createdAtMs, expiresAtMs, lastUsedAtMs, revokedAtMs } = row;
  const scopes = row.scopes.split(' ') as TokenScope[];
  return { id, userId, name, secretHash, scopes, createdAtMs, expiresAtMs, lastUsedAtMs, revokedAtMs };
}
