// Makes what `pg` is asked out of the SQL of ../sql/: numbered parameters, a name under which the server keeps the prepared
// statement, and rows with the same values that SQLite gives. Called by the two connections of this folder.
import { types, type QueryConfig, type QueryResult } from 'pg';
import { preparedStatementsMax } from '../../limits.ts';
import type { SqlParameters } from '../sql/sql-connection.ts';
import { numberParameters, type NumberedSql } from './named-parameters.ts';

type Statement = NumberedSql & { readonly name: string | undefined };

// https://www.postgresql.org/docs/current/catalog-pg-type.html
const booleanType = 16;
const bigintType = 20;

/** Numbers as JavaScript's: all that is kept stays below 2^53. Booleans as 0 and 1. */
const rowTypes: QueryConfig['types'] = {
  getTypeParser: ((type: number, format?: 'text') => {
    if (type === bigintType) return (text: string) => Number(text);
    if (type === booleanType) return (text: string) => (text === 't' ? 1 : 0);
    return types.getTypeParser(type, format);
  }) as NonNullable<QueryConfig['types']>['getTypeParser'],
};

/** The statements that a process has used. */
export class PostgresStatements {
  readonly #known = new Map<string, Statement>();

  /** What to hand to `query` of a client or pool. */
  queryOf(sql: string, parameters: SqlParameters): QueryConfig {
    const { name, text, names } = this.#statementOf(sql);
    const values = names.map((parameter) => parameters[parameter] ?? null);
    return { text, values, types: rowTypes, ...(name === undefined ? {} : { name }) };
  }

  #statementOf(sql: string): Statement {
    const known = this.#known.get(sql);
    if (known) return known;
    const isKept = this.#known.size < preparedStatementsMax;
    const statement = { ...numberParameters(sql), name: isKept ? `consign_${this.#known.size}` : undefined };
    if (isKept) this.#known.set(sql, statement);
    return statement;
  }
}

/** How many rows were changed. */
export function changedRows(result: QueryResult): number {
  return result.rowCount ?? 0;
}
