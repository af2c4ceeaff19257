// SQL: tokens and SSH keys that lie about unused. See ../unused-credentials.ts for what each operation promises.
import type { UnusedCredentialRecord, UnusedCredentialWrites } from '../unused-credentials.ts';
import type { SqlConnection } from './sql-connection.ts';

const tables = { token: 'personal_tokens', key: 'ssh_keys' } as const;

/** Of either table: what is still good for something, and whose owner can be told. */
const unusedSql = (kind: UnusedCredentialRecord['kind'], isGood: string): string =>
  `SELECT '${kind}' AS kind, c.id, c.name, c.user_id AS "userId", c.last_used_at_ms AS "lastUsedAtMs"
   FROM ${tables[kind]} c
     JOIN users u ON u.id = c.user_id AND u.removed_at_ms IS NULL AND u.email IS NOT NULL
     JOIN accounts a ON a.id = u.account_id AND a.state = 'active'
   WHERE ${isGood} AND c.told_unused_at_ms IS NULL
     AND COALESCE(c.last_used_at_ms, c.created_at_ms) <= :sinceMs
   ORDER BY COALESCE(c.last_used_at_ms, c.created_at_ms) LIMIT :limit`;

/** The statements. */
export const unusedCredentialsSql = {
  token: unusedSql('token', 'c.revoked_at_ms IS NULL AND c.expires_at_ms > :atMs'),
  key: unusedSql('key', 'c.removed_at_ms IS NULL AND (c.expires_at_ms IS NULL OR c.expires_at_ms > :atMs)'),
} as const;

/** Unused tokens and keys in SQL. */
export class SqlUnusedCredentials implements UnusedCredentialWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async unusedToTell(wanted: {
    atMs: number;
    sinceMs: number;
    limit: number;
  }): Promise<UnusedCredentialRecord[]> {
    const tokens = await this.#connection.all<UnusedCredentialRecord>(unusedCredentialsSql.token, wanted);
    const keys = await this.#connection.all<UnusedCredentialRecord>(unusedCredentialsSql.key, wanted);
    return [...tokens, ...keys];
  }

  async noteTold(told: { kind: UnusedCredentialRecord['kind']; id: string; atMs: number }): Promise<void> {
    const { kind, ...rest } = told;
    await this.#connection.run(`UPDATE ${tables[kind]} SET told_unused_at_ms = :atMs WHERE id = :id`, rest);
  }
}
