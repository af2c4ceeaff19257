// What a connection is told before it is used: how long a statement and a standing transaction may take, and when the server is to
// look after a client that is silent. Told in SQL, not as the connection is made, since a pooler in between (PgBouncer) hands on
// few of the settings that are made there. Called by this folder for each new connection.
import type { ClientBase } from 'pg';
import {
  databaseIdleTransactionMs,
  databaseSilenceSeconds,
  databaseStatementTimeoutMs,
} from '../../limits.ts';

/** The server ends the connection of a machine that is gone, and with it the locks that others wait for. */
const settings = [
  `statement_timeout = ${databaseStatementTimeoutMs}`,
  `idle_in_transaction_session_timeout = ${databaseIdleTransactionMs}`,
  `tcp_keepalives_idle = ${databaseSilenceSeconds}`,
  'tcp_keepalives_interval = 1',
  'tcp_keepalives_count = 3',
];

/** For any connection. */
export async function prepareSession(client: ClientBase): Promise<void> {
  await client.query(sqlOf(settings));
}

/** For one that the server is to end, and its locks with it, when nothing was asked on it for so long: its process may be frozen. */
export async function prepareWatchedSession(client: ClientBase, silentMsMax: number): Promise<void> {
  await client.query(sqlOf([...settings, `idle_session_timeout = ${silentMsMax}`]));
}

/** For one on which the server is to refuse to write. */
export async function prepareReadOnlySession(client: ClientBase): Promise<void> {
  await client.query(sqlOf([...settings, 'default_transaction_read_only = on']));
}

function sqlOf(all: readonly string[]): string {
  return all.map((setting) => `SET ${setting}`).join('; ');
}
