// SQL: licence agreements and their acceptances. See ../licences.ts for what each operation promises.
import type { LicenceAcceptanceRecord, LicenceAgreementRecord, LicenceWrites } from '../licences.ts';
import type { SqlConnection } from './sql-connection.ts';

const agreementSql = `SELECT id, name, version, title, in_force_at_ms AS "inForceAtMs", added_by AS "addedBy",
  added_at_ms AS "addedAtMs" FROM licence_agreements`;
const versionsSql = `${agreementSql} WHERE name = :name ORDER BY in_force_at_ms DESC`;
const firstPageSql = `${agreementSql} ORDER BY name, in_force_at_ms LIMIT :limit`;
const pageSql = `${agreementSql} WHERE (name, in_force_at_ms) > (:name, :inForceAtMs)
  ORDER BY name, in_force_at_ms LIMIT :limit`;
const namesAskedSql = `SELECT DISTINCT licence_agreement AS name FROM entitlements
  WHERE account_id = :accountId AND licence_agreement IS NOT NULL AND revoked_at_ms IS NULL ORDER BY name`;
const acceptancesSql = `SELECT id, account_id AS "accountId", agreement, version, accepted_by AS "acceptedBy",
  accepted_at_ms AS "acceptedAtMs", address FROM licence_acceptances WHERE account_id = :accountId
  ORDER BY accepted_at_ms, id`;

/** The statements, for the test that has them explained. */
export const licenceStatements = {
  versionsSql,
  firstPageSql,
  pageSql,
  namesAskedSql,
  acceptancesSql,
} as const;

/** Licence agreements in SQL. */
export class SqlLicences implements LicenceWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async versionsOf(name: string): Promise<LicenceAgreementRecord[]> {
    return this.#connection.all(versionsSql, { name });
  }

  async textOf(id: string): Promise<string | undefined> {
    const row = await this.#connection.get<{ text: string }>(
      'SELECT text FROM licence_agreements WHERE id = :id',
      {
        id,
      },
    );
    return row?.text;
  }

  async page(page: {
    after: { name: string; inForceAtMs: number } | null;
    limit: number;
  }): Promise<LicenceAgreementRecord[]> {
    const { after, limit } = page;
    if (after === null) return this.#connection.all(firstPageSql, { limit });
    return this.#connection.all(pageSql, { ...after, limit });
  }

  async namesAskedOf(accountId: string): Promise<string[]> {
    const rows = await this.#connection.all<{ name: string }>(namesAskedSql, { accountId });
    return rows.map((row) => row.name);
  }

  async acceptancesOf(accountId: string): Promise<LicenceAcceptanceRecord[]> {
    return this.#connection.all(acceptancesSql, { accountId });
  }

  async insertAgreement(agreement: LicenceAgreementRecord, text: string): Promise<void> {
    await this.#connection.run(
      `INSERT INTO licence_agreements (id, name, version, title, text, in_force_at_ms, added_by, added_at_ms)
       VALUES (:id, :name, :version, :title, :text, :inForceAtMs, :addedBy, :addedAtMs)`,
      { ...agreement, text },
    );
  }

  async insertAcceptance(acceptance: LicenceAcceptanceRecord): Promise<void> {
    await this.#connection.run(
      `INSERT INTO licence_acceptances (id, account_id, agreement, version, accepted_by, accepted_at_ms, address)
       VALUES (:id, :accountId, :agreement, :version, :acceptedBy, :acceptedAtMs, :address)`,
      { ...acceptance },
    );
  }
}
