// Runs the watcher's process beside internal-db, and starts it again when it dies. Called by main.ts. It ends with this process: what
// it would have to tell could not be recorded, and a watcher that begins anew misses nobody in its first cycle.
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '#commlink/log.ts';
import { restartPauseMs, stopDeadlineMs } from './limits.ts';

const mainFile = join(import.meta.dirname, 'main.ts');

/** A watcher that is kept running. */
export interface RunningWatcher {
  /** Null between its death and its next start. */
  readonly pid: number | null;
  stop(): Promise<void>;
}

/** Starts it with internal-db's configuration file. `onPid` is called at each start. */
export function startWatcher(options: {
  readonly configFile: string;
  readonly log: Logger;
  readonly onPid: () => void;
}): RunningWatcher {
  const { configFile, log, onPid } = options;
  let child: ChildProcess | null = null;
  let stopping = false;
  const start = (): void => {
    if (stopping) return;
    const started = fork(mainFile, ['--config', configFile], { execArgv: process.execArgv });
    child = started;
    started.once('message', onPid);
    started.once('error', (error) => log.error({ err: error }, 'the watcher can’t be started'));
    started.once('close', (code, signal) => {
      child = null;
      if (stopping) return;
      log.warn({ code, signal }, 'the watcher died; it starts again');
      setTimeout(start, restartPauseMs).unref();
    });
  };
  start();
  return {
    get pid() {
      return child?.pid ?? null;
    },
    stop: async () => {
      stopping = true;
      if (child !== null) await end(child);
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.kill('SIGTERM');
  const patience = new AbortController();
  const late = delay(stopDeadlineMs, undefined, { signal: patience.signal }).then(
    () => child.kill('SIGKILL'),
    (error: Error) => {
      if (error.name !== 'AbortError') throw error;
    },
  );
  await closed;
  patience.abort();
  await late;
}
