// Counts refused connections and logs them, but no more than a bounded number in a minute: whoever can reach the port must
// not be able to fill the disk. Caller: psk-listener.ts. What is left out of the log is counted there in one line.
import { loggedRefusalsPerMinuteMax } from '../limits.ts';
import type { Logger } from '../log.ts';
import type { LinkError, LinkErrorCode } from './link-error.ts';

const windowMs = 60_000;

/** A bounded log of refusals. */
export class RefusalLog {
  readonly #log: Logger;
  readonly #countByCode = new Map<LinkErrorCode, number>();
  #windowStartMs = -Infinity;
  #logged = 0;
  #leftOut = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** All refusals so far, by code. */
  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#countByCode);
  }

  /** Counts one refusal, and logs it with the address that it came from. */
  write(error: LinkError, from: { remoteAddress: string; remotePort: number }): void {
    this.#countByCode.set(error.code, (this.#countByCode.get(error.code) ?? 0) + 1);
    const nowMs = performance.now();
    if (nowMs - this.#windowStartMs > windowMs) {
      if (this.#leftOut > 0) this.#log.warn({ leftOut: this.#leftOut }, 'more links were refused');
      this.#windowStartMs = nowMs;
      this.#logged = 0;
      this.#leftOut = 0;
    }
    if (this.#logged >= loggedRefusalsPerMinuteMax) {
      this.#leftOut += 1;
      return;
    }
    this.#logged += 1;
    this.#log.warn(
      { code: error.code, systemCode: error.systemCode, ...from },
      `link refused: ${error.message}`,
    );
  }
}
