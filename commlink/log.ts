// The one door to the logging library. Every process logs JSON lines to its standard output through `createLogger`;
// the launcher or systemd collects them. Named fields that carry secrets are removed here, whatever the caller does.
import { pino, type Logger as PinoLogger } from 'pino';

/** A structured logger: `log.info({ account }, 'delivery staged')`. */
export type Logger = PinoLogger;

const secretFields = [
  'password',
  'secret',
  'token',
  'session',
  'credential',
  'credentials',
  'authorization',
  'cookie',
  'key',
  'grant',
  'url',
] as const;

/** Makes the process's logger. `name` is the process ("internal-db"); `level` defaults to "info". */
export function createLogger(name: string, level = 'info'): Logger {
  return pino({
    name,
    level,
    base: { name, pid: process.pid },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    redact: { paths: secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), remove: true },
  });
}
