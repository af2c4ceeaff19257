// An open SQLite file: statements prepared once and kept, rows as plain objects, and the engine's errors
// turned into InternalDbError. The only importer of node:sqlite beside the tests.
// Trusts the SQL that this folder writes; values only ever travel as bound parameters.
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { InternalDbError } from '../../internal-db-error.ts';
import { databaseBusyTimeoutMs, preparedStatementsMax } from '../../limits.ts';
import type { SqlParameters, SqlValue } from '../sql/sql-connection.ts';
import { versionPrecedence } from '../version-precedence.ts';

// Result codes of https://sqlite.org/rescode.html (the primary code is the low byte).
const SQLITE_FULL = 13;
const SQLITE_CONSTRAINT_PRIMARYKEY = 1555;
const SQLITE_CONSTRAINT_UNIQUE = 2067;
const SQLITE_CONSTRAINT_ROWID = 2579;

/** An open file. Every method throws InternalDbError. */
export class SqliteFile {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** Opens the file, creating it where it does not exist and `readOnly` is false. Throws the engine's own error. */
  constructor(file: string, options: { readOnly: boolean }) {
    this.#database = new DatabaseSync(file, {
      readOnly: options.readOnly,
      enableForeignKeyConstraints: true,
      timeout: databaseBusyTimeoutMs,
    });
    const precedenceOf = (version: unknown) => versionPrecedence(String(version));
    this.#database.function('version_precedence', { deterministic: true }, precedenceOf);
  }

  /** Runs SQL without parameters or rows. */
  execute(sql: string): void {
    guard(() => this.#database.exec(sql));
  }

  /** The first row, or undefined. */
  get<Row>(sql: string, parameters: SqlParameters = {}): Row | undefined {
    return guard(() => this.#prepare(sql).get(parameters) as Row | undefined);
  }

  /** All rows. */
  all<Row>(sql: string, parameters: SqlParameters = {}): Row[] {
    return guard(() => this.#prepare(sql).all(parameters) as Row[]);
  }

  /** All rows one after the other, however many. */
  *rows(sql: string): Generator<Record<string, SqlValue>> {
    yield* this.#database.prepare(sql).iterate() as NodeJS.Iterator<Record<string, SqlValue>>;
  }

  /** Runs a writing statement; returns how many rows it changed. */
  run(sql: string, parameters: SqlParameters = {}): number {
    return guard(() => Number(this.#prepare(sql).run(parameters).changes));
  }

  /** True while a transaction is open. */
  get inTransaction(): boolean {
    return this.#database.isTransaction;
  }

  /** Closes the file; the object is of no use afterwards. */
  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#database.prepare(sql);
    if (this.#statements.size < preparedStatementsMax) this.#statements.set(sql, statement);
    return statement;
  }
}

/** The extended result code of an error of node:sqlite, or undefined for other errors. */
export function sqliteResultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode : undefined;
}

function guard<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw translate(error);
  }
}

function translate(error: unknown): InternalDbError {
  const code = sqliteResultCode(error);
  if (
    code === SQLITE_CONSTRAINT_UNIQUE ||
    code === SQLITE_CONSTRAINT_PRIMARYKEY ||
    code === SQLITE_CONSTRAINT_ROWID
  ) {
    return new InternalDbError('taken', 'a row with that name or id exists already', { cause: error });
  }
  if (code !== undefined && (code & 0xff) === SQLITE_FULL) {
    return new InternalDbError('disk_full', 'the database could not grow: its disk is full', {
      cause: error,
    });
  }
  return new InternalDbError('store_fault', 'the database engine failed', { cause: error });
}
