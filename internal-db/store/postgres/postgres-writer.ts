// The one connection that writes. Called by open-postgres-store.ts, which has the commit queue run transactions on it.
// Each begins with an advisory lock that is held until its commit can be seen: transactions run one after the other in the
// whole cluster, whatever process they are of, and READ COMMITTED shows each of them all that came before. So nothing
// fails to serialize and no work is ever run twice, which the audit log's chain would not survive. Migrations have the lock, too:
// each transaction finds the schema that it knows, or is not begun.
import { setTimeout as delay } from 'node:timers/promises';
import type { Client, QueryResult } from 'pg';
import { InternalDbError } from '../../internal-db-error.ts';
import { databaseRetryPauseMs, databaseRetryWithinMs } from '../../limits.ts';
import type { SqlParameters, SqlWriter } from '../sql/sql-connection.ts';
import { assertSchemaKnown } from '../sql/migrations.ts';
import { transactionLock } from './advisory-locks.ts';
import { postgresDialect } from './postgres-dialect.ts';
import { isConnectionLoss, translateError } from './postgres-error.ts';
import { changedRows, PostgresStatements } from './postgres-statements.ts';

const beginSql = `BEGIN; SELECT pg_advisory_xact_lock${transactionLock};
  SELECT CAST(pg_current_xact_id() AS text) AS id, CAST(max(version) AS INTEGER) AS "schemaVersion" FROM schema_version`;

/** What the server says of a transaction that begins. */
interface Beginning {
  readonly id: string;
  readonly schemaVersion: number;
}

/** Makes a connection that is ready to be used; rejects when the server can't be reached. */
export type Connect = () => Promise<Client>;

/** The connection to write with. A lost one is made again for the next transaction. */
export class PostgresWriter implements SqlWriter {
  readonly dialect = postgresDialect;
  readonly #connect: Connect;
  readonly #schemaVersion: number;
  #statements = new PostgresStatements();
  #client: Client | null = null;
  #transactionId: string | null = null;

  /** `schemaVersion` is the newest that this program knows. */
  constructor(connect: Connect, schemaVersion: number) {
    this.#connect = connect;
    this.#schemaVersion = schemaVersion;
  }

  get inTransaction(): boolean {
    return this.#transactionId !== null;
  }

  async begin(): Promise<void> {
    const deadlineMs = performance.now() + databaseRetryWithinMs;
    for (;;) {
      try {
        const client = await this.#connected();
        // Several statements in one text have a result each.
        const results = (await client.query(beginSql)) as unknown as QueryResult<Beginning>[];
        const begun = results.at(-1)?.rows[0];
        assertSchemaKnown(this.#schemaVersion, begun?.schemaVersion ?? 0);
        this.#transactionId = begun?.id ?? null;
        return;
      } catch (error) {
        this.#giveUp();
        const isFinal = error instanceof InternalDbError || !isConnectionLoss(error);
        if (isFinal || performance.now() > deadlineMs) throw translateError(error);
        await delay(databaseRetryPauseMs);
      }
    }
  }

  async commit(): Promise<void> {
    const transactionId = this.#transactionId;
    try {
      const { command } = await this.#ask((client) => client.query('COMMIT'));
      // The server answers ROLLBACK where a statement had failed before.
      if (command !== 'COMMIT') throw new InternalDbError('store_fault', 'the transaction was undone');
    } catch (error) {
      if (!(error instanceof InternalDbError) || error.code !== 'unreachable' || transactionId === null) {
        throw error;
      }
      if (!(await this.#wasCommitted(transactionId))) throw error;
    } finally {
      this.#transactionId = null;
    }
  }

  async rollback(): Promise<void> {
    await this.#ask((client) => client.query('ROLLBACK'));
    this.#transactionId = null;
  }

  async execute(sql: string): Promise<void> {
    await this.#ask((client) => client.query(sql));
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

  /** Ends the connection; the next transaction would make a new one. */
  async close(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    await client?.end();
  }

  #query(sql: string, parameters: SqlParameters): Promise<QueryResult> {
    return this.#ask((client) => client.query(this.#statements.queryOf(sql, parameters)));
  }

  /** Asks on the connection that has the transaction; what is lost with the connection is undone by the server. */
  async #ask<T>(question: (client: Client) => Promise<T>): Promise<T> {
    const client = this.#client;
    if (!client) throw new InternalDbError('unreachable', 'the connection of this transaction was lost');
    try {
      return await question(client);
    } catch (error) {
      if (isConnectionLoss(error)) this.#giveUp();
      throw translateError(error);
    }
  }

  async #connected(): Promise<Client> {
    if (this.#client) return this.#client;
    const client = await this.#connect();
    client.on('error', () => this.#forget(client));
    this.#statements = new PostgresStatements();
    this.#client = client;
    return client;
  }

  #giveUp(): void {
    const client = this.#client;
    if (!client) return;
    this.#forget(client);
    // Nothing is waited for: the other side may be gone. Its `error` listener hears of what goes wrong here.
    void client.end();
  }

  #forget(client: Client): void {
    if (this.#client !== client) return;
    this.#client = null;
    this.#transactionId = null;
  }

  /** After a connection was lost in the middle of COMMIT: asks the server what became of the transaction. */
  async #wasCommitted(transactionId: string): Promise<boolean> {
    const deadlineMs = performance.now() + databaseRetryWithinMs;
    for (;;) {
      const status = await this.#statusOf(transactionId);
      if (status === 'committed') return true;
      if (status === 'aborted') return false;
      if (performance.now() > deadlineMs) {
        throw new InternalDbError(
          'outcome_unknown',
          `whether transaction ${transactionId} was committed is not known`,
        );
      }
      await delay(databaseRetryPauseMs);
    }
  }

  /** Null when the server can't be asked, or does not know. */
  async #statusOf(transactionId: string): Promise<string | null> {
    try {
      const client = await this.#connected();
      const sql = 'SELECT pg_xact_status(CAST($1 AS xid8)) AS status';
      const { rows } = await client.query<{ status: string | null }>(sql, [transactionId]);
      return rows[0]?.status ?? null;
    } catch (error) {
      this.#giveUp();
      if (isConnectionLoss(error)) return null;
      throw translateError(error);
    }
  }
}
