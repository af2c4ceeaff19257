// SQL: the columns of a user joined with its account, and how such a row becomes the two records.
// Used by sql-accounts.ts, sql-people.ts, sql-portal-views.ts, sql-search.ts, sql-sessions.ts and sql-ssh-keys.ts, with the aliases `u` and `a`.
import type { Language, UserRole } from '#commlink/methods/people-fields.ts';
import type { AccountRecord, UserRecord } from '../accounts.ts';

/** Columns of users, as `u`. */
export const userColumns = `u.id AS "userId", u.account_id AS "userAccountId", u.name AS "userName",
  u.display_name AS "userDisplayName", u.password_hash AS "userPasswordHash", u.role AS "userRole",
  u.email AS "userEmail", u.language AS "userLanguage", u.created_at_ms AS "userCreatedAtMs"`;

/** The tables of a user who was not removed, and its account; `owned` is a table with `user_id`. */
export const ownerJoin = (owned: string): string =>
  `JOIN users u ON u.id = ${owned}.user_id AND u.removed_at_ms IS NULL JOIN accounts a ON a.id = u.account_id`;

/** Columns of accounts, as `a`. */
export const accountColumns = `a.id AS "accountId", a.name AS "accountName", a.display_name AS "accountDisplayName",
  a.state AS "accountState", a.created_at_ms AS "accountCreatedAtMs"`;

/** A row with both. */
export interface JoinedUserRow {
  readonly userId: string;
  readonly userAccountId: string;
  readonly userName: string;
  readonly userDisplayName: string;
  readonly userPasswordHash: string | null;
  readonly userRole: UserRole;
  readonly userEmail: string | null;
  readonly userLanguage: Language;
  readonly userCreatedAtMs: number;
  readonly accountId: string;
  readonly accountName: string;
  readonly accountDisplayName: string;
  readonly accountState: AccountRecord['state'];
  readonly accountCreatedAtMs: number;
}

/** What is the account's in such a row. */
export type AccountRow = Pick<JoinedUserRow, keyof JoinedUserRow & `account${string}`>;

/** The user of a joined row. */
export function userOf(row: JoinedUserRow): UserRecord {
  return {
    id: row.userId,
    accountId: row.userAccountId,
    name: row.userName,
    displayName: row.userDisplayName,
    passwordHash: row.userPasswordHash,
    role: row.userRole,
    email: row.userEmail,
    language: row.userLanguage,
    createdAtMs: row.userCreatedAtMs,
  };
}

/** The account of a joined row. */
export function accountOf(row: AccountRow): AccountRecord {
  return {
    id: row.accountId,
    name: row.accountName,
    displayName: row.accountDisplayName,
    state: row.accountState,
    createdAtMs: row.accountCreatedAtMs,
  };
}
