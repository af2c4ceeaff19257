// The one door to the logging library. Every process logs JSON lines to its standard output through `createLogger`;
// the launcher or systemd collects them. Named fields that carry secrets are removed here, whatever the caller does.
import { writeSync } from 'node:fs';
import { pino, stdSerializers, symbols, type Logger as PinoLogger } from 'pino';
import { currentRequestId } from './request-id.ts';

/** A structured logger: `log.info({ account }, 'delivery staged')`. */
export type Logger = PinoLogger;

const secretFields: ReadonlySet<string> = new Set([
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
]);
/** How deep a line's objects are looked through; what lies below is left out. */
const depthMax = 6;

const outputWaitMs = 10;
const outputWaitsMax = 50;
/** pino's number. */
const warnLevel = 40;
/** What is written to a pipe at once is never mixed with what other processes write to it: PIPE_BUF of pipe(7). */
const wholeBytesMax = 4096;

/**
 * Standard output, which is a pipe to the launcher. Lines of one turn of the event loop are written together, as a system call
 * for each would be a good part of what a request costs; a warning is written at once, with what came before it. Lines are dropped
 * once the pipe is gone, or takes nothing for half a second: pino's own stream tries for ever when it is flushed at exit, and the
 * process would never end.
 */
class StandardOutput {
  /** Has pino say the level of each line in `lastLevel`. */
  readonly [symbols.needsMetadataGsym] = true;
  lastLevel = 0;
  #waiting = '';
  #waitingBytes = 0;
  #isScheduled = false;
  #isEnding = false;

  constructor() {
    process.once('exit', () => {
      this.#isEnding = true;
      this.#flush();
    });
  }

  write(line: string): void {
    const bytes = Buffer.byteLength(line);
    if (this.#waitingBytes + bytes > wholeBytesMax) this.#flush();
    this.#waiting += line;
    this.#waitingBytes += bytes;
    if (this.lastLevel >= warnLevel || this.#isEnding) this.#flush();
    else if (!this.#isScheduled) {
      this.#isScheduled = true;
      setImmediate(() => {
        this.#isScheduled = false;
        this.#flush();
      });
    }
  }

  #flush(): void {
    const text = this.#waiting;
    this.#waiting = '';
    this.#waitingBytes = 0;
    if (text !== '') writeWithPatience(Buffer.from(text));
  }
}

function writeWithPatience(all: Buffer): void {
  let rest = all;
  for (let waits = 0; rest.length > 0 && waits < outputWaitsMax;) {
    try {
      rest = rest.subarray(writeSync(process.stdout.fd, rest));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') return;
      if (code !== 'EAGAIN') throw error;
      waits += 1;
      // Made here alone: one for each line would be memory outside the heap, and work for each collection.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, outputWaitMs);
    }
  }
}

const standardOutput = new StandardOutput();

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
    // pino's own redaction, which takes a path for each field and depth, costs twenty times what the rest of a line does.
    formatters: { log: withoutSecrets },
    serializers: { err: withoutSecretsOfError },
  };
  const logger: Logger = pino(options, standardOutput);
  // oxlint-disable-next-line typescript/unbound-method -- it is called on the logger that is to have the child
  const { child } = logger;
  // The fields of a child are written down when it is made, past the formatter. Its own children come here too.
  logger.child = function (this: Logger, bindings: object, childOptions?: object) {
    return child.call(this, withoutSecrets(bindings), childOptions);
  } as Logger['child'];
  return logger;
}

/** A copy without the secret fields, however deep they are. */
function withoutSecrets(object: object): Record<string, unknown> {
  return fieldsOf(object, 0);
}

/** An error as it is written, also under another name than `err`, and within others. */
function withoutSecretsOfError(error: unknown): unknown {
  return withoutSecretsWithin(error, 0);
}

function fieldsOf(object: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(object)
      .filter(([name]) => !secretFields.has(name))
      .map(([name, item]) => [name, withoutSecretsWithin(item, depth + 1)]),
  );
}

function withoutSecretsWithin(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= depthMax) return undefined;
  if (value instanceof Error) return fieldsOf(stdSerializers.err(value), depth);
  // What an object makes of itself is looked through too: a date makes a text, others may make anything.
  if ('toJSON' in value && typeof value.toJSON === 'function')
    return withoutSecretsWithin((value.toJSON as () => unknown)(), depth + 1);
  if (Array.isArray(value)) return value.map((item) => withoutSecretsWithin(item, depth + 1));
  return fieldsOf(value, depth);
}
