// SQL: entitlements. See ../entitlements.ts for what each operation promises.
import type {
  EntitlementPage,
  EntitlementRecord,
  EntitlementWrites,
  ExtensionRecord,
} from '../entitlements.ts';
import type { SqlConnection, SqlDialect } from './sql-connection.ts';

const entitlementSql = `SELECT e.id, e.account_id AS "accountId", a.name AS account, e.product_id AS "productId",
  p.name AS product, e.versions, e.channels, e.not_before_ms AS "notBeforeMs", e.not_after_ms AS "notAfterMs",
  e.downloads_max AS "downloadsMax", e.licence_agreement AS "licenceAgreement", e.granted_by AS "grantedBy",
  e.granted_at_ms AS "grantedAtMs", e.grant_reason AS "grantReason", e.revoked_at_ms AS "revokedAtMs",
  e.revoked_by AS "revokedBy", e.revoke_reason AS "revokeReason"
  FROM entitlements e JOIN accounts a ON a.id = e.account_id JOIN products p ON p.id = e.product_id`;
const inForce = `e.revoked_at_ms IS NULL AND coalesce(e.not_before_ms, 0) <= :atMs
  AND coalesce(e.not_after_ms, :atMs) >= :atMs`;
const oldestFirst = 'ORDER BY e.granted_at_ms, e.id';

/** The statements of lists that may be long, for the test that has them explained. */
export const entitlementStatements = {
  endingSql: `${entitlementSql} WHERE e.account_id = :accountId AND e.revoked_at_ms IS NULL
    AND e.not_after_ms BETWEEN :fromMs AND :untilMs ORDER BY e.not_after_ms LIMIT :limit`,
  /** One product's. The plus sign keeps SQLite from reading all that the account has, in the order that is asked for. */
  productSql: `${entitlementSql} WHERE e.account_id = :accountId AND e.product_id = :productId
    ORDER BY +e.granted_at_ms, e.id`,
} as const;

/** The statements about many products or entitlements at once, as an engine writes them; for that test too. */
export function entitlementStatementsFor(dialect: SqlDialect) {
  return {
    /** Of one delivery an appliance's downloads count once: who overhears its credentials uses nothing up by them. */
    downloadCountsSql: `SELECT d.entitlement_id AS id, count(DISTINCT CASE WHEN t.principal LIKE 'appliance:%'
        THEN t.principal || ' ' || d.id ELSE t.id END) AS "downloadCount"
      FROM deliveries d CROSS JOIN downloads t
      WHERE t.delivery_id = d.id AND d.entitlement_id IN (${dialect.textsOf('ids')}) AND t.outcome = 'complete' AND t.ended_at_ms <= :untilMs
      GROUP BY d.entitlement_id`,
    productsSql: `${entitlementSql} WHERE e.account_id = :accountId
      AND e.product_id IN (${dialect.textsOf('productIds')}) ${oldestFirst}`,
  } as const;
}

type EntitlementRow = Omit<EntitlementRecord, 'channels'> & { readonly channels: string | null };

