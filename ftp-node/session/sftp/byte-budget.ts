// A bounded number of bytes that may be in memory at once, handed out in the order of asking.
// Callers: sftp-session.ts (one for each channel) and account-budgets.ts (one for each account).

interface Waiter {
  readonly bytes: number;
  readonly grant: () => void;
}

/** A budget of `totalBytes`. A demand for more than that is granted alone. */
export class ByteBudget {
  readonly #totalBytes: number;
  #freeBytes: number;
  readonly #waiters: Waiter[] = [];

  constructor(totalBytes: number) {
    this.#totalBytes = totalBytes;
    this.#freeBytes = totalBytes;
  }

  /** Bytes that are taken now. */
  get takenBytes(): number {
    return this.#totalBytes - this.#freeBytes;
  }

  /** Waits for room and takes it; call the result, once, to give it back. Rejects when `signal` aborts first. */
  async take(wantedBytes: number, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const bytes = Math.min(wantedBytes, this.#totalBytes);
    if (this.#waiters.length > 0 || bytes > this.#freeBytes) await this.#wait(bytes, signal);
    else this.#freeBytes -= bytes;
    return () => {
      this.#freeBytes += bytes;
      this.#grantNext();
    };
  }

  #wait(bytes: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        bytes,
        grant: () => {
          signal.removeEventListener('abort', leave);
          resolve();
        },
      };
      const leave = (): void => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        reject(signal.reason as Error);
        // Whoever stood behind may fit now.
        this.#grantNext();
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiters.push(waiter);
    });
  }

  #grantNext(): void {
    for (let next = this.#waiters[0]; next && next.bytes <= this.#freeBytes; next = this.#waiters[0]) {
      this.#waiters.shift();
      this.#freeBytes -= next.bytes;
      next.grant();
    }
  }
}
