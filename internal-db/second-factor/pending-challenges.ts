// Questions that were asked and not answered yet: kept in memory, for some minutes, a bounded number of them. A restart
// forgets them, and whoever was signing in begins again; in return nobody's guesses cost a write to the disk.
// One object for each kind of question, so that those that anybody may ask push nobody else's out.
import { factorChallengeAttemptsMax, factorChallengeLifetimeMs, factorChallengesMax } from '../limits.ts';
import { hashSecret, newChallengeToken } from '../secret-token.ts';

interface Pending<T> {
  readonly value: T;
  readonly expiresAtMs: number;
  attemptsLeft: number;
}

/** Pending questions with what belongs to each. */
export class PendingChallenges<T extends { readonly ownerId: string | null }> {
  readonly #nowMs: () => number;
  // By the hash, so that how long a look-up takes says nothing about the token; the oldest first.
  readonly #pending = new Map<string, Pending<T>>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Keeps it; returns the token that it is answered with. */
  open(value: T): string {
    const token = newChallengeToken();
    this.#forgetOld();
    const expiresAtMs = this.#nowMs() + factorChallengeLifetimeMs;
    this.#pending.set(keyOf(token), { value, expiresAtMs, attemptsLeft: factorChallengeAttemptsMax });
    return token;
  }

  /** What it is about, for one more attempt; null when it is unknown, too old, or was tried too often. */
  attempt(token: string): { readonly value: T; readonly isLast: boolean } | null {
    const pending = this.#pending.get(keyOf(token));
    if (!pending || pending.expiresAtMs <= this.#nowMs() || pending.attemptsLeft <= 0) return null;
    pending.attemptsLeft -= 1;
    return { value: pending.value, isLast: pending.attemptsLeft === 0 };
  }

  /** Uses it up; only the first caller is told true. */
  close(token: string): boolean {
    return this.#pending.delete(keyOf(token));
  }

  /** Forgets all that concern somebody whose password was changed, or who was removed. */
  forget(ownerId: string): void {
    for (const [key, { value }] of this.#pending) if (value.ownerId === ownerId) this.#pending.delete(key);
  }

  #forgetOld(): void {
    const nowMs = this.#nowMs();
    for (const [key, { expiresAtMs }] of this.#pending) {
      if (expiresAtMs > nowMs && this.#pending.size < factorChallengesMax) return;
      this.#pending.delete(key);
    }
  }
}

function keyOf(token: string): string {
  return Buffer.from(hashSecret(token)).toString('base64url');
}
