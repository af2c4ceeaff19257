// What happened to an appliance at one moment, for its timeline. Called by whoever changes something about it, and written in the
// transaction of the change.
import type { Transaction } from '../store/store.ts';

/** What an appliance's timeline tells. */
export type ApplianceEventKind =
  | 'enrolled'
  | 'keys_replaced'
  | 'restarted'
  | 'hardware_changed'
  | 'problems'
  | 'result'
  | 'confirmed'
  | 'missing'
  | 'back'
  | 'quarantined'
  | 'released'
  | 'retired'
  | 'restore_asked'
  | 'restored'
  | 'more';

/** The events of one moment. */
export class EventList {
  readonly uid: string;
  readonly atMs: number;
  readonly #events: { kind: ApplianceEventKind; detail: object }[] = [];

  constructor(uid: string, atMs: number) {
    this.uid = uid;
    this.atMs = atMs;
  }

  /** Adds one. */
  add(kind: ApplianceEventKind, detail: object): void {
    this.#events.push({ kind, detail });
  }

  get count(): number {
    return this.#events.length;
  }

  /** Leaves out what there is no room for, and says so where there is room for that. */
  fitInto(room: number): void {
    if (this.#events.length < room) return;
    this.#events.splice(Math.max(0, room - 1));
    if (room > 0) this.add('more', {});
  }

  /** Writes them. */
  async write({ beats }: Transaction): Promise<void> {
    for (const { kind, detail } of this.#events) {
      await beats.addEvent({ uid: this.uid, atMs: this.atMs, kind, detail: JSON.stringify(detail) });
    }
  }
}
