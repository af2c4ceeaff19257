// Logs refused links, but no more than a bounded number in a minute: whoever can reach the port must not be able to
// fill the disk. Caller: link-listener.ts. What is left out is counted, and the count is logged.
import { loggedRefusalsPerMinuteMax } from '../limits.ts';
import type { Logger } from '../log.ts';
import type { LinkError } from './link-error.ts';

const windowMs = 60_000;

/** A bounded log of refusals. */
export class RefusalLog {
  readonly #log: Logger;
  #windowStartMs = -Infinity;
  #logged = 0;
  #leftOut = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Logs one refusal with the address that it came from. */
  write(error: LinkError, from: { remoteAddress: string; remotePort: number }): void {
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
