// SQL: sums over downloads. Triggers of the schema keep them. See ../statistics.ts for what each operation promises.
import type {
  DownloadFilter,
  DownloadSum,
  FileSum,
  NewestVersion,
  NodeStorage,
  ProductStorage,
  ProductSummary,
  ReleaseHolder,
  StatisticsWrites,
} from '../statistics.ts';
import type { SqlConnection } from './sql-connection.ts';

/** A sum that stays below 2^53, which programs can read; the product with 1.0 keeps SQLite's from overflowing. */
const boundedSum = (column: string): string =>
  `CASE WHEN sum(${column} * 1.0) < 9007199254740991.0 THEN CAST(sum(${column} * 1.0) AS BIGINT)
    ELSE 9007199254740991 END`;
const sumsSql = `s.outcome, sum(s.download_count) AS "downloadCount",
  ${boundedSum('s.sent_bytes')} AS "sentBytes" FROM download_days s`;
const whereSql = `WHERE s.day BETWEEN :fromDay AND :toDay
  AND s.product_id = coalesce(:productId, s.product_id) AND s.node_name = coalesce(:nodeName, s.node_name)`;

const fetchedSql = `SELECT h.node_id AS "nodeId", count(*) AS "fileCount", ${boundedSum('o.size_bytes')} AS "sizeBytes"
  FROM holdings h JOIN originals o ON o.sha256 = h.sha256 GROUP BY h.node_id`;
// Both states stand there for the index that has them.
const stagedSql = `SELECT node_id AS "nodeId", count(*) AS "fileCount", ${boundedSum('size_bytes')} AS "sizeBytes"
  FROM (SELECT DISTINCT d.node_id, f.sha256, f.size_bytes FROM deliveries d JOIN artifacts f ON f.id = d.artifact_id
    WHERE d.state IN ('requested', 'staged') AND d.state = 'staged') staged GROUP BY node_id`;
const noFiles: FileSum = { fileCount: 0, sizeBytes: 0 };

