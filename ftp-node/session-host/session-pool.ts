// Session servers for one connection each (isolation: session). Some are always ready, because a start takes long; each
// tells when it has its connection, and another one is started; it ends with its connection. When all that there may be are
// occupied, connections wait in the kernel's queue until one has ended. Caller: session-generation.ts.
import type { Logger } from '#commlink/log.ts';
import { sessionServerRestartMs } from '../limits.ts';
import { pause } from '#commlink/pause.ts';
import type { SessionSlot } from './session-slot.ts';
import type { SlotSet } from './slot-set.ts';

/** How many processes. */
export interface PoolSize {
  /** Started ahead, while there are not too many in all. */
  readonly warm: number;
  readonly max: number;
}

/** What a pool works with. */
export interface SessionPoolOptions {
  readonly size: PoolSize;
  /** Makes the slot of the so-manieth process, from 1 on. `onOccupied` is called when it has its connection. */
  readonly makeSlot: (number: number, onOccupied: () => void) => SessionSlot;
  readonly log: Logger;
}

/** The pool. */
export class SessionPool implements SlotSet {
  readonly #options: SessionPoolOptions;
  readonly #slots = new Set<SessionSlot>();
  readonly #occupied = new Set<SessionSlot>();
  readonly #closed = new AbortController();
  readonly #over = Promise.withResolvers<void>();
  #accepts = false;
  #lastNumber = 0;
  #pauseMs: number = sessionServerRestartMs.first;
  #isPausing = false;

  constructor(options: SessionPoolOptions) {
    this.#options = options;
  }

  /** See SlotSet. */
  get slots(): readonly SessionSlot[] {
    return [...this.#slots];
  }

  /** See SlotSet. */
  get over(): Promise<unknown> {
    return this.#over.promise;
  }

  /** See SlotSet. */
  async start(): Promise<void> {
    // The first one keeps what it has compiled for the others.
    await this.#addSlot();
    await Promise.all(this.#addMissing());
  }

  /** See SlotSet. */
  async accept(): Promise<void> {
    this.#accepts = true;
    await Promise.all(this.slots.map((slot) => slot.accept()));
  }

  /** See SlotSet. */
  close(): void {
    this.#closed.abort();
    this.#resolveIfOver();
  }

  /** The starts of as many as are missing; none is repeated. */
  #addMissing(): Promise<void>[] {
    const { warm, max } = this.#options.size;
    const starts: Promise<void>[] = [];
    while (this.#slots.size - this.#occupied.size < warm && this.#slots.size < max)
      starts.push(this.#addSlot());
    return starts;
  }

  async #addSlot(): Promise<void> {
    this.#lastNumber += 1;
    const slot = this.#options.makeSlot(this.#lastNumber, () => {
      this.#pauseMs = sessionServerRestartMs.first;
      this.#occupied.add(slot);
      this.#refill();
    });
    this.#slots.add(slot);
    try {
      await slot.start();
      void slot.over.then(() => this.#forget(slot));
      if (this.#accepts) await slot.accept();
    } catch (error) {
      this.#slots.delete(slot);
      throw error;
    }
  }

  #forget(slot: SessionSlot): void {
    this.#slots.delete(slot);
    // One that dies before anybody came will not be the last.
    if (this.#occupied.delete(slot)) this.#refill();
    else void this.#refillLater();
    this.#resolveIfOver();
  }

  #refill(): void {
    if (this.#closed.signal.aborted || this.#isPausing) return;
    for (const start of this.#addMissing())
      start.catch((error: unknown) => {
        this.#options.log.error({ err: error }, 'a session server could not be started; trying again');
        void this.#refillLater();
        this.#resolveIfOver();
      });
  }

  async #refillLater(): Promise<void> {
    if (this.#closed.signal.aborted || this.#isPausing) return;
    this.#isPausing = true;
    await pause(this.#pauseMs, this.#closed.signal);
    this.#pauseMs = Math.min(this.#pauseMs * 2, sessionServerRestartMs.longest);
    this.#isPausing = false;
    this.#refill();
  }

  #resolveIfOver(): void {
    if (this.#closed.signal.aborted && this.#slots.size === 0) this.#over.resolve();
  }
}
