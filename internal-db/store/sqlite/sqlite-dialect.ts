// What is SQLite's own in the SQL of ../sql/: lists in JSON, and its full-text index FTS5 (https://sqlite.org/fts5.html).
import type { SqlDialect } from '../sql/sql-connection.ts';

const catalogSql = `SELECT subject_id, rank FROM catalog_words WHERE catalog_words MATCH :query
  ORDER BY rank LIMIT :limit`;
const namesSql = `SELECT n.record_id FROM search_words JOIN search_names n ON n.number = search_words.rowid
  WHERE search_words MATCH :query AND n.kind = :kind LIMIT :limit`;

/** The dialect. */
export const sqliteDialect: SqlDialect = {
  textsOf: (parameter) => `SELECT value FROM json_each(:${parameter})`,
  findInCatalog: ({ productIds, words, limit }) => {
    const found = `words : (${words.map(wordQuery).join(' AND ')})`;
    // An id in hexadecimal is one word, whatever signs it has.
    const products = productIds?.map((id) => Buffer.from(id).toString('hex')).join(' OR ');
    const query = products === undefined ? found : `product : (${products}) AND ${found}`;
    return { sql: catalogSql, parameters: { query, limit } };
  },
  findNames: ({ kind, words, limit }) => {
    const query = words.map(wordQuery).join(' AND ');
    return { sql: namesSql, parameters: { query, kind, limit } };
  },
};

/** A string of FTS5's query language (https://sqlite.org/fts5.html#fts5_strings), as the beginning of a word. */
function wordQuery(word: string): string {
  return `"${word.replaceAll('"', '""')}" *`;
}
