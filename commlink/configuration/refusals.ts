// What this node refused: counted by code for `config.status`, so that a node which is fed bad messages or blocks shows
// it, and told to the audit log where an operator must see it. Callers: the shell of this folder. Codes are this
// program's own, so their number is bounded.
import type { ConfigurationEvent } from './node-configuration.ts';

/** A refusal as the audit log has it. */
export type ReportedRefusal = Omit<ConfigurationEvent, 'type'> & { readonly code: string };

/** The refusals of one node since it started. */
export class Refusals {
  readonly #onEvent: ((event: ConfigurationEvent) => void) | undefined;
  readonly #counts = new Map<string, number>();
  #lastReported = '';

  constructor(onEvent?: (event: ConfigurationEvent) => void) {
    this.#onEvent = onEvent;
  }

  /** One more. */
  count(code: string): void {
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1);
  }

  /** One more, which the audit log must have. */
  report(refusal: ReportedRefusal): void {
    this.count(refusal.code);
    this.#onEvent?.({ type: 'refused', ...refusal });
  }

  /** The same, but nothing when it is what was reported here last: it was found again at another try. */
  reportNews(refusal: ReportedRefusal): void {
    const text = JSON.stringify(refusal);
    if (text !== this.#lastReported) this.report(refusal);
    this.#lastReported = text;
  }

  /** The counters that are above zero. */
  counts(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }
}
