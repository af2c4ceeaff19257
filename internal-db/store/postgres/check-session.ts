// Whether a connection keeps its session at the server. A pooler between that lends the server's connections for one transaction at
// a time (PgBouncer's pool_mode "transaction") would lend the locks by which internal-dbs know of each other, and who leads, to
// anybody. Called by open-postgres-store.ts before the database is used.
import { randomUUID } from 'node:crypto';
import { Client, type ClientConfig } from 'pg';
import { StartupError } from '#commlink/startup-error.ts';

/** Throws StartupError `DATABASE_UNUSABLE`. */
export async function checkSession(client: Client, config: ClientConfig): Promise<void> {
  const mark = randomUUID();
  await client.query("SELECT set_config('consign.session', $1, false)", [mark]);
  const other = new Client(config);
  other.on('error', () => undefined);
  try {
    await other.connect();
    // Such a pooler lends it what was used last: the connection that was marked, so that the next question goes to another one.
    await other.query('BEGIN');
    const sql = "SELECT current_setting('consign.session', true) AS mark";
    const { rows } = await client.query<{ mark: string | null }>(sql);
    if (rows[0]?.mark === mark) return;
  } finally {
    await other.end();
  }
  throw new StartupError(
    'DATABASE_UNUSABLE',
    'A pooler in front of PostgreSQL lends its connections for one transaction at a time, which internal-db can not work with. ' +
      'Set pool_mode = session there (PgBouncer), or connect to PostgreSQL itself.',
  );
}
