// What a session server of one connection may ask (isolation: session): until it has entered an account nothing about
// files, and afterwards nothing about another account. Caller: session-generation.ts, for each process of its own.
import type { HostHandlers } from './session-process.ts';

/** The handlers that are the same for every session server. */
export type CommonHandlers = Omit<HostHandlers, 'server.configure' | 'server.occupied' | 'account.enter'>;

/** What the two calls that only such a process makes do. */
export interface EnteringHooks {
  /** Makes the account's directory and gives its number; null when there is none left. */
  readonly enterAccount: (account: string) => number | null;
  readonly onOccupied: () => void;
}

/** The handlers of a process that becomes one account's. */
export function bindToOneAccount(
  common: CommonHandlers,
  { enterAccount, onOccupied }: EnteringHooks,
): Omit<HostHandlers, 'server.configure'> {
  let entered: string | null = null;
  return {
    ...common,
    'server.occupied': async () => {
      onOccupied();
      return {};
    },
    'account.enter': async ({ account }) => {
      if (entered !== null && entered !== account)
        throw new Error('A session server asked to enter a second account.');
      entered = account;
      const user = enterAccount(account);
      if (user === null) throw new Error('No user is left for another account: raise accountUids.count.');
      return { user };
    },
    'staging.describe': async (asked, context) =>
      asked.account === entered ? common['staging.describe'](asked, context) : null,
    'transfer.begin': async (start, context) =>
      start.account === entered
        ? common['transfer.begin'](start, context)
        : { begun: false, refusal: 'not_staged' },
  };
}

/** The handlers of a process that serves all accounts. */
export function serveAllAccounts(common: CommonHandlers): Omit<HostHandlers, 'server.configure'> {
  const refuse = async (): Promise<never> => {
    throw new Error('This session server serves all accounts.');
  };
  return { ...common, 'server.occupied': refuse, 'account.enter': refuse };
}
