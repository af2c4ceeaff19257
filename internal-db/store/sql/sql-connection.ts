// What this folder's SQL runs on: a connection to an engine, whichever it is. Implemented by sqlite/ and postgres/.
// The SQL is what both understand: named parameters, aliases with capitals in quotation marks (PostgreSQL folds others to
// small letters), a table's name before a column on the right of DO UPDATE SET, an alias for each subquery in FROM.

/** What a parameter may be. Whole numbers only; booleans are 0 and 1. */
export type SqlValue = string | number | null | Uint8Array;

/** Named parameters of a statement, without the leading colon. */
export type SqlParameters = Readonly<Record<string, SqlValue>>;

/** A connection. Every method throws InternalDbError. */
export interface SqlConnection {
  readonly dialect: SqlDialect;
  /** The first row, or undefined. */
  get<Row>(sql: string, parameters?: SqlParameters): Promise<Row | undefined>;
  /** All rows. Every caller's SQL bounds their number or reads a set that is small by nature. */
  all<Row>(sql: string, parameters?: SqlParameters): Promise<Row[]>;
  /** Runs a writing statement; returns how many rows it changed. */
  run(sql: string, parameters?: SqlParameters): Promise<number>;
}

/** Where the engines have no words in common. */
export interface SqlDialect {
  /** A query with the one column `value`: the texts of a JSON array that is the parameter with this name. */
  textsOf(parameter: string): string;
  /**
   * Finds `subject_id` and `rank` (best first, the lowest is the best) of products, releases and files that have all
   * words, or longer ones: in the products given, or in all (null). Neither list is empty.
   */
  findInCatalog(wanted: {
    productIds: readonly string[] | null;
    words: readonly string[];
    limit: number;
  }): SqlQuery;
  /** Finds `record_id` of the accounts or users that have all words, or longer ones, in their names. */
  findNames(wanted: { kind: 'account' | 'user'; words: readonly string[]; limit: number }): SqlQuery;
}

/** A query, to be put in brackets behind FROM, and its parameters. */
export interface SqlQuery {
  readonly sql: string;
  readonly parameters: SqlParameters;
}

/** The connection that writes. */
export interface SqlWriter extends SqlConnection {
  /** False again as soon as the engine itself has undone the transaction. */
  readonly inTransaction: boolean;
  /** Begins a transaction that no other writer, of whichever process, runs beside. */
  begin(): Promise<void>;
  /** Resolves when everything is durable. When it throws, nothing of the transaction is there. */
  commit(): Promise<void>;
  rollback(): Promise<void>;
  /** Runs SQL without parameters or rows. */
  execute(sql: string): Promise<void>;
}
