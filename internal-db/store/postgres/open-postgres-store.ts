// Opens the PostgreSQL store: connects, checks what the database is like, brings its schema up to date, and hands out a
// Store. Called by open-store.ts. Several internal-dbs may use one database. In each, one connection writes, and shares a
// lock that says that the database is in use; a pool of others reads; one more seeks the lead. The only folder that
// imports `pg`.
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Pool, type ClientBase, type ClientConfig } from 'pg';
import { StartupError } from '#commlink/process-lifecycle.ts';
import {
  databaseReadersMax,
  databaseRetryPauseMs,
  databaseStartWithinMs,
  transactionsPerCommitMax,
  waitingTransactionsMax,
} from '../../limits.ts';
import { CommitQueue } from '../sql/commit-queue.ts';
import { operationsOn } from '../sql/sql-operations.ts';
import type { Store } from '../store.ts';
import { presenceLock } from './advisory-locks.ts';
import { checkDatabase } from './check-database.ts';
import { checkSession } from './check-session.ts';
import { assertSchemaKnown } from '../sql/migrations.ts';
import { migratePostgres, schemaVersionSql } from './migrate-postgres.ts';
import { isConnectionLoss } from './postgres-error.ts';
import { PostgresLeadership } from './postgres-leadership.ts';
import { PostgresReader } from './postgres-reader.ts';
import type { PostgresSettings } from '#commlink/postgres-settings.ts';
import { clientConfigOf } from './client-config.ts';
import { prepareReadOnlySession, prepareSession } from './prepare-session.ts';
import { PostgresWriter } from './postgres-writer.ts';

/**
 * Opens the database, which must exist. Throws StartupError `DATABASE_UNSAFE`, `DATABASE_UNREACHABLE`, `DATABASE_IN_USE`,
 * `DATABASE_UNUSABLE` or `DATABASE_NEWER`, each saying what to do.
 */
export async function openPostgresStore(settings: PostgresSettings): Promise<Store> {
  const config = await clientConfigOf(settings);
  const client = await connectAtStart(settings, { config, presence: 'shared' });
  try {
    await checkSession(client, config);
    const engine = await checkDatabase(client, settings);
    const schemaVersion = await migratePostgres(client);
    return buildStore({ config, client, engine, schemaVersion });
  } catch (error) {
    await client.end();
    throw error;
  }
}

/** Opens the database alone, to copy something into it. Throws as `openPostgresStore` does. */
export async function openPostgresWriter(settings: PostgresSettings): Promise<PostgresWriter> {
  const config = await clientConfigOf(settings);
  const client = await connectAtStart(settings, { config, presence: 'alone' });
  try {
    await checkSession(client, config);
    await checkDatabase(client, settings);
    const schemaVersion = await migratePostgres(client);
    return new PostgresWriter(() => Promise.resolve(client), schemaVersion);
  } catch (error) {
    await client.end();
    throw error;
  }
}

function buildStore(parts: {
  config: ClientConfig;
  client: Client;
  engine: string;
  schemaVersion: number;
}): Store {
  const { config, engine, schemaVersion } = parts;
  let first: Client | null = parts.client;
  const writer = new PostgresWriter(async () => {
    const client = first ?? (await connectWriter({ config, presence: 'shared' }));
    first = null;
    if (client) return client;
    throw new Error('something is copied into the database now');
  }, schemaVersion);
  const pool = new Pool({
    ...config,
    max: databaseReadersMax,
    // The pool waits for its promise, and gives the connection up when it rejects; its types do not say so.
    onConnect: prepareReadOnlySession as (client: ClientBase) => void,
  });
  const reader = new PostgresReader(pool);
  const leadership = new PostgresLeadership(config);
  const queue = new CommitQueue(writer, {
    waitingMax: waitingTransactionsMax,
    perCommitMax: transactionsPerCommitMax,
  });
  // An idle connection that is lost leaves the pool by itself; the statement that needs one finds out why.
  pool.on('error', () => undefined);
  const operations = operationsOn(writer);
  return {
    read: operationsOn(reader),
    leadership,
    transaction: (work) => queue.run(() => work(operations)),
    describe: async () => {
      const sql = 'SELECT pg_database_size(current_database()) AS "sizeBytes"';
      const row = await reader.get<{ sizeBytes: number }>(sql);
      return { engine, schemaVersion, sizeBytes: row?.sizeBytes ?? 0 };
    },
    checkSchema: async () => {
      const row = await reader.get<{ version: number }>(schemaVersionSql);
      assertSchemaKnown(schemaVersion, row?.version ?? 0);
    },
    serverTimeMs: async () => {
      const sql = 'SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) AS "nowMs"';
      const row = await reader.get<{ nowMs: number }>(sql);
      return Number(row?.nowMs);
    },
    close: () =>
      queue.close(async () => {
        await leadership.close();
        await first?.end();
        await writer.close();
        await pool.end();
      }),
  };
}

/** How a connection is made, and whether it bears with others that use the database. */
interface WriterWish {
  readonly config: ClientConfig;
  readonly presence: 'shared' | 'alone';
}

/** Null when another process has the database for itself, or this one wants that and others use it. */
async function connectWriter({ config, presence }: WriterWish): Promise<Client | null> {
  const client = new Client(config);
  // Without a listener the loss of an idle connection would end the process.
  client.on('error', () => undefined);
  await client.connect();
  await prepareSession(client);
  const attempt = presence === 'shared' ? 'pg_try_advisory_lock_shared' : 'pg_try_advisory_lock';
  const { rows } = await client.query<{ isOurs: boolean }>(`SELECT ${attempt}${presenceLock} AS "isOurs"`);
  if (rows[0]?.isOurs) return client;
  await client.end();
  return null;
}

/** The server, or who has the database now, may take a moment. */
async function connectAtStart(settings: PostgresSettings, wish: WriterWish): Promise<Client> {
  const deadlineMs = performance.now() + databaseStartWithinMs;
  for (;;) {
    const isLast = performance.now() > deadlineMs;
    try {
      const client = await connectWriter(wish);
      if (client) return client;
      if (isLast) throw inUse(settings);
    } catch (error) {
      if (error instanceof StartupError) throw error;
      if (isLast || !isConnectionLoss(error)) throw unreachable(settings, error);
    }
    await delay(databaseRetryPauseMs);
  }
}

function inUse({ host, database }: PostgresSettings): StartupError {
  return new StartupError(
    'DATABASE_IN_USE',
    `The database ${database} at ${host} is used by an internal-db, or something is copied into it. Stop that first.`,
  );
}

function unreachable({ host, port, database, user }: PostgresSettings, cause: unknown): StartupError {
  const detail = cause instanceof Error ? cause.message.replaceAll(/\s+/g, ' ') : String(cause);
  return new StartupError(
    'DATABASE_UNREACHABLE',
    `The database ${database} at ${host}, port ${port}, can't be opened as ${user} (${detail}). ` +
      'Check that PostgreSQL runs there and lets this user in.',
    { cause },
  );
}
