// Bounds what all SFTP sessions of one account hold together: bytes in memory, and open files. Without it the handles of
// one customer, a few on each of many channels, could use up the descriptors of the whole process.
// Caller: ssh-connection.ts, for each login. How many sessions there may be is decided by services.registerSession.
import { ByteBudget } from './byte-budget.ts';
import { sftpLimits } from './sftp-limits.ts';

/** A session's part in its account's budget. */
export interface BudgetShare {
  /** Shared by all sessions of the account. */
  readonly budget: ByteBudget;
  /** Counted by SftpHandles, for all channels of all sessions of the account. */
  readonly openHandles: { count: number };
  /** To be called once, when the session is over. */
  leave(): void;
}

/** The budgets of the accounts that have sessions now. */
export class AccountBudgets {
  readonly #accounts = new Map<string, Omit<BudgetShare, 'leave'> & { sessionCount: number }>();

  /** Joins the budget of `account`. */
  join(account: string): BudgetShare {
    const known = this.#accounts.get(account);
    const shared = known ?? {
      sessionCount: 0,
      budget: new ByteBudget(sftpLimits.accountInFlightBytesMax),
      openHandles: { count: 0 },
    };
    if (known === undefined) this.#accounts.set(account, shared);
    shared.sessionCount += 1;
    const leave = (): void => {
      shared.sessionCount -= 1;
      if (shared.sessionCount === 0) this.#accounts.delete(account);
    };
    return { budget: shared.budget, openHandles: shared.openHandles, leave };
  }
}
