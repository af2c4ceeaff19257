// Runs pieces of work one after the other, each to its end: node:sqlite has one transaction a connection, and the
// awaits inside a transaction must not let another one in. Used by open-sqlite-store.ts.
import { InternalDbError } from '../../internal-db-error.ts';

/** A first-in first-out queue with a bound on what waits. */
export class SerialQueue {
  readonly #waitingMax: number;
  #tail: Promise<unknown> = Promise.resolve();
  #waitingCount = 0;
  #closed = false;

  constructor(waitingMax: number) {
    this.#waitingMax = waitingMax;
  }

  /** Runs `work` after all that was queued before. InternalDbError `overloaded` or `closed`: it was not begun. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new InternalDbError('closed', 'the store is closed');
    if (this.#waitingCount >= this.#waitingMax) {
      throw new InternalDbError('overloaded', 'too many transactions wait');
    }
    this.#waitingCount += 1;
    const turn = this.#tail.then(() => {
      this.#waitingCount -= 1;
      return work();
    });
    // What follows in the queue doesn't care how this one ended; its caller gets the error from `turn`.
    this.#tail = turn.then(
      () => undefined,
      () => undefined,
    );
    return await turn;
  }

  /** Lets what is queued finish, takes nothing new, then runs `last` once. */
  async close(last: () => void): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#tail;
    last();
  }
}
