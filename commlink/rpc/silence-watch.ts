// Notices a peer that has gone without closing: a machine that lost power, a path that drops everything.
// Caller: rpc-connection.ts. One interval timer a connection, none at all where the limits say 0.
import type { RpcLimits } from '../limits.ts';

/** What to do when the peer is silent, and when it has been silent for too long. */
export interface SilenceActions {
  readonly ask: () => void;
  readonly giveUp: () => void;
}

/** Watches the time since the peer was last heard. */
export class SilenceWatch {
  readonly #limits: RpcLimits;
  readonly #actions: SilenceActions;
  readonly #timer: NodeJS.Timeout | undefined;
  #heardAtMs = performance.now();

  constructor(limits: RpcLimits, actions: SilenceActions) {
    this.#limits = limits;
    this.#actions = actions;
    if (limits.heartbeatMs > 0) this.#timer = setInterval(() => this.#look(), limits.heartbeatMs);
  }

  /** Something came from the peer. */
  heard(): void {
    if (this.#timer) this.#heardAtMs = performance.now();
  }

  /** Stops for good. */
  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const silentMs = performance.now() - this.#heardAtMs;
    if (silentMs > this.#limits.silenceMsMax) {
      // If this process itself was held up, the peer's lines are waiting in the socket: read once before judging.
      setImmediate(() => this.#judge());
    } else if (silentMs >= this.#limits.heartbeatMs / 2) this.#actions.ask();
  }

  #judge(): void {
    if (performance.now() - this.#heardAtMs > this.#limits.silenceMsMax) this.#actions.giveUp();
  }
}
