// Store interface: entitlements (the right of an account to a product). Never deleted, only revoked.
// Implemented by each engine, used by the services.

/** An entitlement as stored, with the names of its account and product. `channels` null means every channel. */
export interface EntitlementRecord {
  readonly id: string;
  readonly accountId: string;
  readonly account: string;
  readonly productId: string;
  readonly product: string;
  readonly versions: string;
  readonly channels: readonly string[] | null;
  readonly notBeforeMs: number | null;
  readonly notAfterMs: number | null;
  readonly downloadsMax: number | null;
  readonly licenceAgreement: string | null;
  readonly grantedBy: string;
  readonly grantedAtMs: number;
  readonly grantReason: string;
  readonly revokedAtMs: number | null;
  readonly revokedBy: string | null;
  readonly revokeReason: string | null;
}

/** Reading entitlements, oldest grant first. */
export interface EntitlementReads {
  byId(id: string): Promise<EntitlementRecord | undefined>;
  all(): Promise<EntitlementRecord[]>;
  ofAccount(accountId: string): Promise<EntitlementRecord[]>;
  ofAccountAndProduct(accountId: string, productId: string): Promise<EntitlementRecord[]>;
  /** Complete downloads under each entitlement of an account that ended at or before `untilMs`. */
  completeDownloadCounts(accountId: string, untilMs: number): Promise<Map<string, number>>;
}

/** Writing entitlements. */
export interface EntitlementWrites extends EntitlementReads {
  insert(entitlement: EntitlementRecord): Promise<void>;
  /** Marks as revoked; a revoked one stays as it is. */
  revoke(id: string, revocation: { atMs: number; by: string; reason: string }): Promise<void>;
}
