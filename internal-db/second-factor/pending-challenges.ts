// Questions that were asked and not answered yet: kept in memory, for some minutes, a bounded number of them. A restart
// forgets them, and whoever was signing in begins again; in return nobody's guesses cost a write to the disk.
// One object for each kind of question, so that those that anybody may ask push nobody else's out; and of these, each network
// pushes out its own first.
import { networkOf } from '#commlink/network-of.ts';
import {
  factorChallengeAttemptsMax,
  factorChallengeLifetimeMs,
  factorChallengesMax,
  factorChallengesPerAddressMax,
} from '../limits.ts';
import { newChallengeToken } from '#commlink/challenge-token.ts';
import { hashSecret } from '../secret-token.ts';

interface Pending<T> {
  readonly value: T;
  readonly expiresAtMs: number;
  /** The network that asked, where anybody may. */
  readonly network: string | null;
  attemptsLeft: number;
}

/** Pending questions with what belongs to each. */
export class PendingChallenges<T extends { readonly ownerId: string | null }> {
  readonly #nowMs: () => number;
  readonly #nodeId: string;
  // By the hash, so that how long a look-up takes says nothing about the token; the oldest first.
  readonly #pending = new Map<string, Pending<T>>();
  readonly #keysOfNetwork = new Map<string, Set<string>>();

  /** `nodeId`: this internal-db's, for the answer to be brought here. */
  constructor(nowMs: () => number, nodeId: string) {
    this.#nowMs = nowMs;
    this.#nodeId = nodeId;
  }

  /** Keeps it; returns the token that it is answered with. `address`: who asked, where anybody may. */
  open(value: T, address: string | null = null): string {
    const token = newChallengeToken(this.#nodeId);
    const key = keyOf(token);
    const network = address === null ? null : networkOf(address);
    this.#forgetOld();
    if (network !== null) this.#countFor(network, key);
    const expiresAtMs = this.#nowMs() + factorChallengeLifetimeMs;
    this.#pending.set(key, { value, expiresAtMs, network, attemptsLeft: factorChallengeAttemptsMax });
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
    return this.#delete(keyOf(token));
  }

  /** Forgets all that concern somebody whose password was changed, or who was removed. */
  forget(ownerId: string): void {
    for (const [key, { value }] of this.#pending) if (value.ownerId === ownerId) this.#delete(key);
  }

  #forgetOld(): void {
    const nowMs = this.#nowMs();
    for (const [key, { expiresAtMs }] of this.#pending) {
      if (expiresAtMs > nowMs && this.#pending.size < factorChallengesMax) return;
      this.#delete(key);
    }
  }

  #countFor(network: string, key: string): void {
    const keys = this.#keysOfNetwork.get(network) ?? new Set();
    const [oldest] = keys;
    if (oldest !== undefined && keys.size >= factorChallengesPerAddressMax) this.#delete(oldest);
    this.#keysOfNetwork.set(network, keys.add(key));
  }

  #delete(key: string): boolean {
    const network = this.#pending.get(key)?.network ?? null;
    const keys = network === null ? undefined : this.#keysOfNetwork.get(network);
    keys?.delete(key);
    if (network !== null && keys?.size === 0) this.#keysOfNetwork.delete(network);
    return this.#pending.delete(key);
  }
}

function keyOf(token: string): string {
  return Buffer.from(hashSecret(token)).toString('base64url');
}
