// Store interface: entitlements (the right of an account to a product). Never deleted, only extended and revoked.
// Implemented by each engine, used by the services.
import type { TimePlace } from './access-events.ts';

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

/** A change of an entitlement's end; null is without end. */
export interface ExtensionRecord {
  readonly id: string;
  readonly entitlementId: string;
  readonly atMs: number;
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly extendedBy: string;
  readonly reason: string;
}

/** Which of an account's entitlements, newest grant first. */
export interface EntitlementPage {
  readonly accountId: string;
  readonly productId: string | null;
  /** Only those that are neither revoked, over nor still to begin at that moment. */
  readonly inForceAtMs: number | null;
  readonly after: TimePlace<string> | null;
  readonly limit: number;
}

/** Reading entitlements, oldest grant first. */
export interface EntitlementReads {
  byId(id: string): Promise<EntitlementRecord | undefined>;
  all(): Promise<EntitlementRecord[]>;
  ofAccount(accountId: string): Promise<EntitlementRecord[]>;
  page(wanted: EntitlementPage): Promise<EntitlementRecord[]>;
  countsOfAccount(accountId: string, atMs: number): Promise<{ total: number; inForce: number }>;
  /** Licence agreements that the account's entitlements in force at a moment ask for. */
  agreementsOf(accountId: string, atMs: number): Promise<string[]>;
  /** What was extended of the account's entitlements to the product, in order. */
  extensionsOf(accountId: string, productId: string): Promise<ExtensionRecord[]>;
  ofAccountAndProducts(accountId: string, productIds: readonly string[]): Promise<EntitlementRecord[]>;
  /** Those of an account that are not revoked and end in a period, the first to end first. */
  endingOfAccount(page: {
    accountId: string;
    fromMs: number;
    untilMs: number;
    limit: number;
  }): Promise<EntitlementRecord[]>;
  /**
   * Complete downloads that ended at or before `untilMs`, by entitlement; those without any are left out. An appliance's downloads of
   * one delivery count as one.
   */
  completeDownloadCounts(ids: readonly string[], untilMs: number): Promise<Map<string, number>>;
  /** The name of another account with an entitlement to the product that is not revoked, if there is one. */
  otherHolder(productId: string, accountId: string): Promise<string | undefined>;
}

/** Writing entitlements. */
export interface EntitlementWrites extends EntitlementReads {
  insert(entitlement: EntitlementRecord): Promise<void>;
  /** Sets the end, and keeps what it was. */
  extend(extension: ExtensionRecord): Promise<void>;
  /** Marks as revoked; a revoked one stays as it is. */
  revoke(id: string, revocation: { atMs: number; by: string; reason: string }): Promise<void>;
}
