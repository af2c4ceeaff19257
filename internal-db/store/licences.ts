// Store interface: licence agreements by version, and which account accepted which. Neither is ever changed or deleted.
// Implemented by each engine, used by the services.

/** A version of an agreement without its text. It is in force from `inForceAtMs` until the next version is. */
export interface LicenceAgreementRecord {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly title: string;
  readonly inForceAtMs: number;
  readonly addedBy: string;
  readonly addedAtMs: number;
}

/** An account's acceptance of a version; `version` is empty where the agreement's text is not kept here. */
export interface LicenceAcceptanceRecord {
  readonly id: string;
  readonly accountId: string;
  readonly agreement: string;
  readonly version: string;
  readonly acceptedBy: string;
  readonly acceptedAtMs: number;
  /** Where the acceptance came from; null for one that staff recorded. */
  readonly address: string | null;
}

/** Reading agreements and acceptances. */
export interface LicenceReads {
  /** All versions of an agreement, the one that is, or will be, in force last first. */
  versionsOf(name: string): Promise<LicenceAgreementRecord[]>;
  /** The text of a version, Markdown. */
  textOf(id: string): Promise<string | undefined>;
  /** All agreements' versions, by name and then as above, from behind `after`; for staff. */
  page(page: {
    after: { name: string; inForceAtMs: number } | null;
    limit: number;
  }): Promise<LicenceAgreementRecord[]>;
  /** The agreements that the account's entitlements which are not revoked ask for, by name. */
  namesAskedOf(accountId: string): Promise<string[]>;
  /** An account's acceptances, oldest first. */
  acceptancesOf(accountId: string): Promise<LicenceAcceptanceRecord[]>;
}

/** Writing agreements and acceptances. What exists already is `taken`. */
export interface LicenceWrites extends LicenceReads {
  insertAgreement(agreement: LicenceAgreementRecord, text: string): Promise<void>;
  insertAcceptance(acceptance: LicenceAcceptanceRecord): Promise<void>;
}
