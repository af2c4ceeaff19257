// Appliances that wait to be called: each holds a request open, and internal-db's word ends it. Called by fleet-routes.ts and by the
// relay. What is not held here beats at its own time all the same. A place is taken before anybody is asked about the request: who
// finds none costs internal-db nothing.
import { waitingPingsMax } from '#commlink/fleet/limits.ts';
import { pingWaitMs } from './limits.ts';

/** Who waits. */
export class PingWaits {
  readonly #waiting = new Map<string, (pinged: boolean) => void>();
  #places = waitingPingsMax;

  /** Takes a place for a request, before it is known whose it is; false when none is free. To be given back by `leave`. */
  enter(): boolean {
    if (this.#places === 0) return false;
    this.#places -= 1;
    return true;
  }

  /** Gives a place back. */
  leave(): void {
    this.#places += 1;
  }

  /** Waits for a ping, in a place. Of one appliance the newest request waits, and ends the one before. */
  wait(uid: string, signal: AbortSignal): Promise<boolean> {
    this.#waiting.get(uid)?.(false);
    return new Promise((resolve) => {
      const end = (pinged: boolean): void => {
        clearTimeout(timer);
        if (this.#waiting.get(uid) === end) this.#waiting.delete(uid);
        resolve(pinged);
      };
      const timer = setTimeout(() => end(false), pingWaitMs);
      this.#waiting.set(uid, end);
      // Who has gone away while it was asked about is not waited for.
      if (signal.aborted) end(false);
      else signal.addEventListener('abort', () => end(false), { once: true });
    });
  }

  /** Calls one; false when it does not wait here. */
  ping(uid: string): boolean {
    const end = this.#waiting.get(uid);
    end?.(true);
    return end !== undefined;
  }

  /** Ends all: the program stops. */
  close(): void {
    for (const end of this.#waiting.values()) end(false);
  }
}
