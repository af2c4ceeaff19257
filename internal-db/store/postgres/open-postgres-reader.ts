// Opens a PostgreSQL database that an internal-db writes, to read it only. Called by ../open-reader.ts.
import { Pool, type ClientBase } from 'pg';
import type { PostgresSettings } from '#commlink/postgres-settings.ts';
import { operationsOn } from '../sql/sql-operations.ts';
import type { StoreReads } from '../store.ts';
import { clientConfigOf } from './client-config.ts';
import { PostgresReader } from './postgres-reader.ts';
import { prepareReadOnlySession } from './prepare-session.ts';

/** Opens it; a connection is made when the first statement needs it. */
export async function openPostgresReader(
  settings: PostgresSettings,
): Promise<{ read: StoreReads; close(): Promise<void> }> {
  const pool = new Pool({
    ...(await clientConfigOf(settings)),
    max: 1,
    // The pool waits for its promise, and gives the connection up when it rejects; its types do not say so.
    onConnect: prepareReadOnlySession as (client: ClientBase) => void,
  });
  // An idle connection that is lost leaves the pool by itself; the statement that needs one finds out why.
  pool.on('error', () => undefined);
  return { read: operationsOn(new PostgresReader(pool)), close: () => pool.end() };
}