/** Entitlements in SQL; channels are kept as a JSON array. */
export class SqlEntitlements implements EntitlementWrites {
  readonly #connection: SqlConnection;
  readonly #statements: ReturnType<typeof entitlementStatementsFor>;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
    this.#statements = entitlementStatementsFor(connection.dialect);
  }

  async byId(id: string): Promise<EntitlementRecord | undefined> {
    const row = await this.#connection.get<EntitlementRow>(`${entitlementSql} WHERE e.id = :id`, { id });
    return row && recordOf(row);
  }

  async all(): Promise<EntitlementRecord[]> {
    const rows = await this.#connection.all<EntitlementRow>(`${entitlementSql} ${oldestFirst}`);
    return rows.map(recordOf);
  }

  async ofAccount(accountId: string): Promise<EntitlementRecord[]> {
    const rows = await this.#connection.all<EntitlementRow>(
      `${entitlementSql} WHERE e.account_id = :accountId ${oldestFirst}`,
      { accountId },
    );
    return rows.map(recordOf);
  }

  async ofAccountAndProducts(accountId: string, productIds: readonly string[]): Promise<EntitlementRecord[]> {
    const [productId = '', ...others] = productIds;
    const rows =
      others.length === 0
        ? await this.#connection.all<EntitlementRow>(entitlementStatements.productSql, {
            accountId,
            productId,
          })
        : await this.#connection.all<EntitlementRow>(this.#statements.productsSql, {
            accountId,
            productIds: JSON.stringify(productIds),
          });
    return rows.map(recordOf);
  }

  async page(wanted: EntitlementPage): Promise<EntitlementRecord[]> {
    const { accountId, productId, inForceAtMs, after, limit } = wanted;
    const conditions = [
      'e.account_id = :accountId',
      ...(productId === null ? [] : ['e.product_id = :productId']),
      ...(inForceAtMs === null ? [] : [inForce]),
      ...(after === null ? [] : ['(e.granted_at_ms, e.id) < (:afterMs, :afterId)']),
    ];
    const rows = await this.#connection.all<EntitlementRow>(
      `${entitlementSql} WHERE ${conditions.join(' AND ')} ORDER BY e.granted_at_ms DESC, e.id DESC LIMIT :limit`,
      {
        accountId,
        limit,
        ...(productId === null ? {} : { productId }),
        ...(inForceAtMs === null ? {} : { atMs: inForceAtMs }),
        ...(after === null ? {} : { afterMs: after.atMs, afterId: after.id }),
      },
    );
    return rows.map(recordOf);
  }

  async countsOfAccount(accountId: string, atMs: number): Promise<{ total: number; inForce: number }> {
    const row = await this.#connection.get<{ total: number; inForce: number }>(
      `SELECT count(*) AS total, count(*) FILTER (WHERE ${inForce}) AS "inForce"
       FROM entitlements e WHERE e.account_id = :accountId`,
      { accountId, atMs },
    );
    return { total: row?.total ?? 0, inForce: row?.inForce ?? 0 };
  }

  async agreementsOf(accountId: string, atMs: number): Promise<string[]> {
    const rows = await this.#connection.all<{ name: string }>(
      `SELECT DISTINCT e.licence_agreement AS name FROM entitlements e
       WHERE e.account_id = :accountId AND e.licence_agreement IS NOT NULL AND ${inForce}`,
      { accountId, atMs },
    );
    return rows.map((row) => row.name);
  }

  async extensionsOf(accountId: string, productId: string): Promise<ExtensionRecord[]> {
    return this.#connection.all(
      `SELECT x.id, x.entitlement_id AS "entitlementId", x.at_ms AS "atMs", x.from_ms AS "fromMs", x.to_ms AS "toMs",
         x.extended_by AS "extendedBy", x.reason
       FROM entitlements e JOIN entitlement_extensions x ON x.entitlement_id = e.id
       WHERE e.account_id = :accountId AND e.product_id = :productId ORDER BY x.at_ms, x.id`,
      { accountId, productId },
    );
  }

  async endingOfAccount(page: {
    accountId: string;
    fromMs: number;
    untilMs: number;
    limit: number;
  }): Promise<EntitlementRecord[]> {
    const rows = await this.#connection.all<EntitlementRow>(entitlementStatements.endingSql, page);
    return rows.map(recordOf);
  }

  async completeDownloadCounts(ids: readonly string[], untilMs: number): Promise<Map<string, number>> {
    if (ids.length === 0) return new Map();
    const rows = await this.#connection.all<{ id: string; downloadCount: number }>(
      this.#statements.downloadCountsSql,
      { ids: JSON.stringify(ids), untilMs },
    );
    return new Map(rows.map(({ id, downloadCount }) => [id, downloadCount]));
  }

  async otherHolder(productId: string, accountId: string): Promise<string | undefined> {
    const row = await this.#connection.get<{ name: string }>(
      `SELECT a.name FROM entitlements e JOIN accounts a ON a.id = e.account_id
       WHERE e.product_id = :productId AND e.account_id <> :accountId AND e.revoked_at_ms IS NULL
       ORDER BY a.name LIMIT 1`,
      { productId, accountId },
    );
    return row?.name;
  }

  async insert(entitlement: EntitlementRecord): Promise<void> {
    const { account: _account, product: _product, channels, ...columns } = entitlement;
    await this.#connection.run(
      `INSERT INTO entitlements (id, account_id, product_id, versions, channels, not_before_ms, not_after_ms,
         downloads_max, licence_agreement, granted_by, granted_at_ms, grant_reason, revoked_at_ms, revoked_by,
         revoke_reason)
       VALUES (:id, :accountId, :productId, :versions, :channels, :notBeforeMs, :notAfterMs, :downloadsMax,
         :licenceAgreement, :grantedBy, :grantedAtMs, :grantReason, :revokedAtMs, :revokedBy, :revokeReason)`,
      { ...columns, channels: channels && JSON.stringify(channels) },
    );
  }

  async extend(extension: ExtensionRecord): Promise<void> {
    const { entitlementId, toMs } = extension;
    await this.#connection.run(
      `INSERT INTO entitlement_extensions (id, entitlement_id, at_ms, from_ms, to_ms, extended_by, reason)
       VALUES (:id, :entitlementId, :atMs, :fromMs, :toMs, :extendedBy, :reason)`,
      { ...extension },
    );
    await this.#connection.run('UPDATE entitlements SET not_after_ms = :toMs WHERE id = :entitlementId', {
      entitlementId,
      toMs,
    });
  }

  async revoke(id: string, revocation: { atMs: number; by: string; reason: string }): Promise<void> {
    await this.#connection.run(
      `UPDATE entitlements SET revoked_at_ms = :atMs, revoked_by = :by, revoke_reason = :reason
       WHERE id = :id AND revoked_at_ms IS NULL`,
      { id, ...revocation },
    );
  }
}

function recordOf(row: EntitlementRow): EntitlementRecord {
  return { ...row, channels: row.channels === null ? null : (JSON.parse(row.channels) as string[]) };
}
