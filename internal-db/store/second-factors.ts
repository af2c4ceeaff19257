// Store interface: second factors by the id of whoever has them, a customer's user or a member of staff.
// Implemented by each engine, used by second-factor/.

/** A secret of time-based codes, sealed by second-factor/totp-safe.ts. `lastStep`: the newest step of which a code was taken. */
export interface TotpRecord {
  readonly ownerId: string;
  readonly sealed: string;
  readonly lastStep: number;
  readonly createdAtMs: number;
}

/** A passkey as stored. `credentialId` is base64url; `publicKey` in COSE's form. */
export interface PasskeyRecord {
  readonly id: string;
  readonly ownerId: string;
  readonly name: string;
  readonly credentialId: string;
  readonly publicKey: Uint8Array;
  readonly signCount: number;
  readonly transports: readonly string[];
  readonly createdAtMs: number;
  readonly lastUsedAtMs: number | null;
}

/** Reading second factors. */
export interface SecondFactorReads {
  totpOf(ownerId: string): Promise<TotpRecord | undefined>;
  /** Secrets that an older program has left unsealed. */
  openTotps(limit: number): Promise<{ ownerId: string; secret: Uint8Array }[]>;
  /** Sealed secrets in the order of their owners, after `afterOwnerId`. */
  sealedTotps(afterOwnerId: string, limit: number): Promise<{ ownerId: string; sealed: string }[]>;
  recoveryCodeCount(ownerId: string): Promise<number>;
  /** Oldest first. */
  passkeysOf(ownerId: string): Promise<PasskeyRecord[]>;
  passkeyByCredential(credentialId: string): Promise<PasskeyRecord | undefined>;
}

/** Writing second factors. A credential id that exists is `taken`. */
export interface SecondFactorWrites extends SecondFactorReads {
  /** In place of the one that was there. */
  putTotp(totp: TotpRecord): Promise<void>;
  /** In place of the open secret. */
  sealTotp(totp: { ownerId: string; sealed: string }): Promise<void>;
  /**
   * Notes a code of that secret as used. Tells whether it is the owner's still, and the step newer than all that were used
   * before.
   */
  advanceTotp(totp: Pick<TotpRecord, 'ownerId' | 'sealed'>, step: number): Promise<boolean>;
  deleteTotp(ownerId: string): Promise<boolean>;
  /** In place of those that were there. */
  putRecoveryCodes(ownerId: string, secretHashes: readonly Uint8Array[]): Promise<void>;
  /** Uses a code up; tells whether there was such a one. */
  takeRecoveryCode(ownerId: string, secretHash: Uint8Array): Promise<boolean>;
  insertPasskey(passkey: PasskeyRecord): Promise<void>;
  touchPasskey(id: string, use: { signCount: number; atMs: number }): Promise<void>;
  deletePasskey(ownerId: string, id: string): Promise<boolean>;
  /** Takes everything; tells whether there was anything. */
  deleteAllOf(ownerId: string): Promise<boolean>;
}
