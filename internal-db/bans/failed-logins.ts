// Counts the failed logins of each network within a window of time, over all nodes, protocols and web-fronts. Callers:
// failure-bans.ts, ban-register.ts. Kept in memory, like the growing delays (failure-throttle.ts): a restart forgets counts, but no ban.
// A login that succeeds takes back what the same name failed before from there, as people mistype; what other names failed
// stays, so that nobody clears a network's count with a login of his own.
import { containsNetwork, formatNetwork, parseNetwork, type IpNetwork } from '#commlink/ip-network.ts';
import { failedLoginsKeptMax } from '../limits.ts';

interface FailedLogin {
  readonly name: string;
  readonly atMs: number;
}

/** The counts. */
export class FailedLogins {
  readonly #nowMs: () => number;
  // In the order of the last failure, the oldest first: Map keeps the order of insertion.
  readonly #ofNetwork = new Map<string, FailedLogin[]>();
  #keptCount = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Notes one more; returns how many there were from that network in the last `windowMs`. */
  note(network: IpNetwork, name: string, windowMs: number): number {
    const nowMs = this.#nowMs();
    const key = formatNetwork(network);
    const known = this.#ofNetwork.get(key) ?? [];
    const recent = [...known.filter(({ atMs }) => nowMs - atMs < windowMs), { name, atMs: nowMs }];
    this.#drop(key);
    this.#ofNetwork.set(key, recent);
    this.#keptCount += recent.length;
    for (const oldest of this.#ofNetwork.keys()) {
      if (this.#keptCount <= failedLoginsKeptMax || oldest === key) break;
      this.#drop(oldest);
    }
    return recent.length;
  }

  /** A login succeeded: forgets what its name failed from that network. */
  forgive(network: IpNetwork, name: string): void {
    const key = formatNetwork(network);
    const known = this.#ofNetwork.get(key);
    if (known === undefined) return;
    const others = known.filter((failed) => failed.name !== name);
    if (others.length === 0) return this.#drop(key);
    this.#keptCount -= known.length - others.length;
    this.#ofNetwork.set(key, others);
  }

  /** Forgets all that failed from within `network`. */
  forget(network: IpNetwork): void {
    for (const key of this.#ofNetwork.keys()) {
      const counted = parseNetwork(key);
      if (counted !== null && containsNetwork(network, counted)) this.#drop(key);
    }
  }

  #drop(key: string): void {
    this.#keptCount -= this.#ofNetwork.get(key)?.length ?? 0;
    this.#ofNetwork.delete(key);
  }
}
