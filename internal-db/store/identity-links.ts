// Store interface: who is known at which OpenID Connect provider, and the sessions that were opened by way of one.
// Implemented by each engine, used by identity-providers/ and by what removes people.

/** Whose link it is: a customer's user, or a member of staff. */
export type LinkOwnerKind = 'user' | 'staff';

/** A person at a provider: issuer and subject together, exactly as the provider writes them. */
export interface ProviderSubject {
  readonly issuer: string;
  readonly subject: string;
}

/** A link as stored. */
export interface IdentityLinkRecord extends ProviderSubject {
  readonly id: string;
  readonly ownerKind: LinkOwnerKind;
  /** `usr_…` or `stf_…`. */
  readonly ownerId: string;
  readonly createdAtMs: number;
  readonly lastUsedAtMs: number | null;
}

/** A session that was opened by way of a provider. `sessionHash` as the session's own record has it. */
export interface ProviderSessionRecord {
  readonly sessionHash: Uint8Array;
  readonly linkId: string;
  /** The provider's name in the settings. */
  readonly provider: string;
  /** Sealed to this node: the provider wants it back when its own session is to end. */
  readonly sealedIdToken: string;
  readonly expiresAtMs: number;
}

/** Reading links. */
export interface IdentityLinkReads {
  linkOf(ownerKind: LinkOwnerKind, who: ProviderSubject): Promise<IdentityLinkRecord | undefined>;
  /** Somebody's links, oldest first. */
  linksOf(ownerId: string): Promise<IdentityLinkRecord[]>;
  providerSession(sessionHash: Uint8Array): Promise<ProviderSessionRecord | undefined>;
}

/** Writing links. Somebody at a provider whom another one of that kind is linked to is `taken`. */
export interface IdentityLinkWrites extends IdentityLinkReads {
  insertLink(link: IdentityLinkRecord): Promise<void>;
  touchLink(id: string, atMs: number): Promise<void>;
  /** Deletes one of somebody's own, with what is known of its sessions; tells whether there was one. */
  deleteLink(ownerId: string, id: string): Promise<boolean>;
  /** Deletes all of somebody's, with what is known of their sessions; returns how many. */
  deleteLinksOf(ownerId: string): Promise<number>;
  insertProviderSession(session: ProviderSessionRecord): Promise<void>;
  deleteProviderSession(sessionHash: Uint8Array): Promise<void>;
  deleteExpiredProviderSessions(atMs: number): Promise<void>;
}
