// Store interface: browser sessions and personal tokens of customers' users, both known only by their SHA-256.
// Implemented by each engine, used by the services.
import type { UserWithAccount } from './accounts.ts';

/** A browser session as stored. */
export interface SessionRecord {
  readonly id: string;
  readonly userId: string;
  readonly secretHash: Uint8Array;
  readonly address: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

/** A personal token as stored. */
export interface TokenRecord {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly secretHash: Uint8Array;
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
}

/** Writing sessions and tokens. */
export interface SessionWrites extends SessionReads {
  insertSession(session: SessionRecord): Promise<void>;
  /** Tells whether there was such a session. */
  deleteSession(secretHash: Uint8Array): Promise<boolean>;
  deleteSessionsOfAccount(accountId: string): Promise<void>;
  deleteExpiredSessions(atMs: number): Promise<void>;
  insertToken(token: TokenRecord): Promise<void>;
  touchToken(id: string, atMs: number): Promise<void>;
  /** Tells whether that user had such a live token. */
  revokeToken(revocation: { id: string; userId: string; atMs: number }): Promise<boolean>;
}
