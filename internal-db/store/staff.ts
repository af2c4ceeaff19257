// Store interface: the vendor's staff and their console sessions.
// Implemented by each engine, used by the services.
import type { StaffRole } from '#commlink/methods/administration-fields.ts';

/** A member of staff as stored. */
export interface StaffRecord {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly role: StaffRole;
  readonly passwordHash: string;
  readonly createdAtMs: number;
  /** Since when they may not sign in any more; null while they may. */
  readonly endedAtMs: number | null;
}

/** A console session as stored. */
export interface StaffSessionRecord {
  readonly secretHash: Uint8Array;
  readonly staffId: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  /** When the second factor was proved; until then the session is good for nothing else. */
  readonly secondFactorAtMs: number | null;
  /** JSON of what counts once it is proved; null where nothing waits (identity-providers/staff-arrival.ts). */
  readonly arrival: string | null;
}

/** Reading staff. */
export interface StaffReads {
  byName(name: string): Promise<StaffRecord | undefined>;
  /** Everybody, also who has left, by name. */
  all(): Promise<StaffRecord[]>;
  sessionByHash(
    secretHash: Uint8Array,
  ): Promise<{ staff: StaffRecord; session: StaffSessionRecord } | undefined>;
}

/** Writing staff. A name that exists is `taken`. */
export interface StaffWrites extends StaffReads {
  insert(staff: StaffRecord): Promise<void>;
  setPasswordHash(staffId: string, passwordHash: string): Promise<void>;
  setRole(staffId: string, role: StaffRole): Promise<void>;
  /** Null lets them sign in again. */
  setEnded(staffId: string, endedAtMs: number | null): Promise<void>;
  insertSession(session: StaffSessionRecord): Promise<void>;
  /** Nothing waits for it any more. */
  setSecondFactorProved(secretHash: Uint8Array, atMs: number): Promise<void>;
  deleteSession(secretHash: Uint8Array): Promise<boolean>;
  /** All of somebody's, but the one with the hash `except`. */
  deleteSessionsOf(staffId: string, except: Uint8Array | null): Promise<void>;
  deleteExpiredSessions(atMs: number): Promise<void>;
}
