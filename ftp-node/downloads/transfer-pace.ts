// How many transfers each account may begin in a second, over all protocols and session servers: each costs a durable
// record. Some more than that are held back until their turn comes; too many are declined. Caller: session-handlers.ts.
import { transferPaceSweepMs, transferPatienceMsMax } from '../limits.ts';
import { pause } from '#commlink/pause.ts';

const second = 1000;

/** The pace of all accounts: generic cell rate algorithm (ITU-T I.371), with a burst of one second's worth. */
export class TransferPace {
  readonly #perSecondMax: () => number;
  readonly #now: () => number;
  /** When the account's next transfer would be due if they came evenly. Steady clock. */
  readonly #dueAtMs = new Map<string, number>();
  readonly #sweep: NodeJS.Timeout;

  /** `perSecondMax` is asked at each transfer; `now` is a steady clock in milliseconds. */
  constructor(perSecondMax: () => number, now: () => number = () => performance.now()) {
    this.#perSecondMax = perSecondMax;
    this.#now = now;
    this.#sweep = setInterval(() => this.#forgetIdle(), transferPaceSweepMs).unref();
  }

  /** Resolves to true when the account may begin a transfer now, after a wait perhaps; to false when it must not. */
  async admit(account: string): Promise<boolean> {
    const nowMs = this.#now();
    const intervalMs = second / this.#perSecondMax();
    const dueAtMs = Math.max(nowMs, this.#dueAtMs.get(account) ?? 0);
    const waitMs = dueAtMs + intervalMs - second - nowMs;
    if (waitMs > transferPatienceMsMax) return false;
    this.#dueAtMs.set(account, dueAtMs + intervalMs);
    if (waitMs > 0) await pause(waitMs);
    return true;
  }

  /** Stops its timer. */
  stop(): void {
    clearInterval(this.#sweep);
  }

  #forgetIdle(): void {
    const nowMs = this.#now();
    for (const [account, dueAtMs] of this.#dueAtMs) if (dueAtMs <= nowMs) this.#dueAtMs.delete(account);
  }
}
