// Defect 6 of ftp-srv: its idle timeout watches the control socket alone, which is silent during a transfer, and so it
// kills long downloads. This clock stands still while a command runs. Caller: control-connection.ts.

/** Calls `expired` once nothing has run for `timeoutMs`. */
export class IdleTimer {
  #timeoutMs: number;
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

  /** From now on the connection may be idle for so long; one that is idle now begins anew. */
  setTimeout(timeoutMs: number): void {
    this.#timeoutMs = timeoutMs;
    if (this.#timer !== undefined) this.restart();
  }

  /** Something runs, or the connection is over. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
