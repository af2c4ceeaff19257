// Which PostgreSQL database is used, and how it is reached. Part of internal-db's own files on its machine
// (../../database-choice.ts). Called by open-postgres-store.ts.
import { readFile } from 'node:fs/promises';
import type { ClientConfig } from 'pg';
import { readPrivateFile } from '#commlink/private-file.ts';
import { Type, strictObject, type Static } from '#commlink/schema.ts';
import { StartupError } from '#commlink/process-lifecycle.ts';
import {
  databaseConnectTimeoutMs,
  databaseIdleTransactionMs,
  databaseSilenceSeconds,
  databaseStatementTimeoutMs,
} from '../../limits.ts';

const Name = Type.String({ minLength: 1, maxLength: 63 });
const FilePath = Type.String({ minLength: 1, maxLength: 4096, pattern: '^/' });

/** The form. */
export const PostgresSettings = strictObject({
  /** A host's name or address, or the folder of a Unix socket, which begins with a slash. */
  host: Type.String({ minLength: 1, maxLength: 255 }),
  port: Type.Integer({ minimum: 1, maximum: 65_535 }),
  database: Name,
  user: Name,
  /** A file with the password alone; null where the server knows the user of a Unix socket. Read at each connection. */
  passwordFile: Type.Union([FilePath, Type.Null()]),
  /** The certificate authority of the server's certificate (PEM), which must be for `host`. Needed beyond this machine. */
  caFile: Type.Union([FilePath, Type.Null()]),
});
export type PostgresSettings = Static<typeof PostgresSettings>;

const loopback = /^(?:\/.*|localhost|127(?:\.\d{1,3}){3}|::1)$/;

/** The server ends the connection of a machine that is gone, and with it the locks that others wait for. */
const silenceOptions = `-c tcp_keepalives_idle=${databaseSilenceSeconds} -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3`;

/** What `pg` is told. Throws StartupError `DATABASE_UNSAFE` for a connection that others could read. */
export async function clientConfigOf(settings: PostgresSettings): Promise<ClientConfig> {
  const { host, port, database, user, passwordFile, caFile } = settings;
  if (caFile === null && !loopback.test(host)) {
    throw new StartupError(
      'DATABASE_UNSAFE',
      `PostgreSQL at ${host} would be spoken to without TLS. Name the file with its certificate authority as caFile.`,
    );
  }
  return {
    host,
    port,
    database,
    user,
    ...(passwordFile === null ? {} : { password: () => readPassword(passwordFile) }),
    ssl: caFile === null ? false : { ca: await readFile(caFile, 'utf8'), minVersion: 'TLSv1.3' },
    connectionTimeoutMillis: databaseConnectTimeoutMs,
    statement_timeout: databaseStatementTimeoutMs,
    idle_in_transaction_session_timeout: databaseIdleTransactionMs,
    options: silenceOptions,
    keepAlive: true,
    application_name: 'consign internal-db',
  };
}

async function readPassword(file: string): Promise<string> {
  return (await readPrivateFile(file)).trim();
}
