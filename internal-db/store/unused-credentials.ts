// Store interface: tokens and SSH keys that lie about unused, so that whoever made them can be told, once.
// Implemented by each engine, used by mail/tell-unused.ts.

/** A token or key that works and is not used. */
export interface UnusedCredentialRecord {
  readonly kind: 'token' | 'key';
  readonly id: string;
  readonly name: string;
  readonly userId: string;
  /** Null: never since it was made. */
  readonly lastUsedAtMs: number | null;
}

/** Reading them. */
export interface UnusedCredentialReads {
  /**
   * Those that work at `atMs`, were neither made nor used since `sinceMs`, and of which nobody was told, up to `limit` of
   * each kind. Only of people with an address in accounts that are not suspended.
   */
  unusedToTell(wanted: { atMs: number; sinceMs: number; limit: number }): Promise<UnusedCredentialRecord[]>;
}

/** Writing. */
export interface UnusedCredentialWrites extends UnusedCredentialReads {
  /** Notes that its owner was told. */
  noteTold(told: Pick<UnusedCredentialRecord, 'kind' | 'id'> & { readonly atMs: number }): Promise<void>;
}
