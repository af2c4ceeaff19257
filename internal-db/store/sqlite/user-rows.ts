// SQLite engine: the columns of a user joined with its account, and how such a row becomes the two records.
// Used by sqlite-accounts.ts, sqlite-sessions.ts and sqlite-ssh-keys.ts, with the table aliases `u` and `a`.
import type { AccountRecord, UserRecord } from '../accounts.ts';

/** Columns of users, as `u`. */
export const userColumns = `u.id AS userId, u.account_id AS userAccountId, u.name AS userName,
  u.display_name AS userDisplayName, u.password_hash AS userPasswordHash, u.created_at_ms AS userCreatedAtMs`;

/** Columns of accounts, as `a`. */
export const accountColumns = `a.id AS accountId, a.name AS accountName, a.display_name AS accountDisplayName,
  a.state AS accountState, a.created_at_ms AS accountCreatedAtMs`;

/** A row with both. */
export interface JoinedUserRow {
  readonly userId: string;
  readonly userAccountId: string;
  readonly userName: string;
  readonly userDisplayName: string;
  readonly userPasswordHash: string | null;
  readonly userCreatedAtMs: number;
  readonly accountId: string;
  readonly accountName: string;
  readonly accountDisplayName: string;
  readonly accountState: AccountRecord['state'];
  readonly accountCreatedAtMs: number;
}

/** The user of a joined row. */
export function userOf(row: JoinedUserRow): UserRecord {
  return {
    id: row.userId,
    accountId: row.userAccountId,
    name: row.userName,
    displayName: row.userDisplayName,
    passwordHash: row.userPasswordHash,
    createdAtMs: row.userCreatedAtMs,
  };
}

/** The account of a joined row. */
export function accountOf(row: JoinedUserRow): AccountRecord {
  return {
    id: row.accountId,
    name: row.accountName,
    displayName: row.accountDisplayName,
    state: row.accountState,
    createdAtMs: row.accountCreatedAtMs,
  };
}
