// Runs transactions one after the other, and commits those that wait together with one flush to the disk (group commit):
// at 50 callers that is tens of times as many a second. Each piece of work has a savepoint of its own, so that one that
// fails undoes nothing of its neighbours'; nobody hears of success before the common commit is durable.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { InternalDbError } from '../../internal-db-error.ts';
import type { SqlWriter } from './sql-connection.ts';

/** Bounds of a queue. */
export interface CommitQueueLimits {
  readonly waitingMax: number;
  readonly perCommitMax: number;
}

type Outcome =
  { readonly done: true; readonly result: unknown } | { readonly done: false; readonly error: unknown };

interface Job {
  readonly work: () => Promise<unknown>;
  readonly settle: (outcome: Outcome) => void;
}

/** A first-in first-out queue of transactions on one connection. */
export class CommitQueue {
  readonly #connection: SqlWriter;
  readonly #limits: CommitQueueLimits;
  readonly #waiting: Job[] = [];
  #running: Promise<void> | null = null;
  #closed = false;

  constructor(connection: SqlWriter, limits: CommitQueueLimits) {
    this.#connection = connection;
    this.#limits = limits;
  }

  /**
   * Runs `work` after all that was queued before; resolves when its writes are durable. InternalDbError `overloaded` or
   * `closed`: it was not begun.
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new InternalDbError('closed', 'the store is closed');
    if (this.#waiting.length >= this.#limits.waitingMax) {
      throw new InternalDbError('overloaded', 'too many transactions wait');
    }
    const settled = new Promise<Outcome>((settle) => this.#waiting.push({ work, settle }));
    this.#running ??= this.#drain();
    const outcome = await settled;
    if (outcome.done) return outcome.result as T;
    throw outcome.error;
  }

  /** Lets what is queued finish, takes nothing new, then runs `last` once. */
  async close(last: () => Promise<void>): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#running;
    await last();
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      // One turn of the event loop, in which the calls that have arrived meanwhile join the same commit.
      await nextTurn();
      const jobs = this.#waiting.splice(0, this.#limits.perCommitMax);
      const outcomes = await this.#commitTogether(jobs);
      for (const [index, job] of jobs.entries()) {
        job.settle(outcomes[index] ?? { done: false, error: new Error('a transaction without an outcome') });
      }
    }
    this.#running = null;
  }

  async #commitTogether(jobs: readonly Job[]): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    try {
      // What an earlier round could not roll back must not be committed with this one.
      if (this.#connection.inTransaction) await this.#connection.rollback();
      await this.#connection.begin();
      for (const job of jobs) outcomes.push(await this.#runInSavepoint(job));
      await this.#connection.commit();
      return outcomes;
    } catch (error) {
      // SQLite itself rolls back on some errors (a full disk among them): https://sqlite.org/lang_transaction.html
      if (this.#connection.inTransaction) await this.#tryRollback();
      // What had failed by itself keeps its own error; everything else was undone by this one.
      return jobs.map((_job, index) => {
        const outcome = outcomes[index];
        return outcome?.done === false ? outcome : { done: false, error };
      });
    }
  }

  /** One that fails is tried again before the next round: those that wait are told of their own error now. */
  async #tryRollback(): Promise<void> {
    try {
      await this.#connection.rollback();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
    }
  }

  /** Throws when the whole transaction is gone, and with it what the others have done. */
  async #runInSavepoint(job: Job): Promise<Outcome> {
    await this.#connection.execute('SAVEPOINT job');
    try {
      const result = await job.work();
      await this.#connection.execute('RELEASE job');
      return { done: true, result };
    } catch (error) {
      if (!this.#connection.inTransaction) throw error;
      await this.#connection.execute('ROLLBACK TO job');
      await this.#connection.execute('RELEASE job');
      return { done: false, error };
    }
  }
}
