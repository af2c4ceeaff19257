// How fast a transfer has been over the last seconds, from what its session server tells once a second. Caller: the
// session directory, for those who watch. Steady clock.
import { speedWindowMs } from '../limits.ts';

/** The speed of one transfer. */
export class TransferSpeed {
  readonly startedAtMs: number;
  /** Oldest first; the first one is at the window's beginning or before it. */
  readonly #marks: { readonly atMs: number; readonly sentBytes: number }[];

  constructor(nowMs: number) {
    this.startedAtMs = nowMs;
    this.#marks = [{ atMs: nowMs, sentBytes: 0 }];
  }

  /** All that was sent until now. */
  note(sentBytes: number, nowMs: number): void {
    this.#marks.push({ atMs: nowMs, sentBytes });
    this.#forget(nowMs);
  }

  /** Over the window, or since the beginning when that is less; one that stands still slows down to 0. */
  bytesPerSecond(nowMs: number): number {
    this.#forget(nowMs);
    const [oldest] = this.#marks;
    const newest = this.#marks.at(-1);
    if (oldest === undefined || newest === undefined || nowMs - newest.atMs >= speedWindowMs) return 0;
    const spanMs = Math.max(1000, nowMs - oldest.atMs);
    return Math.round(((newest.sentBytes - oldest.sentBytes) * 1000) / spanMs);
  }

  #forget(nowMs: number): void {
    while (this.#marks.length > 1 && this.#marks[1]!.atMs <= nowMs - speedWindowMs) this.#marks.shift();
  }
}
