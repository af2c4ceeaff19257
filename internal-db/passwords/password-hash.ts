// The one door to argon2: makes and checks password hashes, with equal work whether the name is known or not, and with
// bounds on how many run and wait. Called by the sign-in services; a password's text goes nowhere else.
import { randomBytes } from 'node:crypto';
import { argon2id, hash, needsRehash, verify } from 'argon2';
import { InternalDbError } from '../internal-db-error.ts';
import { passwordChecksRunningMax, passwordChecksWaitingMax } from '../limits.ts';
import type { PasswordParameters } from './password-parameters.ts';

/** The outcome of a check. `newHash` is set when the stored hash is of another cost than today's and should be replaced. */
export type PasswordCheck =
  { readonly matches: true; readonly newHash: string | null } | { readonly matches: false };

/** Makes and checks password hashes. Both throw InternalDbError `overloaded` when too many wait already. */
export interface PasswordHasher {
  /** An argon2 string (PHC format) with its own random salt. */
  hash(password: string): Promise<string>;
  /** Checks against a stored hash; null (no such user, or one without a password) costs the same and never matches. */
  check(password: string, storedHash: string | null): Promise<PasswordCheck>;
}

/** Builds the hasher; makes one throw-away hash to compare unknown users' passwords with. */
export async function createPasswordHasher(parameters: PasswordParameters): Promise<PasswordHasher> {
  const options = {
    type: argon2id,
    memoryCost: parameters.memoryKiB,
    timeCost: parameters.passCount,
    parallelism: parameters.laneCount,
  } as const;
  const dummyHash = await hash(randomBytes(32), options);
  const gate = new BoundedGate(passwordChecksRunningMax, passwordChecksWaitingMax);
  return {
    hash: (password) => gate.run(() => hash(password, options)),
    check: (password, storedHash) =>
      gate.run(async () => {
        const matches = await verify(storedHash ?? dummyHash, password);
        if (!matches || storedHash === null) return { matches: false };
        const newHash = needsRehash(storedHash, options) ? await hash(password, options) : null;
        return { matches: true, newHash };
      }),
  };
}

/** Lets so many run at once and so many wait, in order. */
class BoundedGate {
  readonly #runningMax: number;
  readonly #waitingMax: number;
  readonly #waiting: (() => void)[] = [];
  #runningCount = 0;

  constructor(runningMax: number, waitingMax: number) {
    this.#runningMax = runningMax;
    this.#waitingMax = waitingMax;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#runningCount >= this.#runningMax) {
      if (this.#waiting.length >= this.#waitingMax) {
        throw new InternalDbError('overloaded', 'too many password checks wait');
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#runningCount += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      // The place is handed on, so the count of running ones stays.
      if (next) next();
      else this.#runningCount -= 1;
    }
  }
}
