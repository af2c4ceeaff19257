// Store interface: tokens with which programs of the staff use the console's API.
// Implemented by each engine, used by staff-tokens/.
import type { StaffTokenScope } from '#commlink/methods/staff-token-methods.ts';
import type { StaffRecord } from './staff.ts';

/** A token as stored. */
export interface StaffTokenRecord {
  readonly id: string;
  readonly staffId: string;
  readonly name: string;
  readonly scope: StaffTokenScope;
  readonly secretHash: Uint8Array;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly lastUsedAtMs: number | null;
  readonly revokedAtMs: number | null;
}

/** Reading tokens. */
export interface StaffTokenReads {
  byHash(secretHash: Uint8Array): Promise<{ staff: StaffRecord; token: StaffTokenRecord } | undefined>;
  /** Those of one person that are neither revoked nor over, the newest first. */
  liveOf(staffId: string, atMs: number): Promise<StaffTokenRecord[]>;
}

/** Writing tokens. */
export interface StaffTokenWrites extends StaffTokenReads {
  insert(token: StaffTokenRecord): Promise<void>;
  touch(id: string, atMs: number): Promise<void>;
  /** Tells whether that person had such a token that was not revoked. */
  revoke(which: { id: string; staffId: string; atMs: number }): Promise<boolean>;
  /** Returns how many it revoked. */
  revokeAllOf(staffId: string, atMs: number): Promise<number>;
}
