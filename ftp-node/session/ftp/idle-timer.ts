// Defect 6 of ftp-srv: its idle timeout watches the control socket alone, which is silent during a transfer, and so it
// kills long downloads. This clock stands still while a command runs. Caller: control-connection.ts.

/** Calls `expired` once nothing has run for `timeoutMs`. */
export class IdleTimer {
  readonly #timeoutMs: number;
  readonly #expired: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(timeoutMs: number, expired: () => void) {
    this.#timeoutMs = timeoutMs;
    this.#expired = expired;
  }

  /** Begins the idle time anew. */
  restart(): void {
    this.stop();
    this.#timer = setTimeout(this.#expired, this.#timeoutMs);
  }

  /** Something runs, or the connection is over. */
  stop(): void {
    clearTimeout(this.#timer);
  }
}
