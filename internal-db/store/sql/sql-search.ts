// SQL: finding by words and by digest. See ../search.ts for what each operation promises.
import type { FoundFile, FoundName, SearchReads } from '../search.ts';
import type { SqlConnection } from './sql-connection.ts';

const accountSql = (
  foundSql: string,
): string => `SELECT 'account' AS kind, a.name, a.display_name AS title, NULL AS account, NULL AS email
  FROM (${foundSql}) f JOIN accounts a ON a.id = f.record_id`;
const userSql = (
  foundSql: string,
): string => `SELECT 'user' AS kind, u.name, u.display_name AS title, a.name AS account, u.email
  FROM (${foundSql}) f JOIN users u ON u.id = f.record_id JOIN accounts a ON a.id = u.account_id`;
// Products are few: they are looked through.
const productSql = (
  wordsSql: string,
): string => `SELECT 'product' AS kind, p.name, p.title, NULL AS account, NULL AS email FROM products p
  WHERE NOT EXISTS (
    SELECT 1 FROM (${wordsSql}) w WHERE instr(lower(p.name || ' ' || p.title), lower(w.value)) = 0)
  ORDER BY p.name LIMIT :limit`;

/** Entries of the catalogue's index that are read for each file that is wanted. */
const entriesPerFile = 10;
const filesSql = (found: string): string => `SELECT p.name AS product, r.version, f.name AS file, f.sha256
  FROM (${found}) found JOIN artifacts f ON f.id = found.subject_id
  JOIN releases r ON r.id = f.release_id JOIN products p ON p.id = r.product_id
  ORDER BY found.rank, p.name, r.version, f.name`;

/** Search in SQL. */
export class SqlSearch implements SearchReads {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async names(query: Parameters<SearchReads['names']>[0]): Promise<FoundName[]> {
    const { kind, words, limit } = query;
    if (words.length === 0) return [];
    const { dialect } = this.#connection;
    if (kind === 'product') {
      const parameters = { words: JSON.stringify(words), limit };
      return this.#connection.all(productSql(dialect.textsOf('words')), parameters);
    }
    const { sql, parameters } = dialect.findNames({ kind, words, limit });
    return this.#connection.all(kind === 'user' ? userSql(sql) : accountSql(sql), parameters);
  }

  async filesByName(words: readonly string[], limit: number): Promise<FoundFile[]> {
    if (words.length === 0) return [];
    // The index has products and releases, too, which are left out afterwards.
    const wanted = { productIds: null, words, limit: limit * entriesPerFile };
    const { sql, parameters } = this.#connection.dialect.findInCatalog(wanted);
    const found = await this.#connection.all<FoundFile>(filesSql(sql), parameters);
    return found.slice(0, limit);
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
