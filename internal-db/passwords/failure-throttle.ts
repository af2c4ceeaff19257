// Growing delays after failed sign-ins: by name and address, by address, and by name; an IPv6 address stands for its
// whole /64. Kept in memory: a restart forgets them, which gives an attacker a few more tries at most, and no failed
// guess costs a write to the disk.
// An attempt counts as failed from its beginning until it succeeded, so that many guesses at once gain nothing.
import { containsNetwork, parseNetwork, type IpNetwork } from '#commlink/ip-network.ts';
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
  /** Only asks whether a key would do: to be refused that is no failed login. */
  readonly isQuestion?: boolean;
  /** Failures of this name that cost no delay, whatever the addresses, where that is not the usual number. */
  readonly freePerName?: number;
}

/** Whether an attempt may be made now. */
export type Admission =
  | {
      readonly admitted: true;
      /** The attempt turned out well: forgets this name's failures from this address. */
      succeeded(): void;
      /** It turned out badly, as was assumed from the beginning: tells the watch. */
      failed(): void;
      /** The attempt was not made after all: takes back what it counted for. */
      withdrawn(): void;
    }
  | { readonly admitted: false; readonly retryAfterMs: number };

/** Who wants to know how attempts ended. One that is refused for what its own name failed from its address has failed, too. */
export interface AttemptWatch {
  failed(origin: AttemptOrigin): void;
  succeeded(origin: AttemptOrigin): void;
}

interface Failures {
  count: number;
  lastAtMs: number;
  blockedUntilMs: number;
}

/** Remembers failures. One object serves all doors; each has its own keys. */
export class FailureThrottle {
  readonly #nowMs: () => number;
  readonly #watch: AttemptWatch;
  // In the order of the last failure, the oldest first: Map keeps the order of insertion.
  readonly #failures = new Map<string, Failures>();

  /** `watch` is told how attempts end. */
  constructor(nowMs: () => number, watch: AttemptWatch) {
    this.#nowMs = nowMs;
    this.#watch = watch;
  }

  /** Begins an attempt; it counts as failed unless `succeeded` or `withdrawn` is called, once. */
  begin(origin: AttemptOrigin): Admission {
    const nowMs = this.#nowMs();
    const keys = keysOf(origin);
    const waits = keys.map(({ key, ofOrigin }) => {
      return { ofOrigin, waitMs: (this.#failures.get(key)?.blockedUntilMs ?? 0) - nowMs };
    });
    const retryAfterMs = Math.max(...waits.map(({ waitMs }) => waitMs));
    if (retryAfterMs > 0) {
      // Not for what others did: those behind the same address, or who guess at the same name elsewhere.
      const isOwn = waits.some(({ ofOrigin, waitMs }) => ofOrigin && waitMs > 0);
      if (isOwn && !origin.isQuestion) this.#watch.failed(origin);
      return { admitted: false, retryAfterMs };
    }
    for (const { key, freeCount } of keys) this.#count(key, freeCount, nowMs);
    return {
      admitted: true,
      succeeded: () => {
        for (const throttleKey of keys) this.#forgive(throttleKey, throttleKey.ofOrigin);
        this.#watch.succeeded(origin);
      },
      failed: () => this.#watch.failed(origin),
      withdrawn: () => {
        for (const throttleKey of keys) this.#forgive(throttleKey, false);
      },
    };
  }

  /** Forgets what failed from there: nobody there has to wait for it any longer. What a name failed everywhere stays. */
  forget(network: IpNetwork): void {
    for (const key of this.#failures.keys()) {
      const [, , from] = JSON.parse(key) as [string, string | null, string | null];
      // As networkOf writes them: an address, or the first half of an IPv6 one.
      const known = from === null ? null : (parseNetwork(from) ?? parseNetwork(`${from}::/64`));
      if (known !== null && containsNetwork(network, known)) this.#failures.delete(key);
    }
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
  /** Of this very name and address: a success wipes it clean. For the others it only takes back its own attempt. */
  readonly ofOrigin: boolean;
}

function keysOf({ door, name, address, freePerName = freeFailuresPerName }: AttemptOrigin): ThrottleKey[] {
  const network = networkOf(address);
  return [
    {
      key: JSON.stringify([door, name, network]),
      freeCount: freeFailuresPerNameAndAddress,
      ofOrigin: true,
    },
    { key: JSON.stringify([door, null, network]), freeCount: freeFailuresPerAddress, ofOrigin: false },
    { key: JSON.stringify([door, name, null]), freeCount: freePerName, ofOrigin: false },
  ];
}
