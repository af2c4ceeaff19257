// SQL: finding by words, digests, versions, addresses and ids. See ../search.ts for what each operation promises.
import type {
  FoundAgreement,
  FoundFile,
  FoundName,
  FoundOwner,
  FoundRelease,
  OwnedSshKey,
  SearchReads,
} from '../search.ts';
import type { SqlConnection, SqlDialect } from './sql-connection.ts';
import { ownerJoin } from './user-rows.ts';

/** That `name` or `title` of `alias` has all the words somewhere. */
const hasWords = (alias: string, wordsSql: string): string => `NOT EXISTS (
    SELECT 1 FROM (${wordsSql}) w WHERE instr(lower(${alias}.name || ' ' || ${alias}.title), lower(w.value)) = 0)`;

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
  WHERE ${hasWords('p', wordsSql)} ORDER BY p.name LIMIT :limit`;

/** Entries of the catalogue's index that are read for each file that is wanted. */
const entriesPerFile = 10;
const filesSql = (found: string): string => `SELECT p.name AS product, r.version, f.name AS file, f.sha256
  FROM (${found}) found JOIN artifacts f ON f.id = found.subject_id
  JOIN releases r ON r.id = f.release_id JOIN products p ON p.id = r.product_id
  ORDER BY found.rank, p.name, r.version, f.name`;

// No character of a version is behind "~": these are the versions that begin so, of each product by its index.
const releasesSql = (
  wordsSql: string,
  withinSql: string,
): string => `SELECT p.id AS "productId", p.name AS product, p.title AS "productTitle", r.version, r.channel, r.state
  FROM products p JOIN releases r ON r.product_id = p.id AND r.version >= :version AND r.version < :version || '~'
  WHERE ${hasWords('p', wordsSql)} ${withinSql}
  ORDER BY CASE WHEN r.version = :version THEN 0 ELSE 1 END, p.name, r.precedence DESC, r.version LIMIT :limit`;

/** The statement of a customer's search for a release, as an engine writes it; for the test that has it explained, too. */
export function ownReleasesSql(dialect: SqlDialect): string {
  const withinSql = `AND r.state = 'published' AND p.id IN (${dialect.textsOf('within')})`;
  return releasesSql(dialect.textsOf('words'), withinSql);
}

const agreementsSql = (
  wordsSql: string,
): string => `SELECT l.name, l.version, l.title FROM licence_agreements l
  WHERE ${hasWords('l', wordsSql)} ORDER BY l.name, l.in_force_at_ms DESC LIMIT :limit`;
const accountsFromSql = `SELECT a.name FROM access_events e JOIN accounts a ON a.id = e.account_id
  WHERE e.address = :address GROUP BY a.name ORDER BY max(e.at_ms) DESC, a.name LIMIT :limit`;
const owned = {
  session: { table: 'sessions', isThere: '' },
  token: { table: 'personal_tokens', isThere: 'AND o.revoked_at_ms IS NULL' },
  sshKey: { table: 'ssh_keys', isThere: 'AND o.removed_at_ms IS NULL' },
} as const;

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

  async releases(query: Parameters<SearchReads['releases']>[0]): Promise<FoundRelease[]> {
    const { words, version, within, limit } = query;
    const { dialect } = this.#connection;
    const parameters = { words: JSON.stringify(words), version, limit };
    if (within === null) return this.#connection.all(releasesSql(dialect.textsOf('words'), ''), parameters);
    return this.#connection.all(ownReleasesSql(dialect), { ...parameters, within: JSON.stringify(within) });
  }

  async agreements(words: readonly string[], limit: number): Promise<FoundAgreement[]> {
    if (words.length === 0) return [];
    const sql = agreementsSql(this.#connection.dialect.textsOf('words'));
    return this.#connection.all(sql, { words: JSON.stringify(words), limit });
  }

  async accountsFrom(address: string, limit: number): Promise<string[]> {
    const rows = await this.#connection.all<{ name: string }>(accountsFromSql, { address, limit });
    return rows.map(({ name }) => name);
  }

  async ownerOf(kind: keyof typeof owned, id: string): Promise<FoundOwner | undefined> {
    const { table, isThere } = owned[kind];
    return this.#connection.get(
      `SELECT u.name AS "user", a.name AS account FROM ${table} o ${ownerJoin('o')} WHERE o.id = :id ${isThere}`,
      { id },
    );
  }

  async sshKeys(afterId: string, limit: number): Promise<OwnedSshKey[]> {
    return this.#connection.all(
      `SELECT o.id, o.public_key AS "publicKey", u.name AS "user", a.name AS account
       FROM ssh_keys o ${ownerJoin('o')}
       WHERE o.id > :afterId AND o.removed_at_ms IS NULL ORDER BY o.id LIMIT :limit`,
      { afterId, limit },
    );
  }
}
