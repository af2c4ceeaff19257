// Runs a named piece of work again and again, one run at a time, until it is stopped. The supervisor of internal-db's
// background work: what fails is logged, and tried again at the next turn.
import type { Logger } from '#commlink/log.ts';

/** A running schedule. */
export interface Schedule {
  /** Runs the work soon, outside its turn. */
  nudge(): void;
  /** No further runs; resolves when the one under way is over. */
  stop(): Promise<void>;
}

/** Starts a schedule; the first run is one interval from now. */
export function startSchedule(options: {
  name: string;
  intervalMs: number;
  log: Logger;
  work: () => Promise<void>;
}): Schedule {
  const { name, intervalMs, log, work } = options;
  let running: Promise<void> | null = null;
  let stopped = false;
  const run = (): void => {
    if (running || stopped) return;
    running = work()
      .catch((error: unknown) => log.error({ work: name, err: error }, 'scheduled work failed'))
      .finally(() => {
        running = null;
      });
  };
  const timer = setInterval(run, intervalMs);
  return {
    nudge: run,
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}
