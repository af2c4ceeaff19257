// Store interface: accounts (customer organizations) and their users.
// Implemented by each engine, used by the services.
import type { Language, UserRole } from '#commlink/methods/people-fields.ts';

/** An account as stored. */
export interface AccountRecord {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly state: 'active' | 'suspended';
  readonly createdAtMs: number;
}

/**
 * A user as stored. `name` is unique over all accounts; `passwordHash` is an argon2 string, null when there is none; `email`
 * is in lower case. Users who were removed are found by no read.
 */
export interface UserRecord {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly displayName: string;
  readonly passwordHash: string | null;
  readonly role: UserRole;
  readonly email: string | null;
  readonly language: Language;
  readonly createdAtMs: number;
}

/** A user together with its account. */
export interface UserWithAccount {
  readonly user: UserRecord;
  readonly account: AccountRecord;
}

/** Reading accounts. */
export interface AccountReads {
  byId(id: string): Promise<AccountRecord | undefined>;
  byName(name: string): Promise<AccountRecord | undefined>;
  /** All accounts by name. */
  all(): Promise<AccountRecord[]>;
  /** Accounts by name, from behind `after`. */
  page(wanted: { after: string | null; limit: number }): Promise<AccountRecord[]>;
  userByName(name: string): Promise<UserWithAccount | undefined>;
}

/** Writing accounts. A name that exists is `taken`. */
export interface AccountWrites extends AccountReads {
  insert(account: AccountRecord): Promise<void>;
  setState(id: string, state: AccountRecord['state']): Promise<void>;
  insertUser(user: UserRecord): Promise<void>;
  setPasswordHash(userId: string, passwordHash: string): Promise<void>;
}
