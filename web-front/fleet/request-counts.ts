// Counts requests by whom they come from, in windows of time. Called by fleet-gate.ts. What is counted by appliance counts only after
// it was proved: nobody can spend another one's share.
import { countedSubjectsMax } from './limits.ts';

/** How many came from whom in this window. Both sides of it are forgotten with it. */
export class RequestCounts {
  readonly #max: number;
  readonly #windowMs: number;
  readonly #counts = new Map<string, number>();
  #windowEndsAtMs = 0;

  /** `max`: of one subject in one window. */
  constructor(max: number, windowMs: number) {
    this.#max = max;
    this.#windowMs = windowMs;
  }

  /** Whether the subject has had as many as it may. */
  isSpent(subject: string, max = this.#max): boolean {
    this.#turn();
    return (this.#counts.get(subject) ?? 0) >= max;
  }

  /** Counts one. A subject beyond the bound of their number is not counted: others are. */
  count(subject: string): void {
    this.#turn();
    const known = this.#counts.get(subject);
    if (known === undefined && this.#counts.size >= countedSubjectsMax) return;
    this.#counts.set(subject, (known ?? 0) + 1);
  }

  #turn(): void {
    const nowMs = performance.now();
    if (nowMs < this.#windowEndsAtMs) return;
    this.#windowEndsAtMs = nowMs + this.#windowMs;
    this.#counts.clear();
  }
}
