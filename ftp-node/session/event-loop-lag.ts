// How late a session server's event loop is, for the stager's metrics: the one number that says that all of its customers
// wait. Made by main.ts before the jail is shut. Source: node:perf_hooks, monitorEventLoopDelay.
import { monitorEventLoopDelay } from 'node:perf_hooks';

const resolutionMs = 20;

/** Watches from now on. */
export class EventLoopLag {
  readonly #delay = monitorEventLoopDelay({ resolution: resolutionMs });

  constructor() {
    this.#delay.enable();
  }

  /** The worst since this was last asked, in milliseconds; begins anew. */
  takeMs(): number {
    // What is recorded is the time between two turns of a timer, in nanoseconds; nothing yet is 0.
    const worstMs = this.#delay.max / 1e6 - resolutionMs;
    this.#delay.reset();
    return Math.max(0, worstMs);
  }
}
