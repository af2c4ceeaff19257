// What is PostgreSQL's own in the SQL of ../sql/: lists in JSON, and text search (the functions are in the first migration).
import type { SqlDialect } from '../sql/sql-connection.ts';

const textsOf = (parameter: string): string =>
  `SELECT value FROM jsonb_array_elements_text(CAST(:${parameter} AS jsonb)) AS given (value)`;
const foundSql = (where: string): string => `SELECT c.subject_id, -ts_rank(c.words, q.query) AS rank
  FROM catalog_words c CROSS JOIN search_query(:words) AS q (query)
  WHERE c.words @@ q.query ${where} ORDER BY rank LIMIT :limit`;
const foundAnywhereSql = foundSql('');
const foundInProductsSql = foundSql(`AND c.product_id IN (${textsOf('productIds')})`);
const namesSql = `SELECT n.record_id FROM search_names n CROSS JOIN search_query(:words) AS q (query)
  WHERE n.words @@ q.query AND n.kind = :kind LIMIT :limit`;

/** The dialect. */
export const postgresDialect: SqlDialect = {
  textsOf,
  findInCatalog: ({ productIds, words, limit }) => {
    const parameters = { words: JSON.stringify(words), limit };
    if (productIds === null) return { sql: foundAnywhereSql, parameters };
    return {
      sql: foundInProductsSql,
      parameters: { ...parameters, productIds: JSON.stringify(productIds) },
    };
  },
  findNames: ({ kind, words, limit }) => ({
    sql: namesSql,
    parameters: { words: JSON.stringify(words), kind, limit },
  }),
};
