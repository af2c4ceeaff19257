// SQL: links to people at identity providers, and their sessions. See ../identity-links.ts for what each operation promises.
import type {
  IdentityLinkRecord,
  IdentityLinkWrites,
  LinkOwnerKind,
  ProviderSessionRecord,
  ProviderSubject,
} from '../identity-links.ts';
import type { SqlConnection } from './sql-connection.ts';

const linkSql = `SELECT id, owner_kind AS "ownerKind", owner_id AS "ownerId", issuer, subject,
  created_at_ms AS "createdAtMs", last_used_at_ms AS "lastUsedAtMs" FROM identity_links`;

/** The statements that grow with the number of people; a test holds their plans against the indexes. */
export const identityLinkStatements = {
  linkOfSql: `${linkSql} WHERE issuer = :issuer AND subject = :subject AND owner_kind = :ownerKind`,
  linksOfSql: `${linkSql} WHERE owner_id = :ownerId ORDER BY created_at_ms, id`,
  sessionSql: `SELECT session_hash AS "sessionHash", link_id AS "linkId", provider, sealed_id_token AS "sealedIdToken",
     expires_at_ms AS "expiresAtMs"
   FROM provider_sessions WHERE session_hash = :sessionHash`,
  endSessionsOfLinkSql: `DELETE FROM provider_sessions
   WHERE link_id IN (SELECT id FROM identity_links WHERE id = :id AND owner_id = :ownerId)`,
  endSessionsOfSql: `DELETE FROM provider_sessions
   WHERE link_id IN (SELECT id FROM identity_links WHERE owner_id = :ownerId)`,
  forgetSessionsSql: 'DELETE FROM provider_sessions WHERE expires_at_ms <= :atMs',
} as const;

const { linkOfSql, linksOfSql, sessionSql, endSessionsOfLinkSql, endSessionsOfSql, forgetSessionsSql } =
  identityLinkStatements;

/** Links in SQL. */
export class SqlIdentityLinks implements IdentityLinkWrites {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  async linkOf(
    ownerKind: LinkOwnerKind,
    { issuer, subject }: ProviderSubject,
  ): Promise<IdentityLinkRecord | undefined> {
    return await this.#connection.get(linkOfSql, { issuer, subject, ownerKind });
  }

  async linksOf(ownerId: string): Promise<IdentityLinkRecord[]> {
    return await this.#connection.all(linksOfSql, { ownerId });
  }

  async providerSession(sessionHash: Uint8Array): Promise<ProviderSessionRecord | undefined> {
    return await this.#connection.get(sessionSql, { sessionHash });
  }

  async insertLink(link: IdentityLinkRecord): Promise<void> {
    await this.#connection.run(
      `INSERT INTO identity_links (id, owner_kind, owner_id, issuer, subject, created_at_ms, last_used_at_ms)
       VALUES (:id, :ownerKind, :ownerId, :issuer, :subject, :createdAtMs, :lastUsedAtMs)`,
      { ...link },
    );
  }

  async touchLink(id: string, atMs: number): Promise<void> {
    await this.#connection.run('UPDATE identity_links SET last_used_at_ms = :atMs WHERE id = :id', {
      id,
      atMs,
    });
  }

  async deleteLink(ownerId: string, id: string): Promise<boolean> {
    await this.#connection.run(endSessionsOfLinkSql, { id, ownerId });
    const sql = 'DELETE FROM identity_links WHERE id = :id AND owner_id = :ownerId';
    return (await this.#connection.run(sql, { id, ownerId })) === 1;
  }

  async deleteLinksOf(ownerId: string): Promise<number> {
    await this.#connection.run(endSessionsOfSql, { ownerId });
    return await this.#connection.run('DELETE FROM identity_links WHERE owner_id = :ownerId', { ownerId });
  }

  async insertProviderSession(session: ProviderSessionRecord): Promise<void> {
    await this.#connection.run(
      `INSERT INTO provider_sessions (session_hash, link_id, provider, sealed_id_token, expires_at_ms)
       VALUES (:sessionHash, :linkId, :provider, :sealedIdToken, :expiresAtMs)`,
      { ...session },
    );
  }

  async deleteProviderSession(sessionHash: Uint8Array): Promise<void> {
    await this.#connection.run('DELETE FROM provider_sessions WHERE session_hash = :sessionHash', {
      sessionHash,
    });
  }

  async deleteExpiredProviderSessions(atMs: number): Promise<void> {
    await this.#connection.run(forgetSessionsSql, { atMs });
  }
}
