// One timer for all deadlines of a connection: instead of a timer for each call, the calls in flight are looked
// through when the earliest deadline has come. Starting and answering a call touch no timer.
// Callers: placed-calls.ts and served-calls.ts.

/** Two sweeps are at least this far apart, so that many distinct deadlines do not cost a sweep each. */
const sweepSpacingMs = 5;

/** Calls `sweep` at or shortly after the earliest deadline noted; it returns the next one, Infinity for none. */
export class DeadlineSweep {
  readonly #sweep: (nowMs: number) => number;
  #timer: NodeJS.Timeout | undefined;
  #armedForMs = Infinity;

  constructor(sweep: (nowMs: number) => number) {
    this.#sweep = sweep;
  }

  /** Makes sure that a sweep happens by `deadlineMs` (performance.now() time). */
  note(deadlineMs: number): void {
    if (deadlineMs < this.#armedForMs) this.#arm(deadlineMs);
  }

  /** Stops for good. Until then a deadline ahead keeps the process alive, as an open connection does. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#armedForMs = -Infinity;
  }

  #arm(deadlineMs: number): void {
    clearTimeout(this.#timer);
    this.#armedForMs = deadlineMs;
    const delayMs = Math.max(sweepSpacingMs, Math.ceil(deadlineMs - performance.now()));
    this.#timer = setTimeout(() => this.#run(), delayMs);
  }

  #run(): void {
    if (this.#armedForMs === -Infinity) return;
    this.#armedForMs = Infinity;
    const nextMs = this.#sweep(performance.now());
    if (nextMs < this.#armedForMs) this.#arm(nextMs);
  }
}
