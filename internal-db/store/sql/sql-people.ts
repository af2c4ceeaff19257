// SQL: members, invitations and mailed links. See ../people.ts for what each operation promises.
import type { Language, UserRole } from '#commlink/methods/people-fields.ts';
import type { AccountRecord, UserRecord, UserWithAccount } from '../accounts.ts';
import type {
  InvitationRecord,
  LinkPurpose,
  MailedLinkRecord,
  MemberRecord,
  PeopleWrites,
} from '../people.ts';
import type { SqlConnection } from './sql-connection.ts';
import {
  accountColumns,
  accountOf,
  ownerJoin,
  userColumns,
  userOf,
  type AccountRow,
  type JoinedUserRow,
} from './user-rows.ts';

const userSql = `SELECT ${userColumns}, ${accountColumns} FROM users u JOIN accounts a ON a.id = u.account_id`;
const invitationColumns = `i.id, i.account_id AS "accountId", i.email, i.role, i.secret_hash AS "secretHash",
  i.invited_by AS "invitedBy", i.created_at_ms AS "createdAtMs", i.expires_at_ms AS "expiresAtMs",
  i.accepted_at_ms AS "acceptedAtMs", i.withdrawn_at_ms AS "withdrawnAtMs"`;
const isOpen = 'accepted_at_ms IS NULL AND withdrawn_at_ms IS NULL';
const linkColumns = `l.id, l.user_id AS "userId", l.purpose, l.secret_hash AS "secretHash", l.email,
  l.created_at_ms AS "createdAtMs", l.expires_at_ms AS "expiresAtMs"`;

type MemberRow = JoinedUserRow & { readonly lastSignInAtMs: number | null; readonly factorCount: number };

