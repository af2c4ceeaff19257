// How a process of ours starts, says that it is ready, and stops. Callers: each component's main.ts, and the launcher's
// side of the same conventions. A process that cannot start says why in one plain sentence and is not restarted.
import { readFile } from 'node:fs/promises';
import { writeSync } from 'node:fs';
import { createLogger } from './log.ts';
import { SchemaError, type SchemaCheck } from './schema.ts';
import { StartupError } from './startup-error.ts';

export { StartupError } from './startup-error.ts';

/** sysexits.h EX_CONFIG: what is wrong will still be wrong after a restart. */
const configurationExitCode = 78;

/** What a process tells its parent beside being ready. */
export interface ReadyDetails {
  /** The processes that it runs, by name. */
  readonly pids?: Readonly<Record<string, number>>;
  /** When it is asked to stop, it may let its customers finish for so long, before it begins to stop. */
  readonly finishingMsMax?: number;
}

/** Tells the parent process, if there is one with a channel, that all is up. May be called again when something changed. */
export function announceReady(details: ReadyDetails): void {
  if (process.connected) process.send?.({ type: 'ready', ...details });
}

/**
 * Runs `stop` once, on SIGTERM, SIGINT or when the parent's channel closes, then exits with 0; with 1 when it fails.
 * Signals that come while it runs are ignored, since Ctrl-C reaches a whole process group and the launcher signals too.
 */
export function onShutdown(stop: () => Promise<void>): void {
  let stopping = false;
  const shutDown = (): void => {
    if (stopping) return;
    stopping = true;
    stop().then(
      () => process.exit(0),
      (error: unknown) => exitWithPlainError(error instanceof Error ? error : new Error(String(error))),
    );
  };
  process.on('SIGTERM', shutDown);
  process.on('SIGINT', shutDown);
  if (process.send === undefined) return;
  // A parent that died while this process was still starting has closed the channel already, and nothing more is heard of that.
  if (process.connected) process.on('disconnect', shutDown);
  else shutDown();
}

/**
 * Says what is wrong on standard error and in the log, and exits: with 78 for a StartupError (a restart would not
 * help), with 1 for anything else.
 */
export function exitWithPlainError(error: StartupError | Error): never {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  createLogger('process').fatal({ code, err: error }, error.message);
  writeSync(process.stderr.fd, `${error.message}\n`);
  process.exit(error instanceof StartupError ? configurationExitCode : 1);
}

/** Reads a JSON configuration file and checks it. Throws StartupError `CONFIG_MISSING` or `CONFIG_INVALID`. */
export async function readConfig<T>(file: string, check: SchemaCheck<T>): Promise<T> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    const hint = 'Check the --config argument, or let `npm start` write it.';
    throw new StartupError('CONFIG_MISSING', `The configuration ${file} cannot be read. ${hint}`, { cause });
  });
  try {
    return check.parse(JSON.parse(text));
  } catch (cause) {
    const detail = describeFault(cause);
    throw new StartupError('CONFIG_INVALID', `The configuration ${file} is wrong: ${detail} Correct it.`, {
      cause,
    });
  }
}

function describeFault(cause: unknown): string {
  if (!(cause instanceof SchemaError)) return 'it is not JSON.';
  const places = cause.violations.map(({ path, message }) => `${path || '/'} ${message}`);
  return `${places.join('; ') || cause.message}.`;
}
