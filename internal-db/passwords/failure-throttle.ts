// Growing delays after failed sign-ins: by name and address, by address, and by name; an IPv6 address stands for its
// whole /64. Kept in memory: a restart forgets them, which gives an attacker a few more tries at most, and no failed
// guess costs a write to the disk.
// An attempt counts as failed from its beginning until it succeeded, so that many guesses at once gain nothing.
import { networkOf } from '#commlink/network-of.ts';
import {
  failureDelayFirstMs,
  failureDelayMaxMs,
  failureKeysMax,
  failureMemoryMs,
  freeFailuresPerAddress,
  freeFailuresPerName,
  freeFailuresPerNameAndAddress,
} from '../limits.ts';

/** Who tries, and where from. */
export interface AttemptOrigin {
  /** What is signed in to: `portal`, `node` or `console`. */
  readonly door: string;
  readonly name: string;
  readonly address: string;
}

/** Whether an attempt may be made now. */
export type Admission =
  | {
      readonly admitted: true;
      /** The attempt turned out well: forgets this name's failures from this address. */
      succeeded(): void;
      /** The attempt was not made after all: takes back what it counted for. */
      withdrawn(): void;
    }
  | { readonly admitted: false; readonly retryAfterMs: number };

interface Failures {
  count: number;
  lastAtMs: number;
  blockedUntilMs: number;
}

/** Remembers failures. One object serves all doors; each has its own keys. */
export class FailureThrottle {
  readonly #nowMs: () => number;
  // In the order of the last failure, the oldest first: Map keeps the order of insertion.
  readonly #failures = new Map<string, Failures>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Begins an attempt; it counts as failed unless `succeeded` or `withdrawn` is called, once. */
  begin(origin: AttemptOrigin): Admission {
    const nowMs = this.#nowMs();
    const keys = keysOf(origin);
    const waits = keys.map(({ key }) => (this.#failures.get(key)?.blockedUntilMs ?? 0) - nowMs);
    const retryAfterMs = Math.max(...waits);
    if (retryAfterMs > 0) return { admitted: false, retryAfterMs };
    for (const { key, freeCount } of keys) this.#count(key, freeCount, nowMs);
    return {
      admitted: true,
      succeeded: () => {
        for (const throttleKey of keys) this.#forgive(throttleKey, throttleKey.forgetAll);
      },
      withdrawn: () => {
        for (const throttleKey of keys) this.#forgive(throttleKey, false);
      },
    };
  }

  #count(key: string, freeCount: number, nowMs: number): void {
    const known = this.#failures.get(key);
    this.#failures.delete(key);
    const remembered = known && nowMs - known.lastAtMs < failureMemoryMs ? known.count : 0;
    const count = remembered + 1;
    const excess = count - freeCount;
    // 2^30 seconds is far over the maximum; the bound keeps the power finite.
    const delayMs =
      excess <= 0 ? 0 : Math.min(failureDelayMaxMs, failureDelayFirstMs * 2 ** Math.min(30, excess - 1));
    this.#failures.set(key, { count, lastAtMs: nowMs, blockedUntilMs: nowMs + delayMs });
    if (this.#failures.size > failureKeysMax) {
      const oldest = this.#failures.keys().next();
      if (!oldest.done) this.#failures.delete(oldest.value);
    }
  }

  #forgive({ key }: ThrottleKey, forgetAll: boolean): void {
    const failures = this.#failures.get(key);
    if (!failures) return;
    if (forgetAll || failures.count <= 1) this.#failures.delete(key);
    else this.#failures.set(key, { ...failures, count: failures.count - 1, blockedUntilMs: 0 });
  }
}

interface ThrottleKey {
  readonly key: string;
  readonly freeCount: number;
  /** A success wipes this key clean; for the others it only takes back its own attempt. */
  readonly forgetAll: boolean;
}

function keysOf({ door, name, address }: AttemptOrigin): ThrottleKey[] {
  const network = networkOf(address);
  return [
    {
      key: JSON.stringify([door, name, network]),
      freeCount: freeFailuresPerNameAndAddress,
      forgetAll: true,
    },
    { key: JSON.stringify([door, null, network]), freeCount: freeFailuresPerAddress, forgetAll: false },
    { key: JSON.stringify([door, name, null]), freeCount: freeFailuresPerName, forgetAll: false },
  ];
}
