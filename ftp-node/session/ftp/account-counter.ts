// Counts what each account holds of something that there is little of. Caller: the passive connectors count listening
// ports, so that one account, with many sessions, cannot take all of the passive range.
import { releaseOnce } from '../release-once.ts';
import type { Admission } from '../session-services.ts';

/** The counts of the accounts that hold anything now. */
export class AccountCounter {
  readonly #eachMax: number;
  readonly #counts = new Map<string, number>();

  constructor(eachMax: number) {
    this.#eachMax = eachMax;
  }

  /** One more for `account`; null when it holds as many as it may. */
  take(account: string): Admission | null {
    const count = this.#counts.get(account) ?? 0;
    if (count >= this.#eachMax) return null;
    this.#counts.set(account, count + 1);
    return releaseOnce(() => {
      const left = (this.#counts.get(account) ?? 1) - 1;
      if (left === 0) this.#counts.delete(account);
      else this.#counts.set(account, left);
    });
  }
}
