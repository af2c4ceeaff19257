// Which PostgreSQL database is used, and how it may be reached: never over a network without TLS, and only where these settings
// say, whatever PostgreSQL's own programs would read into them. Callers: internal-db, and deploy/backup/, which runs pg_dump
// and pg_restore.
import { StartupError } from './process-lifecycle.ts';
import { Type, strictObject, type Static } from './schema.ts';

/** Without what makes a whole connection string of it for libpq, with another host in it. */
const DatabaseName = Type.String({ minLength: 1, maxLength: 63, pattern: '^(?!.*://)[^=]+$' });
const FilePath = Type.String({ minLength: 1, maxLength: 4096, pattern: '^/' });

/** The form. */
export const PostgresSettings = strictObject({
  /** A host's name or address, or the folder of a Unix socket, which begins with a slash. One: libpq takes a list. */
  host: Type.String({ minLength: 1, maxLength: 255, pattern: '^[^,]+$' }),
  port: Type.Integer({ minimum: 1, maximum: 65_535 }),
  database: DatabaseName,
  user: Type.String({ minLength: 1, maxLength: 63 }),
  /** A file with the password alone; null where the server knows the user of a Unix socket. Read at each connection. */
  passwordFile: Type.Union([FilePath, Type.Null()]),
  /** The certificate authority of the server's certificate (PEM), which must be for `host`. Needed beyond this machine. */
  caFile: Type.Union([FilePath, Type.Null()]),
});
export type PostgresSettings = Static<typeof PostgresSettings>;

const loopback = /^(?:\/.*|localhost|127(?:\.\d{1,3}){3}|::1)$/;

/** Throws StartupError `DATABASE_UNSAFE` for a connection that others could read. */
export function requirePrivateConnection({ host, caFile }: PostgresSettings): void {
  if (caFile !== null || loopback.test(host)) return;
  throw new StartupError(
    'DATABASE_UNSAFE',
    `PostgreSQL at ${host} would be spoken to without TLS. Name the file with its certificate authority as caFile.`,
  );
}
