// SQL: the published catalog. See ../published.ts for what each operation promises. Each statement goes down an
// index and stops at its limit; test/internal-db/store/catalog-query-plans.test.ts holds them to that.
import type { ProductRecord } from '../catalog.ts';
import type { CatalogMatch, PublishedNews, PublishedReads, PublishedRelease } from '../published.ts';
import type { SqlConnection } from './sql-connection.ts';

const releaseColumns = `r.id, r.product_id AS "productId", r.version, r.channel, r.state,
  r.created_at_ms AS "createdAtMs", r.published_at_ms AS "publishedAtMs", r.precedence`;
const ownProducts = '(SELECT DISTINCT product_id FROM entitlements WHERE account_id = :accountId)';
/** After every precedence: these are made of digits, letters and a few signs. */
const aboveAll = '~';

const productsOfAccountSql = `SELECT p.id, p.name, p.title, p.description, p.created_at_ms AS "createdAtMs"
  FROM ${ownProducts} e CROSS JOIN products p ON p.id = e.product_id
  WHERE p.name > :afterName ORDER BY p.name LIMIT :limit`;
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
    CROSS JOIN releases r ON r.product_id = e.product_id AND r.state = 'published' AND r.published_at_ms > :sinceMs
    JOIN products p ON p.id = r.product_id
  ORDER BY r.published_at_ms DESC, r.precedence DESC LIMIT :limit`;
const searchSql = `SELECT p.id AS "productId", p.name AS product, p.title AS "productTitle", r.version, r.channel,
    f.name AS file, f.platform, f.size_bytes AS "sizeBytes"
  FROM (SELECT subject_id, rank FROM catalog_words WHERE catalog_words MATCH :query ORDER BY rank LIMIT :limit) w
    LEFT JOIN artifacts f ON f.id = w.subject_id
    LEFT JOIN releases r ON r.id = coalesce(f.release_id, w.subject_id)
    CROSS JOIN products p ON p.id = coalesce(r.product_id, w.subject_id)
  WHERE r.id IS NULL OR r.state = 'published'
  ORDER BY w.rank`;

/** The statements, for the test that has them explained. */
export const publishedStatements = {
  productsOfAccountSql,
  releasesSql,
  channelReleasesSql,
  channelsSql,
  newsSql,
  searchSql,
} as const;

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
    const { productIds, words, limit } = wanted;
    if (productIds.length === 0 || words.length === 0) return [];
    const products = productIds.map((id) => Buffer.from(id).toString('hex')).join(' OR ');
    const query = `product : (${products}) AND words : (${words.map(wordQuery).join(' AND ')})`;
    return this.#connection.all(searchSql, { query, limit });
  }
}

/** A string of FTS5's query language (https://sqlite.org/fts5.html#fts5_strings), as the beginning of a word. */
function wordQuery(word: string): string {
  return `"${word.replaceAll('"', '""')}" *`;
}
