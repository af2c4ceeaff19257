// SQL: accounts and users. See ../accounts.ts for what each operation promises.
import type { AccountRecord, AccountWrites, UserRecord, UserWithAccount } from '../accounts.ts';
import type { SqlConnection } from './sql-connection.ts';
import { accountColumns, accountOf, userColumns, userOf, type JoinedUserRow } from './user-rows.ts';

const accountSql = `SELECT id, name, display_name AS "displayName", state, created_at_ms AS "createdAtMs" FROM accounts`;

/** Accounts in SQL. */
export class SqlAccounts implements AccountWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async byId(id: string): Promise<AccountRecord | undefined> {
    return this.#connection.get(`${accountSql} WHERE id = :id`, { id });
  }

  async byName(name: string): Promise<AccountRecord | undefined> {
    return this.#connection.get(`${accountSql} WHERE name = :name`, { name });
  }

  async all(): Promise<AccountRecord[]> {
    return this.#connection.all(`${accountSql} ORDER BY name`);
  }

  async page({ after, limit }: { after: string | null; limit: number }): Promise<AccountRecord[]> {
    return this.#connection.all(`${accountSql} WHERE name > :after ORDER BY name LIMIT :limit`, {
      after: after ?? '',
      limit,
    });
  }

  async userByName(name: string): Promise<UserWithAccount | undefined> {
    const row = await this.#connection.get<JoinedUserRow>(
      `SELECT ${userColumns}, ${accountColumns}
       FROM users u JOIN accounts a ON a.id = u.account_id WHERE u.name = :name AND u.removed_at_ms IS NULL`,
      { name },
    );
    return row && { user: userOf(row), account: accountOf(row) };
  }

  async insert(account: AccountRecord): Promise<void> {
    await this.#connection.run(
      `INSERT INTO accounts (id, name, display_name, state, created_at_ms)
       VALUES (:id, :name, :displayName, :state, :createdAtMs)`,
      { ...account },
    );
  }

  async setState(id: string, state: AccountRecord['state']): Promise<void> {
    await this.#connection.run('UPDATE accounts SET state = :state WHERE id = :id', { id, state });
  }

  async insertUser(user: UserRecord): Promise<void> {
    await this.#connection.run(
      `INSERT INTO users (id, account_id, name, display_name, password_hash, role, email, language, created_at_ms)
       VALUES (:id, :accountId, :name, :displayName, :passwordHash, :role, :email, :language, :createdAtMs)`,
      { ...user },
    );
  }

  async setPasswordHash(userId: string, passwordHash: string): Promise<void> {
    await this.#connection.run('UPDATE users SET password_hash = :passwordHash WHERE id = :userId', {
      userId,
      passwordHash,
    });
  }
}
