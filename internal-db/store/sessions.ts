// Store interface: browser sessions and personal tokens of customers' users, both known only by their SHA-256.
// Implemented by each engine, used by the services.
import type { TokenScope } from '#commlink/methods/session-owner.ts';
import type { UserWithAccount } from './accounts.ts';

/** A browser session as stored. */
export interface SessionRecord {
  readonly id: string;
  readonly userId: string;
  readonly secretHash: Uint8Array;
  readonly address: string;
  /** What the browser calls itself; null when it said nothing. */
  readonly client: string | null;
  readonly createdAtMs: number;
  readonly lastUsedAtMs: number;
  readonly expiresAtMs: number;
}

/** A personal token as stored. */
export interface TokenRecord {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly secretHash: Uint8Array;
  readonly scopes: readonly TokenScope[];
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly lastUsedAtMs: number | null;
  readonly revokedAtMs: number | null;
}

/** Reading sessions and tokens; whether they are still valid is the caller's to compare. */
export interface SessionReads {
  sessionByHash(secretHash: Uint8Array): Promise<(UserWithAccount & { session: SessionRecord }) | undefined>;
  tokenByHash(secretHash: Uint8Array): Promise<(UserWithAccount & { token: TokenRecord }) | undefined>;
  /** A user's tokens that are neither revoked nor expired at `atMs`, oldest first. */
  liveTokensOf(userId: string, atMs: number): Promise<TokenRecord[]>;
  /** A user's sessions that are not over at `atMs`, the newest first, `limit` at most. */
  liveSessionsOf(userId: string, atMs: number, limit: number): Promise<SessionRecord[]>;
}

/** Writing sessions and tokens. */
export interface SessionWrites extends SessionReads {
  insertSession(session: SessionRecord): Promise<void>;
  /** Tells whether there was such a session. */
  deleteSession(secretHash: Uint8Array): Promise<boolean>;
  /** Ends one of a user's own sessions; tells whether there was one. */
  deleteSessionOf(userId: string, id: string): Promise<boolean>;
  /** Ends a user's sessions but the one with the id `except`; returns how many. */
  deleteSessionsOf(userId: string, except: string | null): Promise<number>;
  touchSession(id: string, atMs: number): Promise<void>;
  deleteSessionsOfAccount(accountId: string): Promise<void>;
  deleteExpiredSessions(atMs: number): Promise<void>;
  insertToken(token: TokenRecord): Promise<void>;
  touchToken(id: string, atMs: number): Promise<void>;
  /** Revokes all of a user's tokens; returns the ids of those that were live. */
  revokeTokensOf(userId: string, atMs: number): Promise<string[]>;
  /** Tells whether that user had such a live token. */
  revokeToken(revocation: { id: string; userId: string; atMs: number }): Promise<boolean>;
}
