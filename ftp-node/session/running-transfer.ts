// One running transfer of a session server: what its protocol sees of it, and what the stager may do to it. Caller: the
// transfer registry.
import { RateBucket } from './rate-bucket.ts';
import type { Transfer } from './session-services.ts';

/** How a transfer ended. */
export interface TransferEnding {
  readonly download: string;
  readonly outcome: 'complete' | 'partial' | 'aborted' | 'revoked';
  readonly sentBytes: number;
}

/** A transfer that has begun. */
export class RunningTransfer implements Transfer {
  readonly download: string;
  readonly #cut = new AbortController();
  readonly #onEnd: (ending: TransferEnding) => void;
  readonly #waitForTurn: (byteCount: number) => Promise<void>;
  #bucket: RateBucket | null = null;
  #isPaced = false;
  #sentBytes = 0;
  #toldBytes = 0;

  constructor(download: string, onEnd: (ending: TransferEnding) => void) {
    this.download = download;
    this.#onEnd = onEnd;
    this.#waitForTurn = async (byteCount) => this.#bucket?.take(byteCount, this.signal);
  }

  get signal(): AbortSignal {
    return this.#cut.signal;
  }

  get pace(): Transfer['pace'] {
    return this.#isPaced ? this.#waitForTurn : null;
  }

  progress(sentBytes: number): void {
    this.#sentBytes = sentBytes;
  }

  end(outcome: 'complete' | 'partial' | 'aborted', sentBytes: number): void {
    this.#onEnd({
      download: this.download,
      outcome: this.signal.aborted ? 'revoked' : outcome,
      sentBytes,
    });
  }

  /** Stops it. */
  cut(): void {
    this.#cut.abort();
  }

  /** What it may send from now on; null is no limit. */
  setRate(bytesPerSecond: number | null): void {
    this.#isPaced = bytesPerSecond !== null;
    if (this.#bucket !== null) this.#bucket.setRate(bytesPerSecond);
    else if (bytesPerSecond !== null) this.#bucket = new RateBucket(bytesPerSecond);
  }

  /** What was sent, if that is more than at the last question; null otherwise. */
  takeNews(): number | null {
    if (this.#sentBytes === this.#toldBytes) return null;
    this.#toldBytes = this.#sentBytes;
    return this.#sentBytes;
  }
}
