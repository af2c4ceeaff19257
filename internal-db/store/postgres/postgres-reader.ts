// Reads what is committed, each statement by itself, on a pool of connections. Called by open-postgres-store.ts.
// A statement whose connection is lost is asked again for a few seconds, so that a restart of the server fails no page:
// reading twice does no harm.
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool, QueryResult } from 'pg';
import { databaseRetryPauseMs, databaseRetryWithinMs } from '../../limits.ts';
import type { SqlConnection, SqlParameters } from '../sql/sql-connection.ts';
import { postgresDialect } from './postgres-dialect.ts';
import { isConnectionLoss, translateError } from './postgres-error.ts';
import { changedRows, PostgresStatements } from './postgres-statements.ts';

/** The connection to read with; the server refuses to write on it. */
export class PostgresReader implements SqlConnection {
  readonly dialect = postgresDialect;
  readonly #pool: Pool;
  readonly #statements = new PostgresStatements();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async get<Row>(sql: string, parameters: SqlParameters = {}): Promise<Row | undefined> {
    return (await this.#query(sql, parameters)).rows[0] as Row | undefined;
  }

  async all<Row>(sql: string, parameters: SqlParameters = {}): Promise<Row[]> {
    return (await this.#query(sql, parameters)).rows as Row[];
  }

  async run(sql: string, parameters: SqlParameters = {}): Promise<number> {
    return changedRows(await this.#query(sql, parameters));
  }

  async #query(sql: string, parameters: SqlParameters): Promise<QueryResult> {
    const query = this.#statements.queryOf(sql, parameters);
    const deadlineMs = performance.now() + databaseRetryWithinMs;
    for (;;) {
      try {
        return await this.#pool.query(query);
      } catch (error) {
        if (!isConnectionLoss(error) || performance.now() > deadlineMs) throw translateError(error);
        await delay(databaseRetryPauseMs);
      }
    }
  }
}
