// Messages of appliances that are turned away: counted by why and by whom they said they were from, so that an administrator hears
// of an unknown or forged name, and a flood of them fills nothing. Called by whoever opens messages.
import type { ApplianceRefusal } from '#commlink/methods/fleet-methods.ts';
import { networkOf } from '#commlink/network-of.ts';
import type { ServiceContext } from '../service-context.ts';
import { otherSenders } from '../store/fleet-beats.ts';
import { refusalNotesMax, refusalRowsMax } from './limits.ts';

/** What is known of the sender. */
export interface RefusedMessage {
  readonly reason: ApplianceRefusal;
  /** The uid that it named; empty when it named none. */
  readonly uid: string;
  readonly address: string;
}

interface Note {
  readonly kind: ApplianceRefusal;
  readonly subject: string;
  readonly address: string;
  count: number;
}

/** Counts what is turned away; in memory between two writes, since each could be one of a flood. */
export class FleetRefusals {
  readonly #context: Pick<ServiceContext, 'store' | 'clock' | 'log'>;
  readonly #waiting = new Map<string, Note>();
  /** The newest one; the others are counted. */
  #fault: unknown = null;

  constructor(context: Pick<ServiceContext, 'store' | 'clock' | 'log'>) {
    this.#context = context;
  }

  /** Notes one. */
  note({ reason, uid, address }: RefusedMessage): void {
    const subject = uid === '' ? networkOf(address) : uid;
    const isTold = this.#waiting.has(`${reason} ${subject}`) || this.#waiting.size < refusalNotesMax;
    this.#count({ kind: reason, subject: isTold ? subject : otherSenders, address, count: 1 });
  }

  /** Notes one that could not be taken, though nothing was wrong with it that can be named. */
  noteFault(error: unknown, sender: Omit<RefusedMessage, 'reason'>): void {
    this.#fault = error;
    this.note({ ...sender, reason: 'fault' });
  }

  /** Writes down what was noted. */
  async write(): Promise<void> {
    if (this.#waiting.size === 0) return;
    const noted = [...this.#waiting.values()];
    const fault = this.#fault;
    this.#waiting.clear();
    this.#fault = null;
    const { store, clock, log } = this.#context;
    if (fault !== null)
      log.error({ err: fault }, 'messages of appliances could not be taken; the newest fault');
    const atMs = clock.nowMs();
    await store.transaction(async ({ beats }) => {
      for (const note of noted) await beats.countRefusal({ ...note, rowsMax: refusalRowsMax }, atMs);
    });
    log.warn({ refused: noted.length }, 'messages of appliances were turned away');
  }

  #count(note: Note): void {
    const key = `${note.kind} ${note.subject}`;
    const known = this.#waiting.get(key);
    if (known) known.count += 1;
    else this.#waiting.set(key, note);
  }
}
