// Store interface: the vendor's staff and their console sessions.
// Implemented by each engine, used by the services.
import type { StaffRole } from '#commlink/methods/admin-methods.ts';

/** A member of staff as stored. */
export interface StaffRecord {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly role: StaffRole;
  readonly passwordHash: string;
  readonly createdAtMs: number;
}

/** A console session as stored. */
export interface StaffSessionRecord {
  readonly secretHash: Uint8Array;
  readonly staffId: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

/** Reading staff. */
export interface StaffReads {
  byName(name: string): Promise<StaffRecord | undefined>;
  sessionByHash(
    secretHash: Uint8Array,
  ): Promise<{ staff: StaffRecord; session: StaffSessionRecord } | undefined>;
}

/** Writing staff. A name that exists is `taken`. */
export interface StaffWrites extends StaffReads {
  insert(staff: StaffRecord): Promise<void>;
  setPasswordHash(staffId: string, passwordHash: string): Promise<void>;
  insertSession(session: StaffSessionRecord): Promise<void>;
  deleteSession(secretHash: Uint8Array): Promise<boolean>;
  deleteExpiredSessions(atMs: number): Promise<void>;
}
