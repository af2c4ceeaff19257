// SQL: finding by words (FTS5) and by digest. See ../search.ts for what each operation promises.
import type { FoundFile, FoundName, SearchReads } from '../search.ts';
import type { SqlConnection } from './sql-connection.ts';

const foundSql = `WITH found AS (
  SELECT n.record_id FROM search_words JOIN search_names n ON n.number = search_words.rowid
  WHERE search_words MATCH :match AND n.kind = :kind LIMIT :limit)`;
const accountSql = `${foundSql} SELECT 'account' AS kind, a.name, a.display_name AS title, NULL AS account, NULL AS email
  FROM found f JOIN accounts a ON a.id = f.record_id`;
const userSql = `${foundSql} SELECT 'user' AS kind, u.name, u.display_name AS title, a.name AS account, u.email
  FROM found f JOIN users u ON u.id = f.record_id JOIN accounts a ON a.id = u.account_id`;
// Products are few: they are looked through.
const productSql = `SELECT 'product' AS kind, p.name, p.title, NULL AS account, NULL AS email FROM products p
  WHERE NOT EXISTS (
    SELECT 1 FROM json_each(:words) w WHERE instr(lower(p.name || ' ' || p.title), lower(w.value)) = 0)
  ORDER BY p.name LIMIT :limit`;

/** Search in SQL. */
export class SqlSearch implements SearchReads {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async names(query: Parameters<SearchReads['names']>[0]): Promise<FoundName[]> {
    const { kind, words, limit } = query;
    if (words.length === 0) return [];
    if (kind === 'product') return this.#connection.all(productSql, { words: JSON.stringify(words), limit });
    // A word in quotation marks is no operator of the query language; the star makes it a prefix.
    const match = words.map((word) => `"${word.replaceAll('"', '')}"*`).join(' AND ');
    return this.#connection.all(kind === 'user' ? userSql : accountSql, { match, kind, limit });
  }

  async filesByDigest(prefix: string, limit: number): Promise<FoundFile[]> {
    return this.#connection.all(
      `SELECT p.name AS product, r.version, f.name AS file, f.sha256 FROM artifacts f
       JOIN releases r ON r.id = f.release_id JOIN products p ON p.id = r.product_id
       WHERE f.sha256 >= :prefix AND f.sha256 < :prefix || 'g' ORDER BY f.sha256, p.name, r.version LIMIT :limit`,
      { prefix, limit },
    );
  }
}
