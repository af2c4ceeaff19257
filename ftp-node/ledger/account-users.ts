// The users that accounts have with `isolation: session`: a number for each account, from 1 on, given once and for good, so
// that no account ever gets what was another's. Caller: the session host's handlers, through main.ts.
import type { Ledger } from './ledger.ts';

/** The numbers of the accounts. */
export interface AccountUsers {
  /** The account's number, a new one at the first time; null when none is left up to `countMax`. */
  numberOf(account: string, countMax: number): number | null;
}

/** Opens them in the ledger. */
export function openAccountUsers(ledger: Ledger): AccountUsers {
  const { database } = ledger;
  const find = database.prepare('select number from account_user where account = ?');
  const last = database.prepare('select coalesce(max(number), 0) as number from account_user');
  const add = database.prepare('insert into account_user (account, number) values (?, ?)');
  return {
    numberOf: (account, countMax) => {
      const known = find.get(account) as { number: number } | undefined;
      if (known !== undefined) return known.number <= countMax ? known.number : null;
      return ledger.transaction(() => {
        const number = (last.get() as { number: number }).number + 1;
        if (number > countMax) return null;
        add.run(account, number);
        return number;
      });
    },
  };
}