/** People in SQL. */
export class SqlPeople implements PeopleWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async userById(id: string): Promise<UserWithAccount | undefined> {
    const row = await this.#connection.get<JoinedUserRow>(
      `${userSql} WHERE u.id = :id AND u.removed_at_ms IS NULL`,
      { id },
    );
    return row && { user: userOf(row), account: accountOf(row) };
  }

  async usersByEmail(email: string, limit: number): Promise<UserWithAccount[]> {
    const rows = await this.#connection.all<JoinedUserRow>(
      `${userSql} WHERE u.email = :email AND u.removed_at_ms IS NULL ORDER BY u.created_at_ms, u.id LIMIT :limit`,
      { email, limit },
    );
    return rows.map((row) => ({ user: userOf(row), account: accountOf(row) }));
  }

  async userByEmailIn(accountId: string, email: string): Promise<UserRecord | undefined> {
    const row = await this.#connection.get<JoinedUserRow>(
      `${userSql} WHERE u.email = :email AND u.account_id = :accountId AND u.removed_at_ms IS NULL`,
      { accountId, email },
    );
    return row && userOf(row);
  }

  async membersOf(page: { accountId: string; afterName: string; limit: number }): Promise<MemberRecord[]> {
    const rows = await this.#connection.all<MemberRow>(
      `SELECT ${userColumns}, ${accountColumns}, u.last_sign_in_at_ms AS "lastSignInAtMs",
         (SELECT count(*) FROM totp_secrets t WHERE t.owner_id = u.id) +
         (SELECT count(*) FROM passkeys p WHERE p.owner_id = u.id) AS "factorCount"
       FROM users u JOIN accounts a ON a.id = u.account_id
       WHERE u.account_id = :accountId AND u.removed_at_ms IS NULL AND u.name > :afterName
       ORDER BY u.name LIMIT :limit`,
      page,
    );
    return rows.map((row) => ({
      ...userOf(row),
      lastSignInAtMs: row.lastSignInAtMs,
      hasSecondFactor: row.factorCount > 0,
    }));
  }

  async ownerCount(accountId: string): Promise<number> {
    const row = await this.#connection.get<{ count: number }>(
      `SELECT count(*) AS count FROM users
       WHERE account_id = :accountId AND removed_at_ms IS NULL AND role = 'owner'`,
      { accountId },
    );
    return row?.count ?? 0;
  }

  async ownersToTell(accountId: string): Promise<UserRecord[]> {
    const rows = await this.#connection.all<JoinedUserRow>(
      `${userSql} WHERE u.account_id = :accountId AND u.removed_at_ms IS NULL AND u.role = 'owner'
         AND u.email IS NOT NULL ORDER BY u.name`,
      { accountId },
    );
    return rows.map(userOf);
  }

  async openInvitationsOf(accountId: string, atMs: number): Promise<InvitationRecord[]> {
    return this.#connection.all(
      `SELECT ${invitationColumns} FROM invitations i
       WHERE i.account_id = :accountId AND ${isOpen} AND i.expires_at_ms > :atMs ORDER BY i.created_at_ms, i.id`,
      { accountId, atMs },
    );
  }

  async openInvitationsTo(email: string, atMs: number, limit: number): Promise<InvitationRecord[]> {
    return this.#connection.all(
      `SELECT ${invitationColumns} FROM invitations i
       WHERE i.email = :email AND ${isOpen} AND i.expires_at_ms > :atMs ORDER BY i.created_at_ms, i.id LIMIT :limit`,
      { email, atMs, limit },
    );
  }

  async invitationByHash(
    secretHash: Uint8Array,
  ): Promise<{ invitation: InvitationRecord; account: AccountRecord } | undefined> {
    const row = await this.#connection.get<InvitationRecord & AccountRow>(
      `SELECT ${invitationColumns}, ${accountColumns} FROM invitations i JOIN accounts a ON a.id = i.account_id
       WHERE i.secret_hash = :secretHash`,
      { secretHash },
    );
    return row && { invitation: invitationOf(row), account: accountOf(row) };
  }

  async linkByHash(
    secretHash: Uint8Array,
  ): Promise<(UserWithAccount & { link: MailedLinkRecord }) | undefined> {
    const row = await this.#connection.get<JoinedUserRow & MailedLinkRecord>(
      `SELECT ${linkColumns}, ${userColumns}, ${accountColumns}
       FROM mailed_links l ${ownerJoin('l')} WHERE l.secret_hash = :secretHash`,
      { secretHash },
    );
    return row && { link: linkOf(row), user: userOf(row), account: accountOf(row) };
  }

  async linksOf(userId: string, purpose: LinkPurpose): Promise<MailedLinkRecord[]> {
    return this.#connection.all(
      `SELECT ${linkColumns} FROM mailed_links l WHERE l.user_id = :userId AND l.purpose = :purpose
       ORDER BY l.created_at_ms DESC, l.id`,
      { userId, purpose },
    );
  }

  async setProfile(userId: string, profile: { displayName: string; language: Language }): Promise<void> {
    const sql = 'UPDATE users SET display_name = :displayName, language = :language WHERE id = :userId';
    await this.#connection.run(sql, { userId, ...profile });
  }

  async setEmail(userId: string, email: string): Promise<void> {
    await this.#connection.run('UPDATE users SET email = :email WHERE id = :userId', { userId, email });
  }

  async setRole(userId: string, role: UserRole): Promise<void> {
    await this.#connection.run('UPDATE users SET role = :role WHERE id = :userId', { userId, role });
  }

  async markRemoved(userId: string, atMs: number): Promise<void> {
    await this.#connection.run(
      'UPDATE users SET removed_at_ms = :atMs, password_hash = NULL, email = NULL WHERE id = :userId',
      { userId, atMs },
    );
  }

  async insertInvitation(invitation: InvitationRecord): Promise<void> {
    await this.#connection.run(
      `INSERT INTO invitations (id, account_id, email, role, secret_hash, invited_by, created_at_ms,
         expires_at_ms, accepted_at_ms, withdrawn_at_ms)
       VALUES (:id, :accountId, :email, :role, :secretHash, :invitedBy, :createdAtMs,
         :expiresAtMs, :acceptedAtMs, :withdrawnAtMs)`,
      { ...invitation },
    );
  }

  async acceptInvitation(id: string, atMs: number): Promise<void> {
    await this.#connection.run('UPDATE invitations SET accepted_at_ms = :atMs WHERE id = :id', { id, atMs });
  }

  async withdrawInvitation(which: { accountId: string; id: string; atMs: number }): Promise<boolean> {
    const sql = `UPDATE invitations SET withdrawn_at_ms = :atMs
      WHERE account_id = :accountId AND id = :id AND ${isOpen}`;
    return (await this.#connection.run(sql, which)) === 1;
  }

  async withdrawInvitationsTo(which: { accountId: string; email: string; atMs: number }): Promise<void> {
    const sql = `UPDATE invitations SET withdrawn_at_ms = :atMs
      WHERE account_id = :accountId AND email = :email AND ${isOpen}`;
    await this.#connection.run(sql, which);
  }

  async withdrawInvitationsOf(which: { accountId: string; atMs: number }): Promise<void> {
    const sql = `UPDATE invitations SET withdrawn_at_ms = :atMs WHERE account_id = :accountId AND ${isOpen}`;
    await this.#connection.run(sql, which);
  }

  async insertLink(link: MailedLinkRecord): Promise<void> {
    await this.#connection.run(
      `INSERT INTO mailed_links (id, user_id, purpose, secret_hash, email, created_at_ms, expires_at_ms)
       VALUES (:id, :userId, :purpose, :secretHash, :email, :createdAtMs, :expiresAtMs)`,
      { ...link },
    );
  }

  async deleteLinksOf(userId: string, purpose: LinkPurpose | null): Promise<void> {
    const sql = `DELETE FROM mailed_links WHERE user_id = :userId AND purpose = coalesce(:purpose, purpose)`;
    await this.#connection.run(sql, { userId, purpose });
  }

  async forgetInvitations(beforeMs: number): Promise<void> {
    await this.#connection.run('DELETE FROM invitations WHERE expires_at_ms < :beforeMs', { beforeMs });
  }

  async deleteExpiredLinks(atMs: number): Promise<void> {
    await this.#connection.run('DELETE FROM mailed_links WHERE expires_at_ms <= :atMs', { atMs });
  }
}

function invitationOf(row: InvitationRecord & AccountRow): InvitationRecord {
  const { id, accountId, email, role, secretHash, invitedBy, ...times } = row;
  const { createdAtMs, expiresAtMs, acceptedAtMs, withdrawnAtMs } = times;
  const whose = { id, accountId, email, role, secretHash, invitedBy };
  return { ...whose, createdAtMs, expiresAtMs, acceptedAtMs, withdrawnAtMs };
}

function linkOf(row: MailedLinkRecord): MailedLinkRecord {
  const { id, userId, purpose, secretHash, email, createdAtMs, expiresAtMs } = row;
  return { id, userId, purpose, secretHash, email, createdAtMs, expiresAtMs };
}
