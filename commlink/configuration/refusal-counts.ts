// Counts what was refused, by code, for `config.status`: a node that is fed bad messages or blocks shows it.
// Callers: the shell of this folder. Codes are this program's own, so their number is bounded.

/** Counters by code. */
export class RefusalCounts {
  readonly #counts = new Map<string, number>();

  /** One more. */
  add(code: string): void {
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1);
  }

  /** All that are above zero. */
  all(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }
}
