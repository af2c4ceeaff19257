// Keeps one connection to one node: dials, re-dials with growing pauses, and replaces a link that has grown old by one
// from another port, hence with another key. The successor comes first, then the old link drains: no call is lost.
// Caller: commlink.ts, one slot for each connection that the configuration asks for.
import { redialPauseMsMax, redialPauseMsMin, settledLinkMs } from '../limits.ts';
import { delay } from './delay.ts';
import type { LinkContext } from './link-context.ts';
import { dialLink, type DialTarget } from './link-dialler.ts';
import { LinkError, type LinkErrorCode } from './link-error.ts';
import type { LinkTable, OpenLink } from './link-table.ts';

/** Whom to keep a link to, and when to replace it. */
export interface DialSlotOptions {
  readonly target: DialTarget;
  readonly context: LinkContext;
  readonly table: LinkTable;
  readonly linkAgeMaxMs: number;
}

/** One connection that is kept up. */
export class DialSlot {
  readonly #options: DialSlotOptions;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #current: OpenLink | undefined;
  #replaceNow: (() => void) | undefined;
  #lastFailure: LinkErrorCode | undefined;

  constructor(options: DialSlotOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** Replaces the link at once if it does not use the generation that is to be sent now. */
  refresh(): void {
    const { context, target } = this.#options;
    const bag = context.bags.find(context.self.id, target.peer.id);
    if (this.#current && this.#current.proven.generation !== bag?.sendGeneration) this.#replaceNow?.();
  }

  /** Dials no more. The link that is up stays for its owner to drain. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    let failures = 0;
    while (!signal.aborted) {
      const next = await this.#dial();
      if (!next) {
        failures += 1;
        await delay(redialPauseMs(failures), signal);
        continue;
      }
      const previous = this.#current;
      this.#current = next;
      if (previous) void this.#options.table.drain(previous);
      const openedAtMs = performance.now();
      await this.#untilReplaced(next);
      failures = performance.now() - openedAtMs < settledLinkMs ? failures + 1 : 0;
      if (!next.connection.usable) {
        this.#current = undefined;
        await delay(redialPauseMs(Math.max(failures, 1)), signal);
      }
    }
  }

  async #dial(): Promise<OpenLink | undefined> {
    const { target, context, table } = this.#options;
    const { signal } = this.#stop;
    try {
      const proven = await dialLink(target, context, signal);
      if (signal.aborted) {
        proven.socket.destroy();
        return undefined;
      }
      this.#lastFailure = undefined;
      return table.add(proven);
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      if (!signal.aborted) this.#logFailure(error);
      return undefined;
    }
  }

  /** The first failure of a kind is a warning, its repetitions are not: a node that is down is one event. */
  #logFailure(error: LinkError): void {
    const { context, target } = this.#options;
    const level = this.#lastFailure === error.code ? 'debug' : 'warn';
    this.#lastFailure = error.code;
    const { code, systemCode } = error;
    context.log[level]({ code, systemCode, peer: target.peer.name }, `no link: ${error.message}`);
  }

  /** Until the link has grown old (at a random age near the cap, so that a pool does not re-dial as one), or is gone. */
  async #untilReplaced(link: OpenLink): Promise<void> {
    const ageMs = this.#options.linkAgeMaxMs * (0.8 + 0.2 * Math.random());
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = new AbortController();
    this.#replaceNow = resolve;
    const stopped = AbortSignal.any([wake.signal, this.#stop.signal]);
    await Promise.race([link.connection.closed, promise, delay(ageMs, stopped)]);
    this.#replaceNow = undefined;
    wake.abort();
  }
}

/** Doubles with each failure up to the maximum; the upper half is random, so that many nodes do not come at once. */
function redialPauseMs(failures: number): number {
  const pauseMs = Math.min(redialPauseMsMax, redialPauseMsMin * 2 ** Math.min(failures - 1, 16));
  return pauseMs * (0.5 + 0.5 * Math.random());
}
