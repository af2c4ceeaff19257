// SQLite engine: entitlements. See ../entitlements.ts for what each operation promises.
import type { EntitlementRecord, EntitlementWrites } from '../entitlements.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

const entitlementSql = `SELECT e.id, e.account_id AS accountId, a.name AS account, e.product_id AS productId,
  p.name AS product, e.versions, e.channels, e.not_before_ms AS notBeforeMs, e.not_after_ms AS notAfterMs,
  e.downloads_max AS downloadsMax, e.licence_agreement AS licenceAgreement, e.granted_by AS grantedBy,
  e.granted_at_ms AS grantedAtMs, e.grant_reason AS grantReason, e.revoked_at_ms AS revokedAtMs,
  e.revoked_by AS revokedBy, e.revoke_reason AS revokeReason
  FROM entitlements e JOIN accounts a ON a.id = e.account_id JOIN products p ON p.id = e.product_id`;
const oldestFirst = 'ORDER BY e.granted_at_ms, e.id';

type EntitlementRow = Omit<EntitlementRecord, 'channels'> & { readonly channels: string | null };

/** Entitlements in SQLite; channels are kept as a JSON array. */
export class SqliteEntitlements implements EntitlementWrites {
  readonly #connection: SqliteConnection;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  async byId(id: string): Promise<EntitlementRecord | undefined> {
    const row = this.#connection.get<EntitlementRow>(`${entitlementSql} WHERE e.id = :id`, { id });
    return row && recordOf(row);
  }

  async all(): Promise<EntitlementRecord[]> {
    return this.#connection.all<EntitlementRow>(`${entitlementSql} ${oldestFirst}`).map(recordOf);
  }

  async ofAccount(accountId: string): Promise<EntitlementRecord[]> {
    return this.#connection
      .all<EntitlementRow>(`${entitlementSql} WHERE e.account_id = :accountId ${oldestFirst}`, { accountId })
      .map(recordOf);
  }

  async ofAccountAndProduct(accountId: string, productId: string): Promise<EntitlementRecord[]> {
    return this.#connection
      .all<EntitlementRow>(
        `${entitlementSql} WHERE e.account_id = :accountId AND e.product_id = :productId ${oldestFirst}`,
        { accountId, productId },
      )
      .map(recordOf);
  }

  async completeDownloadCounts(accountId: string, untilMs: number): Promise<Map<string, number>> {
    const rows = this.#connection.all<{ entitlementId: string; downloadCount: number }>(
      `SELECT d.entitlement_id AS entitlementId, count(*) AS downloadCount
       FROM downloads t JOIN deliveries d ON d.id = t.delivery_id
       JOIN entitlements e ON e.id = d.entitlement_id
       WHERE e.account_id = :accountId AND e.downloads_max IS NOT NULL
         AND t.outcome = 'complete' AND t.ended_at_ms <= :untilMs
       GROUP BY d.entitlement_id`,
      { accountId, untilMs },
    );
    return new Map(rows.map((row) => [row.entitlementId, row.downloadCount]));
  }

  async insert(entitlement: EntitlementRecord): Promise<void> {
    const { account: _account, product: _product, channels, ...columns } = entitlement;
    this.#connection.run(
      `INSERT INTO entitlements (id, account_id, product_id, versions, channels, not_before_ms, not_after_ms,
         downloads_max, licence_agreement, granted_by, granted_at_ms, grant_reason, revoked_at_ms, revoked_by,
         revoke_reason)
       VALUES (:id, :accountId, :productId, :versions, :channels, :notBeforeMs, :notAfterMs, :downloadsMax,
         :licenceAgreement, :grantedBy, :grantedAtMs, :grantReason, :revokedAtMs, :revokedBy, :revokeReason)`,
      { ...columns, channels: channels && JSON.stringify(channels) },
    );
  }

  async revoke(id: string, revocation: { atMs: number; by: string; reason: string }): Promise<void> {
    this.#connection.run(
      `UPDATE entitlements SET revoked_at_ms = :atMs, revoked_by = :by, revoke_reason = :reason
       WHERE id = :id AND revoked_at_ms IS NULL`,
      { id, ...revocation },
    );
  }
}

function recordOf(row: EntitlementRow): EntitlementRecord {
  return { ...row, channels: row.channels === null ? null : (JSON.parse(row.channels) as string[]) };
}
