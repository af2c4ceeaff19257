// The one door to the logging library. Every process logs JSON lines to its standard output through `createLogger`;
// the launcher or systemd collects them. Named fields that carry secrets are removed here, whatever the caller does.
import { writeSync } from 'node:fs';
import { pino, type Logger as PinoLogger } from 'pino';
import { currentRequestId } from './request-id.ts';

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

const outputWaitMs = 10;
const outputWaitsMax = 50;

/**
 * Standard output, which is a pipe to the launcher. Lines are dropped once it is gone, or takes nothing for half a
 * second: pino's own stream tries for ever when it is flushed at exit, and the process would never end.
 */
const standardOutput = {
  write(text: string): void {
    const sleeper = new Int32Array(new SharedArrayBuffer(4));
    let rest = Buffer.from(text);
    for (let waits = 0; rest.length > 0 && waits < outputWaitsMax;) {
      try {
        rest = rest.subarray(writeSync(process.stdout.fd, rest));
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'EPIPE') return;
        if (code !== 'EAGAIN') throw error;
        waits += 1;
        Atomics.wait(sleeper, 0, 0, outputWaitMs);
      }
    }
  },
};

/** Makes the process's logger. Each line names the `request` that it was written under, if there is one. `name` is the process ("internal-db"); `level` defaults to "info". */
export function createLogger(name: string, level = 'info'): Logger {
  const options = {
    name,
    level,
    base: { name, pid: process.pid },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    mixin: () => {
      const request = currentRequestId();
      return request === undefined ? {} : { request };
    },
    redact: { paths: secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), remove: true },
  };
  return pino(options, standardOutput);
}
