// Store interface: the people of a customer's account: members, invitations, and the links that were mailed to them.
// Links are known only by the SHA-256 of their secrets. Implemented by each engine, used by the services.
import type { Language, UserRole } from '#commlink/methods/people-fields.ts';
import type { AccountRecord, UserRecord, UserWithAccount } from './accounts.ts';

/** A user with what owners see of it. */
export interface MemberRecord extends UserRecord {
  readonly lastSignInAtMs: number | null;
  readonly hasSecondFactor: boolean;
}

/** An invitation as stored; it is open while both of the last two are null and its time is not over. */
export interface InvitationRecord {
  readonly id: string;
  readonly accountId: string;
  readonly email: string;
  readonly role: UserRole;
  readonly secretHash: Uint8Array;
  readonly invitedBy: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly acceptedAtMs: number | null;
  readonly withdrawnAtMs: number | null;
}

/** What a mailed link is for. */
export type LinkPurpose = 'reset' | 'confirm';

/** A mailed link as stored. `email`: where it went; with `confirm` also the address that it confirms. */
export interface MailedLinkRecord {
  readonly id: string;
  readonly userId: string;
  readonly purpose: LinkPurpose;
  readonly secretHash: Uint8Array;
  readonly email: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

/** Reading people. */
export interface PeopleReads {
  userById(id: string): Promise<UserWithAccount | undefined>;
  /** The users with that address in whatever accounts, oldest first. */
  usersByEmail(email: string, limit: number): Promise<UserWithAccount[]>;
  userByEmailIn(accountId: string, email: string): Promise<UserRecord | undefined>;
  /** An account's members by name, after the one called `afterName`. */
  membersOf(page: { accountId: string; afterName: string; limit: number }): Promise<MemberRecord[]>;
  ownerCount(accountId: string): Promise<number>;
  /** An account's owners that have an address. */
  ownersToTell(accountId: string): Promise<UserRecord[]>;
  /** Open invitations of an account, oldest first. */
  openInvitationsOf(accountId: string, atMs: number): Promise<InvitationRecord[]>;
  /** Open invitations to that address in whatever accounts, oldest first. */
  openInvitationsTo(email: string, atMs: number, limit: number): Promise<InvitationRecord[]>;
  invitationByHash(
    secretHash: Uint8Array,
  ): Promise<{ invitation: InvitationRecord; account: AccountRecord } | undefined>;
  linkByHash(secretHash: Uint8Array): Promise<(UserWithAccount & { link: MailedLinkRecord }) | undefined>;
  /** A user's links for a purpose, the newest first. */
  linksOf(userId: string, purpose: LinkPurpose): Promise<MailedLinkRecord[]>;
}

/** Writing people. An address that somebody else in the account has is `taken`. */
export interface PeopleWrites extends PeopleReads {
  setProfile(userId: string, profile: { displayName: string; language: Language }): Promise<void>;
  setEmail(userId: string, email: string): Promise<void>;
  setRole(userId: string, role: UserRole): Promise<void>;
  /** The row stays, without password and address; the caller ends everything that the user could get in with. */
  markRemoved(userId: string, atMs: number): Promise<void>;
  insertInvitation(invitation: InvitationRecord): Promise<void>;
  acceptInvitation(id: string, atMs: number): Promise<void>;
  /** Withdraws the open invitation of that id, or to that address; tells whether there was one. */
  withdrawInvitation(which: { accountId: string; id: string; atMs: number }): Promise<boolean>;
  withdrawInvitationsTo(which: { accountId: string; email: string; atMs: number }): Promise<void>;
  withdrawInvitationsOf(which: { accountId: string; atMs: number }): Promise<void>;
  insertLink(link: MailedLinkRecord): Promise<void>;
  deleteLinksOf(userId: string, purpose: LinkPurpose | null): Promise<void>;
  deleteExpiredLinks(atMs: number): Promise<void>;
  /** Deletes invitations whose time was over before then, whatever became of them. */
  forgetInvitations(beforeMs: number): Promise<void>;
}
