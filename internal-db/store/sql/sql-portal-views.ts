// SQL: views of the portal by staff. See ../portal-views.ts for what each operation promises.
import type { PortalViewRecord, PortalViewWrites, ToldViewRecord, ViewWithUser } from '../portal-views.ts';
import type { SqlConnection } from './sql-connection.ts';
import {
  accountColumns,
  accountOf,
  ownerJoin,
  userColumns,
  userOf,
  type JoinedUserRow,
} from './user-rows.ts';

const viewColumns = `v.id AS "viewId", v.staff_id AS "staffId", v.reason, v.told, v.code_hash AS "codeHash",
  v.secret_hash AS "secretHash", v.created_at_ms AS "createdAtMs", v.opened_at_ms AS "openedAtMs",
  v.expires_at_ms AS "expiresAtMs", st.name AS "staffName"`;
const viewJoins = `${ownerJoin('v')} JOIN staff st ON st.id = v.staff_id AND st.ended_at_ms IS NULL`;

const viewSql = (column: 'code_hash' | 'secret_hash'): string =>
  `SELECT ${viewColumns}, ${userColumns}, ${accountColumns} FROM portal_views v ${viewJoins}
   WHERE v.${column} = :hash`;
const [byCodeSql, bySecretSql] = [viewSql('code_hash'), viewSql('secret_hash')];

const toldWhere = (more: string): string =>
  `SELECT v.id, u.name AS "userName", v.reason, v.opened_at_ms AS "openedAtMs"
   FROM portal_views v JOIN users u ON u.id = v.user_id
   WHERE v.account_id = :accountId AND v.told = 1 AND v.opened_at_ms IS NOT NULL ${more}
   ORDER BY v.opened_at_ms DESC LIMIT :limit`;
const [toldSql, toldOfUserSql] = [toldWhere(''), toldWhere('AND v.user_id = :userId')];

/** What portal and sessions ask, for a look at the plans. */
export const portalViewStatements = { byCodeSql, bySecretSql, toldSql, toldOfUserSql } as const;

interface ViewRow extends JoinedUserRow, Omit<PortalViewRecord, 'id' | 'isTold' | 'accountId' | 'userId'> {
  readonly viewId: string;
  readonly told: 0 | 1;
  readonly staffName: string;
}

/** Views in SQL. */
export class SqlPortalViews implements PortalViewWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async viewByCode(codeHash: Uint8Array): Promise<ViewWithUser | undefined> {
    const row = await this.#connection.get<ViewRow>(byCodeSql, { hash: codeHash });
    return row && viewOf(row);
  }

  async viewBySecret(secretHash: Uint8Array): Promise<ViewWithUser | undefined> {
    const row = await this.#connection.get<ViewRow>(bySecretSql, { hash: secretHash });
    return row && viewOf(row);
  }

  async toldViews(wanted: {
    accountId: string;
    userId: string | null;
    limit: number;
  }): Promise<ToldViewRecord[]> {
    const { userId, ...ofAccount } = wanted;
    if (userId === null) return await this.#connection.all(toldSql, ofAccount);
    return await this.#connection.all(toldOfUserSql, { ...ofAccount, userId });
  }

  async insertView({ isTold, ...view }: PortalViewRecord): Promise<void> {
    await this.#connection.run(
      `INSERT INTO portal_views (id, account_id, user_id, staff_id, reason, told, code_hash, secret_hash,
         created_at_ms, opened_at_ms, expires_at_ms)
       VALUES (:id, :accountId, :userId, :staffId, :reason, :told, :codeHash, :secretHash, :createdAtMs,
         :openedAtMs, :expiresAtMs)`,
      { ...view, told: isTold ? 1 : 0 },
    );
  }

  async openView(opened: {
    id: string;
    secretHash: Uint8Array;
    atMs: number;
    expiresAtMs: number;
  }): Promise<void> {
    await this.#connection.run(
      `UPDATE portal_views SET code_hash = NULL, secret_hash = :secretHash, opened_at_ms = :atMs,
         expires_at_ms = :expiresAtMs WHERE id = :id`,
      opened,
    );
  }

  async endView(id: string, atMs: number): Promise<void> {
    await this.#connection.run(
      'UPDATE portal_views SET secret_hash = NULL, expires_at_ms = :atMs WHERE id = :id',
      { id, atMs },
    );
  }

  async forgetViews(before: { openedBeforeMs: number; unusedBeforeMs: number }): Promise<void> {
    await this.#connection.run(
      `DELETE FROM portal_views WHERE expires_at_ms < :openedBeforeMs
         OR (expires_at_ms < :unusedBeforeMs AND opened_at_ms IS NULL)`,
      before,
    );
  }
}

function viewOf(row: ViewRow): ViewWithUser {
  const { viewId: id, staffId, reason, told, codeHash, secretHash, createdAtMs, openedAtMs } = row;
  const [user, account] = [userOf(row), accountOf(row)];
  const whose = { accountId: account.id, userId: user.id, staffId };
  const times = { createdAtMs, openedAtMs, expiresAtMs: row.expiresAtMs };
  const view = { id, ...whose, reason, isTold: told === 1, codeHash, secretHash, ...times };
  return { user, account, view, staffName: row.staffName };
}
