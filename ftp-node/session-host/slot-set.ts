// The session servers of one generation: a fixed number of them, each replaced when it dies, or those of a pool
// (session-pool.ts). Caller: session-generation.ts.
import type { SessionSlot } from './session-slot.ts';

/** Which session servers there are. What is told to all of them the generation tells each. */
export interface SlotSet {
  /** Those that there are now. */
  readonly slots: readonly SessionSlot[];
  /** Starts the first processes; rejects (StartupError) when one cannot start. They accept nothing yet. */
  start(): Promise<void>;
  /** They accept from now on, and so does whoever joins them. */
  accept(): Promise<void>;
  /** Nobody joins any more. */
  close(): void;
  /** Resolves when it is closed and all processes are gone. */
  readonly over: Promise<unknown>;
}

/** So many, from the first to the last moment. */
export class FixedSlots implements SlotSet {
  readonly slots: readonly SessionSlot[];

  constructor(slots: readonly SessionSlot[]) {
    this.slots = slots;
  }

  /** See SlotSet. */
  async start(): Promise<void> {
    const results = await Promise.allSettled(this.slots.map((slot) => slot.start()));
    const failure = results.find((result) => result.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
  }

  /** See SlotSet. */
  async accept(): Promise<void> {
    await Promise.all(this.slots.map((slot) => slot.accept()));
  }

  /** See SlotSet; there is nobody to join. */
  close(): void {}

  /** See SlotSet. */
  get over(): Promise<unknown> {
    return Promise.all(this.slots.map((slot) => slot.over));
  }
}
