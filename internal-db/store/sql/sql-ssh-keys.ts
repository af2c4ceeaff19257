// SQL: the public SSH keys of customers' users. See ../ssh-keys.ts for what each operation promises.
import type { UserWithAccount } from '../accounts.ts';
import type { SshKeyRecord, SshKeyWrites } from '../ssh-keys.ts';
import type { SqlConnection } from './sql-connection.ts';
import {
  accountColumns,
  accountOf,
  ownerJoin,
  userColumns,
  userOf,
  type JoinedUserRow,
} from './user-rows.ts';

const keyColumns = `k.id, k.name, k.key_type AS "keyType", k.key_bits AS "keyBits", k.public_key AS "publicKey",
  k.created_at_ms AS "createdAtMs", k.expires_at_ms AS "expiresAtMs", k.last_used_at_ms AS "lastUsedAtMs"`;

/** SSH keys in SQL. */
export class SqlSshKeys implements SshKeyWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async sshKeysOf(userId: string): Promise<SshKeyRecord[]> {
    return this.#connection.all(
      `SELECT k.user_id AS "userId", ${keyColumns} FROM ssh_keys k
       WHERE k.user_id = :userId AND k.removed_at_ms IS NULL ORDER BY k.created_at_ms, k.id`,
      { userId },
    );
  }

  async sshKeyOfUser(
    userName: string,
    publicKey: Uint8Array,
  ): Promise<(UserWithAccount & { sshKey: SshKeyRecord }) | undefined> {
    const row = await this.#connection.get<JoinedUserRow & SshKeyRecord>(
      `SELECT ${keyColumns}, ${userColumns}, ${accountColumns} FROM ssh_keys k
       ${ownerJoin('k')}
       WHERE u.name = :userName AND k.public_key = :publicKey AND k.removed_at_ms IS NULL`,
      { userName, publicKey },
    );
    if (!row) return undefined;
    const { id, userId, name, keyType, keyBits, createdAtMs, expiresAtMs, lastUsedAtMs } = row;
    const sshKey = {
      id,
      userId,
      name,
      keyType,
      keyBits,
      publicKey: row.publicKey,
      createdAtMs,
      expiresAtMs,
      lastUsedAtMs,
    };
    return { sshKey, user: userOf(row), account: accountOf(row) };
  }

  async insertSshKey(key: SshKeyRecord): Promise<void> {
    await this.#connection.run(
      `INSERT INTO ssh_keys (id, user_id, name, key_type, key_bits, public_key, created_at_ms, expires_at_ms,
         last_used_at_ms)
       VALUES (:id, :userId, :name, :keyType, :keyBits, :publicKey, :createdAtMs, :expiresAtMs, :lastUsedAtMs)`,
      { ...key },
    );
  }

  async touchSshKey(id: string, atMs: number): Promise<void> {
    await this.#connection.run('UPDATE ssh_keys SET last_used_at_ms = :atMs WHERE id = :id', { id, atMs });
  }

  async removeSshKeysOf(userId: string, atMs: number): Promise<string[]> {
    const rows = await this.#connection.all<{ id: string }>(
      `UPDATE ssh_keys SET removed_at_ms = :atMs WHERE user_id = :userId AND removed_at_ms IS NULL RETURNING id`,
      { userId, atMs },
    );
    return rows.map(({ id }) => id);
  }

  async removeSshKey(removal: { id: string; userId: string; atMs: number }): Promise<boolean> {
    const changed = await this.#connection.run(
      `UPDATE ssh_keys SET removed_at_ms = :atMs
       WHERE id = :id AND user_id = :userId AND removed_at_ms IS NULL`,
      { ...removal },
    );
    return changed === 1;
  }
}
