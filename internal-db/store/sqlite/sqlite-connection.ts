// The SQLite file as the connection that ../sql/ works on. Called by open-sqlite-store.ts.
// Each statement is done when its promise is made: two of them never interleave.
import type { SqlConnection, SqlParameters, SqlWriter } from '../sql/sql-connection.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import type { SqliteFile } from './sqlite-file.ts';

/** A connection to read and write with. */
export class SqliteConnection implements SqlConnection, SqlWriter {
  readonly dialect = sqliteDialect;
  readonly #file: SqliteFile;

  constructor(file: SqliteFile) {
    this.#file = file;
  }

  get inTransaction(): boolean {
    return this.#file.inTransaction;
  }

  async get<Row>(sql: string, parameters?: SqlParameters): Promise<Row | undefined> {
    return this.#file.get(sql, parameters);
  }

  async all<Row>(sql: string, parameters?: SqlParameters): Promise<Row[]> {
    return this.#file.all(sql, parameters);
  }

  async run(sql: string, parameters?: SqlParameters): Promise<number> {
    return this.#file.run(sql, parameters);
  }

  async begin(): Promise<void> {
    this.#file.execute('BEGIN IMMEDIATE');
  }

  async commit(): Promise<void> {
    this.#file.execute('COMMIT');
  }

  async rollback(): Promise<void> {
    this.#file.execute('ROLLBACK');
  }

  async execute(sql: string): Promise<void> {
    this.#file.execute(sql);
  }
}
