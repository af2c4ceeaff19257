// Store interface: accounts (customer organizations), their users and accepted licence agreements.
// Implemented by each engine, used by the services.

/** An account as stored. */
export interface AccountRecord {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly state: 'active' | 'suspended';
  readonly createdAtMs: number;
}

/** A user as stored. `name` is unique over all accounts; `passwordHash` is an argon2 string, null when there is none. */
export interface UserRecord {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly displayName: string;
  readonly passwordHash: string | null;
  readonly createdAtMs: number;
}

/** An account's acceptance of a licence agreement. */
export interface LicenceAcceptanceRecord {
  readonly id: string;
  readonly accountId: string;
  readonly agreement: string;
  readonly acceptedBy: string;
  readonly acceptedAtMs: number;
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
  userByName(name: string): Promise<UserWithAccount | undefined>;
  usersOf(accountId: string): Promise<UserRecord[]>;
  licenceAcceptancesOf(accountId: string): Promise<LicenceAcceptanceRecord[]>;
}

/** Writing accounts. A name that exists is `taken`. */
export interface AccountWrites extends AccountReads {
  insert(account: AccountRecord): Promise<void>;
  setState(id: string, state: AccountRecord['state']): Promise<void>;
  insertUser(user: UserRecord): Promise<void>;
  setPasswordHash(userId: string, passwordHash: string): Promise<void>;
  insertLicenceAcceptance(acceptance: LicenceAcceptanceRecord): Promise<void>;
}
