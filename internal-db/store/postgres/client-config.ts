// How the PostgreSQL database that internal-db's own files name (../../database-choice.ts) is connected to.
// Called by open-postgres-store.ts.
import { readFile } from 'node:fs/promises';
import type { ClientConfig } from 'pg';
import { requirePrivateConnection, type PostgresSettings } from '#commlink/postgres-settings.ts';
import { readPrivateFile } from '#commlink/private-file.ts';
import { databaseConnectTimeoutMs } from '../../limits.ts';

/** What `pg` is told. Throws StartupError `DATABASE_UNSAFE` for a connection that others could read. */
export async function clientConfigOf(settings: PostgresSettings): Promise<ClientConfig> {
  const { host, port, database, user, passwordFile, caFile } = settings;
  requirePrivateConnection(settings);
  return {
    host,
    port,
    database,
    user,
    ...(passwordFile === null ? {} : { password: () => readPassword(passwordFile) }),
    ssl: caFile === null ? false : { ca: await readFile(caFile, 'utf8'), minVersion: 'TLSv1.3' },
    connectionTimeoutMillis: databaseConnectTimeoutMs,
    keepAlive: true,
    application_name: 'consign internal-db',
  };
}

async function readPassword(file: string): Promise<string> {
  return (await readPrivateFile(file)).trim();
}