/** Statistics in SQL. */
export class SqlStatistics implements StatisticsWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async downloadsByDay(filter: DownloadFilter): Promise<DownloadSum<number>[]> {
    return this.#connection.all(`SELECT s.day AS key, ${sumsSql} ${whereSql} GROUP BY 1, 2 ORDER BY 1, 2`, {
      ...filter,
    });
  }

  async downloadsByProduct(filter: DownloadFilter): Promise<DownloadSum<string>[]> {
    return this.#connection.all(
      `SELECT p.name AS key, ${sumsSql} JOIN products p ON p.id = s.product_id ${whereSql}
       GROUP BY 1, 2 ORDER BY 1, 2`,
      { ...filter },
    );
  }

  async downloadsByNode(filter: DownloadFilter): Promise<DownloadSum<string>[]> {
    return this.#connection.all(
      `SELECT s.node_name AS key, ${sumsSql} ${whereSql} GROUP BY 1, 2 ORDER BY 1, 2`,
      { ...filter },
    );
  }

  async holderCount(releaseId: string): Promise<number> {
    const row = await this.#connection.get<{ holderCount: number }>(
      'SELECT count(*) AS "holderCount" FROM release_holders WHERE release_id = :releaseId',
      { releaseId },
    );
    return row?.holderCount ?? 0;
  }

  async holdersOf(
    releaseId: string,
    page: { after: string | null; limit: number },
  ): Promise<ReleaseHolder[]> {
    return this.#connection.all(
      `SELECT h.account_id AS "accountId", a.name AS account, a.display_name AS "displayName",
         h.first_at_ms AS "firstAtMs", h.last_at_ms AS "lastAtMs", h.download_count AS "downloadCount"
       FROM release_holders h JOIN accounts a ON a.id = h.account_id
       WHERE h.release_id = :releaseId AND h.account_id > :after ORDER BY h.account_id LIMIT :limit`,
      { releaseId, after: page.after ?? '', limit: page.limit },
    );
  }

  async accountsByNewest(productId: string): Promise<{ releaseId: string; accountCount: number }[]> {
    // By release, so that each count runs over the index alone.
    return this.#connection.all(
      `SELECT * FROM (
         SELECT r.id AS "releaseId",
           (SELECT count(*) FROM newest_versions n WHERE n.release_id = r.id) AS "accountCount"
         FROM releases r WHERE r.product_id = :productId) counted
       WHERE counted."accountCount" > 0`,
      { productId },
    );
  }

  async accountsAt(
    releaseId: string,
    page: { after: string | null; limit: number },
  ): Promise<NewestVersion[]> {
    return this.#connection.all(
      `SELECT n.account_id AS "accountId", a.name AS account, a.display_name AS "displayName",
         n.release_id AS "releaseId"
       FROM newest_versions n JOIN accounts a ON a.id = n.account_id
       WHERE n.release_id = :releaseId AND n.account_id > :after ORDER BY n.account_id LIMIT :limit`,
      { releaseId, after: page.after ?? '', limit: page.limit },
    );
  }

  async newestOf(
    productId: string,
    accountId: string,
  ): Promise<{ releaseId: string; version: string } | undefined> {
    return this.#connection.get(
      `SELECT n.release_id AS "releaseId", r.version FROM newest_versions n JOIN releases r ON r.id = n.release_id
       WHERE n.product_id = :productId AND n.account_id = :accountId`,
      { productId, accountId },
    );
  }

  async productSummaries(): Promise<ProductSummary[]> {
    return this.#connection.all(
      `SELECT p.name, p.title,
         (SELECT n.version FROM releases n WHERE n.product_id = p.id AND n.state = 'published'
           ORDER BY n.precedence DESC LIMIT 1) AS "newestVersion",
         count(r.id) FILTER (WHERE r.state = 'published') AS "publishedCount",
         count(r.id) FILTER (WHERE r.state = 'draft') AS "draftCount",
         count(r.id) FILTER (WHERE r.state = 'withdrawn') AS "withdrawnCount"
       FROM products p LEFT JOIN releases r ON r.product_id = p.id GROUP BY p.id ORDER BY p.name`,
    );
  }

  async storageOfProducts(limit: number): Promise<ProductStorage[]> {
    return this.#connection.all(
      `SELECT product, count(*) AS "fileCount",
         ${boundedSum('kept.size_bytes')} AS "sizeBytes"
       FROM (SELECT DISTINCT p.name AS product, f.sha256, f.size_bytes FROM artifacts f
         JOIN releases r ON r.id = f.release_id JOIN products p ON p.id = r.product_id) kept
       GROUP BY product ORDER BY "sizeBytes" DESC, product LIMIT :limit`,
      { limit },
    );
  }

  async storageOfNodes(): Promise<NodeStorage[]> {
    const fetched = await this.#sumsByNode(fetchedSql);
    const staged = await this.#sumsByNode(stagedSql);
    return [...new Set([...fetched.keys(), ...staged.keys()])].map((nodeId) => ({
      nodeId,
      fetched: fetched.get(nodeId) ?? noFiles,
      staged: staged.get(nodeId) ?? noFiles,
    }));
  }

  async #sumsByNode(sql: string): Promise<ReadonlyMap<string, FileSum>> {
    const rows = await this.#connection.all<FileSum & { readonly nodeId: string }>(sql);
    return new Map(rows.map(({ nodeId, ...sum }) => [nodeId, sum]));
  }

  async putNewest(newest: { productId: string; accountId: string; releaseId: string }): Promise<void> {
    await this.#connection.run(
      `INSERT INTO newest_versions (product_id, account_id, release_id)
       VALUES (:productId, :accountId, :releaseId)
       ON CONFLICT (product_id, account_id) DO UPDATE SET release_id = excluded.release_id`,
      newest,
    );
  }
}
