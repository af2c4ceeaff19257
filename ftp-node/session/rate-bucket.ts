// Holds a transfer to the rate that the stager gives it: a token bucket that may go into debt, so that any number of bytes
// may be asked for, and the next ask waits until they are paid. Caller: the transfer registry, one for each transfer whose
// rate is limited.
import { paceLookMsMax, rateBurstMs } from '../limits.ts';
import { pause } from '#commlink/pause.ts';

const second = 1000;

/** One transfer's bucket. */
export class RateBucket {
  readonly #now: () => number;
  #bytesPerSecond: number | null;
  #tokenBytes = 0;
  #filledAtMs: number;

  /** `now` is a steady clock in milliseconds. */
  constructor(bytesPerSecond: number, now: () => number = () => performance.now()) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#now = now;
    this.#filledAtMs = now();
  }

  /** The rate from now on; null is no limit, and lets go whoever waits. */
  setRate(bytesPerSecond: number | null): void {
    this.#fill();
    this.#bytesPerSecond = bytesPerSecond;
  }

  /** Resolves when `byteCount` bytes may be sent, or when `signal` aborts. Never rejects. */
  async take(byteCount: number, signal: AbortSignal): Promise<void> {
    this.#fill();
    this.#tokenBytes -= byteCount;
    for (;;) {
      this.#fill();
      const bytesPerSecond = this.#bytesPerSecond;
      if (bytesPerSecond === null || this.#tokenBytes >= 0 || signal.aborted) return;
      // Looked at again soon: the rate may be another by then.
      await pause(Math.min(paceLookMsMax, (-this.#tokenBytes * second) / bytesPerSecond), signal);
    }
  }

  #fill(): void {
    const nowMs = this.#now();
    const bytesPerSecond = this.#bytesPerSecond ?? 0;
    const earnedBytes = ((nowMs - this.#filledAtMs) * bytesPerSecond) / second;
    const burstBytes = (rateBurstMs * bytesPerSecond) / second;
    this.#filledAtMs = nowMs;
    this.#tokenBytes = Math.min(burstBytes, this.#tokenBytes + earnedBytes);
  }
}
