// SQL: second factors. See ../second-factors.ts for what each operation promises.
import type { PasskeyRecord, SecondFactorWrites, TotpRecord } from '../second-factors.ts';
import type { SqlConnection } from './sql-connection.ts';

const passkeySql = `SELECT id, owner_id AS "ownerId", name, credential_id AS "credentialId", public_key AS "publicKey",
  sign_count AS "signCount", transports, created_at_ms AS "createdAtMs", last_used_at_ms AS "lastUsedAtMs"
  FROM passkeys`;

type PasskeyRow = Omit<PasskeyRecord, 'transports'> & { readonly transports: string };

/** Second factors in SQL. */
export class SqlSecondFactors implements SecondFactorWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async totpOf(ownerId: string): Promise<TotpRecord | undefined> {
    return this.#connection.get(
      `SELECT owner_id AS "ownerId", sealed, last_step AS "lastStep", created_at_ms AS "createdAtMs"
       FROM totp_secrets WHERE owner_id = :ownerId AND sealed IS NOT NULL`,
      { ownerId },
    );
  }

  async openTotps(limit: number): Promise<{ ownerId: string; secret: Uint8Array }[]> {
    const sql =
      'SELECT owner_id AS "ownerId", secret FROM totp_secrets WHERE secret IS NOT NULL LIMIT :limit';
    return this.#connection.all(sql, { limit });
  }

  async sealedTotps(afterOwnerId: string, limit: number): Promise<{ ownerId: string; sealed: string }[]> {
    return await this.#connection.all(
      `SELECT owner_id AS "ownerId", sealed FROM totp_secrets
       WHERE owner_id > :afterOwnerId AND sealed IS NOT NULL ORDER BY owner_id LIMIT :limit`,
      { afterOwnerId, limit },
    );
  }

  async sealTotp({ ownerId, sealed }: { ownerId: string; sealed: string }): Promise<void> {
    const sql = 'UPDATE totp_secrets SET secret = NULL, sealed = :sealed WHERE owner_id = :ownerId';
    await this.#connection.run(sql, { ownerId, sealed });
  }

  async recoveryCodeCount(ownerId: string): Promise<number> {
    const sql = 'SELECT count(*) AS count FROM recovery_codes WHERE owner_id = :ownerId';
    return (await this.#connection.get<{ count: number }>(sql, { ownerId }))?.count ?? 0;
  }

  async passkeysOf(ownerId: string): Promise<PasskeyRecord[]> {
    const sql = `${passkeySql} WHERE owner_id = :ownerId ORDER BY created_at_ms, id`;
    return (await this.#connection.all<PasskeyRow>(sql, { ownerId })).map(passkeyOf);
  }

  async passkeyByCredential(credentialId: string): Promise<PasskeyRecord | undefined> {
    const sql = `${passkeySql} WHERE credential_id = :credentialId`;
    const row = await this.#connection.get<PasskeyRow>(sql, { credentialId });
    return row && passkeyOf(row);
  }

  async putTotp(totp: TotpRecord): Promise<void> {
    await this.#connection.run(
      `INSERT INTO totp_secrets (owner_id, sealed, last_step, created_at_ms)
       VALUES (:ownerId, :sealed, :lastStep, :createdAtMs)
       ON CONFLICT (owner_id) DO UPDATE SET secret = NULL, sealed = excluded.sealed, last_step = excluded.last_step,
         created_at_ms = excluded.created_at_ms`,
      { ...totp },
    );
  }

  async advanceTotp(
    { ownerId, sealed }: Pick<TotpRecord, 'ownerId' | 'sealed'>,
    step: number,
  ): Promise<boolean> {
    const sql = `UPDATE totp_secrets SET last_step = :step
      WHERE owner_id = :ownerId AND sealed = :sealed AND last_step < :step`;
    return (await this.#connection.run(sql, { ownerId, sealed, step })) === 1;
  }

  async deleteTotp(ownerId: string): Promise<boolean> {
    const sql = 'DELETE FROM totp_secrets WHERE owner_id = :ownerId';
    return (await this.#connection.run(sql, { ownerId })) === 1;
  }

  async putRecoveryCodes(ownerId: string, secretHashes: readonly Uint8Array[]): Promise<void> {
    await this.#connection.run('DELETE FROM recovery_codes WHERE owner_id = :ownerId', { ownerId });
    for (const secretHash of secretHashes) {
      const sql = 'INSERT INTO recovery_codes (owner_id, secret_hash) VALUES (:ownerId, :secretHash)';
      await this.#connection.run(sql, { ownerId, secretHash });
    }
  }

  async takeRecoveryCode(ownerId: string, secretHash: Uint8Array): Promise<boolean> {
    const sql = 'DELETE FROM recovery_codes WHERE owner_id = :ownerId AND secret_hash = :secretHash';
    return (await this.#connection.run(sql, { ownerId, secretHash })) === 1;
  }

  async insertPasskey(passkey: PasskeyRecord): Promise<void> {
    await this.#connection.run(
      `INSERT INTO passkeys (id, owner_id, name, credential_id, public_key, sign_count, transports,
         created_at_ms, last_used_at_ms)
       VALUES (:id, :ownerId, :name, :credentialId, :publicKey, :signCount, :transports,
         :createdAtMs, :lastUsedAtMs)`,
      { ...passkey, transports: JSON.stringify(passkey.transports) },
    );
  }

  async touchPasskey(id: string, { signCount, atMs }: { signCount: number; atMs: number }): Promise<void> {
    const sql = 'UPDATE passkeys SET sign_count = :signCount, last_used_at_ms = :atMs WHERE id = :id';
    await this.#connection.run(sql, { id, signCount, atMs });
  }

  async deletePasskey(ownerId: string, id: string): Promise<boolean> {
    const sql = 'DELETE FROM passkeys WHERE owner_id = :ownerId AND id = :id';
    return (await this.#connection.run(sql, { ownerId, id })) === 1;
  }

  async deleteAllOf(ownerId: string): Promise<boolean> {
    const tables = ['totp_secrets', 'recovery_codes', 'passkeys'];
    let deletedCount = 0;
    for (const table of tables) {
      deletedCount += await this.#connection.run(`DELETE FROM ${table} WHERE owner_id = :ownerId`, {
        ownerId,
      });
    }
    return deletedCount > 0;
  }
}

function passkeyOf(row: PasskeyRow): PasskeyRecord {
  return { ...row, transports: JSON.parse(row.transports) as string[] };
}
