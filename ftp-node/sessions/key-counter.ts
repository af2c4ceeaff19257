// Counts what each key (a network, an account) has now, and forgets keys that have nothing. Caller: session-directory.ts.

/** The counts. */
export class KeyCounter {
  readonly #counts = new Map<string, number>();

  /** How many `key` has. */
  countOf(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  /** One more. */
  add(key: string): void {
    this.#counts.set(key, this.countOf(key) + 1);
  }

  /** One less. */
  remove(key: string): void {
    const left = this.countOf(key) - 1;
    if (left > 0) this.#counts.set(key, left);
    else this.#counts.delete(key);
  }
}
