// Where a session server finds the accounts, and what it does before it opens the first path of one: nothing, where all
// sessions share a process; with a process for each session it becomes that account's for good. Caller:
// build-session-services.ts. Trusts the account's name as far as a verdict or a verified URL has given it.
import { compileSchema } from '#commlink/schema.ts';
import { Slug } from '#commlink/methods/fields.ts';
import { openAccountDirectory, openOwnDirectory } from './account-directory.ts';
import { enterAccountDirectory } from './account-jail.ts';
import type { AccountDirectory } from './session-services.ts';

const accountName = compileSchema('account name', Slug);

/** The accounts as this process may see them. */
export interface AccountPlace {
  /** Called before anything of an account is looked at. False: this process is another account's. */
  enter(account: string): Promise<boolean>;
  /** The directory of an account that was entered. */
  directoryOf(account: string): AccountDirectory;
}

/** All accounts, below a directory that is asked for each time: it is another one once the jail is shut. */
export function sharedAccounts(baseDirectory: () => string): AccountPlace {
  return {
    enter: async () => true,
    directoryOf: (account) => openAccountDirectory(baseDirectory(), account),
  };
}

/** What a process that becomes one account's works with. */
export interface OwnAccountOptions {
  /** The user that the account has in this process's namespace; asked once. Rejects when it has none. */
  readonly userOf: (account: string) => Promise<number>;
  /** Called when there is no way back. */
  readonly onEntered: () => void;
}

/** The one account that the process becomes. */
export class OwnAccount implements AccountPlace {
  readonly #options: OwnAccountOptions;
  #account: string | null = null;
  #entered: Promise<void> | null = null;

  constructor(options: OwnAccountOptions) {
    this.#options = options;
  }

  /** See AccountPlace. When it fails the process belongs to nobody, and every later call fails too. */
  async enter(account: string): Promise<boolean> {
    this.#account ??= accountName.parse(account);
    if (this.#account !== account) return false;
    this.#entered ??= this.#becomeOwner(account);
    await this.#entered;
    return true;
  }

  /** See AccountPlace. Throws when the account was not entered. */
  directoryOf(account: string): AccountDirectory {
    if (this.#account !== account || this.#entered === null)
      throw new Error('The account was not entered, and its directory is asked for.');
    return openOwnDirectory();
  }

  async #becomeOwner(account: string): Promise<void> {
    enterAccountDirectory(account, await this.#options.userOf(account));
    this.#options.onEntered();
  }
}
