// Notices that the database could not grow: of a server's disk nothing can be known but that it refused a change. Made by
// start-services.ts, which puts it around the store; asked by the alerts. Kept in memory: a restart judges anew.
import { InternalDbError } from '../internal-db-error.ts';
import { databaseFullToldMs } from '../limits.ts';
import type { Store } from './store.ts';

/** Whether the database has room, as far as its answers show. */
export class DatabaseRoom {
  readonly #nowMs: () => number;
  #refusedAtMs: number | null = null;
  #hasCommittedSince = false;

  /** `nowMs` is a clock that never goes back. */
  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** The same store, with the end of each transaction looked at. */
  watch(store: Store): Store {
    return {
      ...store,
      transaction: async (work) => {
        try {
          const result = await store.transaction(work);
          this.#hasCommittedSince = true;
          return result;
        } catch (error) {
          if (error instanceof InternalDbError && error.code === 'disk_full') this.#noteRefusal();
          throw error;
        }
      },
    };
  }

  /**
   * True from a transaction that was refused for want of room until another one was committed and nothing was refused for
   * `databaseFullToldMs`: a small change may still find room in pages that the database has.
   */
  isFull(): boolean {
    if (this.#refusedAtMs === null) return false;
    return !this.#hasCommittedSince || this.#nowMs() - this.#refusedAtMs < databaseFullToldMs;
  }

  #noteRefusal(): void {
    this.#refusedAtMs = this.#nowMs();
    this.#hasCommittedSince = false;
  }
}
