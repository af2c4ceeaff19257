// Bounds the bytes that all SFTP sessions of one account hold in memory together.
// Caller: ssh-connection.ts, for each login. How many sessions there may be is decided by services.registerSession.
import { ByteBudget } from './byte-budget.ts';
import { sftpLimits } from './sftp-limits.ts';

/** A session's part in its account's budget. */
export interface BudgetShare {
  /** Shared by all sessions of the account. */
  readonly budget: ByteBudget;
  /** To be called once, when the session is over. */
  leave(): void;
}

/** The budgets of the accounts that have sessions now. */
export class AccountBudgets {
  readonly #accounts = new Map<string, { sessionCount: number; readonly budget: ByteBudget }>();

  /** Joins the budget of `account`. */
  join(account: string): BudgetShare {
    const known = this.#accounts.get(account);
    const shared = known ?? { sessionCount: 0, budget: new ByteBudget(sftpLimits.accountInFlightBytesMax) };
    if (known === undefined) this.#accounts.set(account, shared);
    shared.sessionCount += 1;
    const leave = (): void => {
      shared.sessionCount -= 1;
      if (shared.sessionCount === 0) this.#accounts.delete(account);
    };
    return { budget: shared.budget, leave };
  }
}
