// Runs a named piece of work again and again, one run at a time, until it is stopped. The supervisor of internal-db's
// background work: what fails is logged, and tried again at the next turn.
import type { Logger } from '#commlink/log.ts';
import { onlyProcess, type Leadership } from './store/leadership.ts';
import { inEnglish } from './texts/spoken-language.ts';

/** A running schedule. */
export interface Schedule {
  /** Runs the work soon, outside its turn. */
  nudge(): void;
  /** No further runs; resolves when the one under way is over. */
  stop(): Promise<void>;
}

/** What is to be done when. */
export interface ScheduledWork {
  readonly name: string;
  readonly intervalMs: number;
  readonly log: Logger;
  readonly work: () => Promise<void>;
  /** Given for what one internal-db does for all: only the one that leads does it. */
  readonly leadership?: Leadership;
}

/** Starts a schedule; the first run is one interval from now. */
export function startSchedule(options: ScheduledWork): Schedule {
  const { name, intervalMs, log, work, leadership = onlyProcess } = options;
  let running: Promise<void> | null = null;
  let stopped = false;
  const run = (): void => {
    if (running || stopped || !leadership.isOurs) return;
    // Whoever's request has nudged it: what it says is kept, or goes to everybody.
    running = inEnglish(work)
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
