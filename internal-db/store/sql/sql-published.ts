// SQL: the published catalog. See ../published.ts for what each operation promises. Each statement goes down an
// index and stops at its limit; test/internal-db/store/catalog-query-plans.test.ts holds them to that.
import type { ProductRecord } from '../catalog.ts';
import type { CatalogMatch, PublishedNews, PublishedReads, PublishedRelease } from '../published.ts';
import type { SqlConnection, SqlDialect } from './sql-connection.ts';

const releaseColumns = `r.id, r.product_id AS "productId", r.version, r.channel, r.state,
  r.created_at_ms AS "createdAtMs", r.published_at_ms AS "publishedAtMs", r.precedence`;
const ownProducts = '(SELECT DISTINCT product_id FROM entitlements WHERE account_id = :accountId)';
/** After every precedence: these are made of digits, letters and a few signs. */
const aboveAll = '~';

const productsOfAccountSql = `SELECT p.id, p.name, p.title, p.description, p.created_at_ms AS "createdAtMs"
  FROM ${ownProducts} e CROSS JOIN products p
  WHERE p.id = e.product_id AND p.name > :afterName ORDER BY p.name LIMIT :limit`;
const releasesSql = `SELECT ${releaseColumns} FROM releases r
  WHERE r.product_id = :productId AND r.state = 'published' AND r.precedence < :below
  ORDER BY r.precedence DESC LIMIT :limit`;
const channelReleasesSql = `SELECT ${releaseColumns} FROM releases r
  WHERE r.product_id = :productId AND r.channel = :channel AND r.state = 'published' AND r.precedence < :below
  ORDER BY r.precedence DESC LIMIT :limit`;
/** Jumps from one channel to the next, as a DISTINCT would read every release. */
const channelsSql = `WITH RECURSIVE found (channel) AS (
    SELECT min(channel) FROM releases WHERE product_id = :productId AND state = 'published'
    UNION ALL
    SELECT (SELECT min(r.channel) FROM releases r
            WHERE r.product_id = :productId AND r.state = 'published' AND r.channel > found.channel)
    FROM found WHERE found.channel IS NOT NULL
  )
  SELECT channel FROM found WHERE channel IS NOT NULL LIMIT :limit`;
const newsSql = `SELECT ${releaseColumns}, p.name AS product, p.title AS "productTitle"
  FROM ${ownProducts} e
    CROSS JOIN releases r JOIN products p ON p.id = r.product_id
  WHERE r.product_id = e.product_id AND r.state = 'published' AND r.published_at_ms > :sinceMs
  ORDER BY r.published_at_ms DESC, r.precedence DESC LIMIT :limit`;
const searchSql = (
  foundSql: string,
): string => `SELECT p.id AS "productId", p.name AS product, p.title AS "productTitle", r.version, r.channel,
    f.name AS file, f.platform, f.size_bytes AS "sizeBytes"
  FROM (${foundSql}) w
    LEFT JOIN artifacts f ON f.id = w.subject_id
    LEFT JOIN releases r ON r.id = coalesce(f.release_id, w.subject_id)
    CROSS JOIN products p
  WHERE p.id = coalesce(r.product_id, w.subject_id) AND (r.id IS NULL OR r.state = 'published')
  ORDER BY w.rank`;

/** The statements, for the test that has them explained; `searchSql` reads what the engine has found. */
export const publishedStatements = {
  productsOfAccountSql,
  releasesSql,
  channelReleasesSql,
  channelsSql,
  newsSql,
  searchSql,
} as const;

/** The statement about many products at once, as an engine writes it; for that test too. */
export function newestInChannelSql(dialect: SqlDialect): string {
  return `SELECT ${releaseColumns} FROM releases r WHERE r.id IN (
    SELECT (SELECT n.id FROM releases n
            WHERE n.product_id = p.id AND n.channel = :channel AND n.state = 'published'
            ORDER BY n.precedence DESC LIMIT 1)
    FROM products p WHERE p.id IN (${dialect.textsOf('productIds')}))`;
}

/** The published catalog in SQL. */
export class SqlPublished implements PublishedReads {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async productsOfAccount(page: {
    accountId: string;
    afterName: string | null;
    limit: number;
  }): Promise<ProductRecord[]> {
    return this.#connection.all(productsOfAccountSql, { ...page, afterName: page.afterName ?? '' });
  }

  async releases(page: {
    productId: string;
    channel: string | null;
    belowPrecedence: string | null;
    limit: number;
  }): Promise<PublishedRelease[]> {
    const { productId, channel, limit } = page;
    const below = page.belowPrecedence ?? aboveAll;
    if (channel === null) return this.#connection.all(releasesSql, { productId, below, limit });
    return this.#connection.all(channelReleasesSql, { productId, channel, below, limit });
  }

  async newestInChannel(productIds: readonly string[], channel: string): Promise<PublishedRelease[]> {
    return this.#connection.all(newestInChannelSql(this.#connection.dialect), {
      productIds: JSON.stringify(productIds),
      channel,
    });
  }

  async channels(productId: string, limit: number): Promise<string[]> {
    const rows = await this.#connection.all<{ channel: string }>(channelsSql, { productId, limit });
    return rows.map((row) => row.channel);
  }

  async newsOfAccount(page: { accountId: string; sinceMs: number; limit: number }): Promise<PublishedNews[]> {
    return this.#connection.all(newsSql, page);
  }

  async search(wanted: {
    productIds: readonly string[];
    words: readonly string[];
    limit: number;
  }): Promise<CatalogMatch[]> {
    if (wanted.productIds.length === 0 || wanted.words.length === 0) return [];
    const { sql, parameters } = this.#connection.dialect.findInCatalog(wanted);
    return this.#connection.all(searchSql(sql), parameters);
  }
}
