// Keeps one connection to one node: dials, re-dials with growing pauses, and replaces a link that has grown old, or that
// the configuration wants elsewhere or under other keys. The successor comes first, then the old link drains: no call is
// lost. Caller: dial-slots.ts, one slot for each connection that the configuration asks for.
import type { KeyGeneration } from '../key-bag.ts';
import { redialPauseMsMax, redialPauseMsMin, settledLinkMs } from '../limits.ts';
import { delay } from './delay.ts';
import type { LinkContext } from './link-context.ts';
import { dialLink, type DialTarget } from './link-dialler.ts';
import { LinkError, type LinkErrorCode } from './link-error.ts';
import type { LinkTable, OpenLink } from './link-table.ts';

/** Whom to keep a link to, and when to replace it. */
export interface DialAim {
  readonly target: DialTarget;
  readonly linkAgeMaxMs: number;
}

/** What all slots of a node share. */
export interface DialSlotSurroundings {
  readonly context: LinkContext;
  readonly table: LinkTable;
  /** Aborts when the commlink closes. */
  readonly closing: AbortSignal;
}

/** One connection that is kept up. */
export class DialSlot {
  readonly #context: LinkContext;
  readonly #table: LinkTable;
  /** Aborts when the commlink closes. */
  readonly #closing: AbortSignal;
  /** Aborts when nothing is to be dialled any more. */
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  /** Aborts when the aim has changed, so that what is under way for the old one is out of date. */
  #turn = new AbortController();
  #aim: DialAim;
  #keysToSend: KeyGeneration | undefined;
  #current: OpenLink | undefined;
  #lastFailure: LinkErrorCode | undefined;

  constructor(aim: DialAim, shared: DialSlotSurroundings) {
    this.#context = shared.context;
    this.#table = shared.table;
    this.#closing = shared.closing;
    this.#aim = aim;
    this.#keysToSend = this.#findKeysToSend();
    this.#running = this.#run();
  }

  /** Aims elsewhere: at another address of the same node, or with the keys that are to be sent now. */
  adopt(aim: DialAim): void {
    const { host, port } = this.#aim.target;
    const keysToSend = this.#findKeysToSend();
    const isSame = host === aim.target.host && port === aim.target.port && keysToSend === this.#keysToSend;
    this.#aim = aim;
    this.#keysToSend = keysToSend;
    if (!isSame) this.#turn.abort();
  }

  /** Dials no more. The link that is up stays for its owner to drain. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** Dials no more; the link that is up is handed over to another one to the same node. */
  async handOver(): Promise<void> {
    await this.stop();
    if (this.#current) await this.#table.handOver(this.#current);
  }

  #findKeysToSend(): KeyGeneration | undefined {
    return this.#context.bags.toSend(this.#context.self.id, this.#aim.target.peer.id);
  }

  async #run(): Promise<void> {
    const stopped = this.#stop.signal;
    let failures = 0;
    while (!stopped.aborted) {
      this.#turn = new AbortController();
      const changed = AbortSignal.any([stopped, this.#turn.signal]);
      const next = await this.#dial(this.#aim.target, changed);
      if (!next) {
        failures = changed.aborted ? 0 : failures + 1;
        await delay(redialPauseMs(failures), changed);
        continue;
      }
      const previous = this.#current;
      this.#current = next;
      if (previous) void this.#table.drain(previous);
      const openedAtMs = performance.now();
      await this.#untilReplaced(next, changed);
      failures = performance.now() - openedAtMs < settledLinkMs ? failures + 1 : 0;
      if (!next.connection.usable) {
        this.#current = undefined;
        await delay(redialPauseMs(failures), changed);
      }
    }
  }

  async #dial(target: DialTarget, changed: AbortSignal): Promise<OpenLink | undefined> {
    try {
      // Once TCP is up the handshake ends in a link, or not, within its time: the other end may take it for up already.
      const signals = { signal: this.#closing, connecting: changed };
      const link = this.#table.add(await dialLink(target, this.#context, signals));
      this.#lastFailure = undefined;
      return link;
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      if (!changed.aborted) this.#logFailure(error);
      return undefined;
    }
  }

  /** The first failure of a kind is a warning, its repetitions are not: a node that is down is one event. */
  #logFailure(error: LinkError): void {
    const level = this.#lastFailure === error.code ? 'debug' : 'warn';
    this.#lastFailure = error.code;
    const { code, systemCode } = error;
    const peer = this.#aim.target.peer.name;
    this.#context.log[level]({ code, systemCode, peer }, `no link: ${error.message}`);
  }

  /**
   * Until the link has grown old (at a random age near the cap, so that a pool does not re-dial as one), or takes no more
   * calls: it broke, or the other end drains it.
   */
  async #untilReplaced(link: OpenLink, changed: AbortSignal): Promise<void> {
    const ageMs = this.#aim.linkAgeMaxMs * (0.8 + 0.2 * Math.random());
    const wake = new AbortController();
    void link.connection.unusable.then(() => wake.abort());
    await delay(ageMs, AbortSignal.any([wake.signal, changed]));
  }
}

/** Doubles with each failure up to the maximum; the upper half is random, so that many nodes do not come at once. */
function redialPauseMs(failures: number): number {
  const pauseMs = Math.min(redialPauseMsMax, redialPauseMsMin * 2 ** Math.min(Math.max(failures - 1, 0), 16));
  return pauseMs * (0.5 + 0.5 * Math.random());
}
