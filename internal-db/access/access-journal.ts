// Notes who logged in or was refused, for the console's timeline. A login does not wait for the disk: events are collected
// and counted here, and written together every second. What a crash loses of them is in the log all the same.
// Told by decide-login.ts and open-session.ts; written by a schedule of start-services.ts.
import type { Logger } from '#commlink/log.ts';
import { accessEventsWaitingMax } from '../limits.ts';
import type { AccessEvent } from '../store/access-events.ts';
import type { Store, Transaction } from '../store/store.ts';
import { raiseEvent } from '../webhooks/webhook-event.ts';

interface Waiting {
  readonly event: AccessEvent;
  count: number;
}

/** The journal. */
export class AccessJournal {
  readonly #store: Store;
  readonly #log: Logger;
  #waiting = new Map<string, Waiting>();
  #droppedCount = 0;

  constructor(store: Store, log: Logger) {
    this.#store = store;
    this.#log = log;
  }

  /** Notes one event. Beyond a limit new kinds of events are only counted: somebody is filling the journal. */
  note(event: AccessEvent): void {
    const { atMs: _atMs, ...what } = event;
    const key = JSON.stringify(what);
    const known = this.#waiting.get(key);
    if (known) known.count += 1;
    else if (this.#waiting.size < accessEventsWaitingMax) this.#waiting.set(key, { event, count: 1 });
    else this.#droppedCount += 1;
  }

  /** Writes what was noted; what can't be written is lost, and said so. */
  async write(): Promise<void> {
    const waiting = [...this.#waiting.values()];
    this.#waiting = new Map();
    if (this.#droppedCount > 0) {
      this.#log.warn(
        { count: this.#droppedCount },
        'logins were not noted for the console: there are too many',
      );
      this.#droppedCount = 0;
    }
    if (waiting.length === 0) return;
    await this.#store.transaction(async (transaction) => {
      const { accessEvents } = transaction;
      for (const { event, count } of waiting) {
        await accessEvents.count(event, count);
        if (event.refusal !== null) await raiseRefusal(transaction, event, count);
      }
    });
  }
}

async function raiseRefusal(transaction: Transaction, event: AccessEvent, count: number): Promise<void> {
  const { accountId, atMs, door, protocol, principal, address, refusal } = event;
  const account = (await transaction.accounts.byId(accountId))?.name ?? null;
  const data = { account, principal, door, protocol, address, reason: refusal, count };
  await raiseEvent(transaction, { type: 'login.refused', atMs, data });
}
