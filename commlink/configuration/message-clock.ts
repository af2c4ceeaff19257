// When the next periodic version message is due: every interval, give or take a share of it, so that many nodes that were
// started together do not all speak at once. Caller: the shell. On the steady clock; it decides nothing else.

/** What to call, and how often; the interval is asked anew for each wait, since it is configured. */
export interface MessageClockOptions {
  readonly intervalMs: () => number;
  /** The share of the interval by which a wait varies, up and down. */
  readonly jitter: number;
  readonly onDue: () => void;
}

/** A running clock. */
export class MessageClock {
  readonly #options: MessageClockOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: MessageClockOptions) {
    this.#options = options;
    this.#wait();
  }

  /** Calls no more. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  #wait(): void {
    const { intervalMs, jitter, onDue } = this.#options;
    const factor = 1 + jitter * (2 * Math.random() - 1);
    this.#timer = setTimeout(() => {
      this.#wait();
      onDue();
    }, intervalMs() * factor);
  }
}
