// Store interface: finding by words, by digests, versions, addresses and ids. Read only; the engine keeps its index up to date by
// itself. Implemented by each engine, used by the console's search box and, for releases, by the customers'.
import type { ReleaseRecord } from './catalog.ts';

/** What a word may be found in. */
export type FoundKind = 'account' | 'user' | 'product';

/** A name that was found. `account` is a user's account, null for others; so is `email`. */
export interface FoundName {
  readonly kind: FoundKind;
  readonly name: string;
  readonly title: string;
  readonly account: string | null;
  readonly email: string | null;
}

/** A file that was found. */
export interface FoundFile {
  readonly product: string;
  readonly version: string;
  readonly file: string;
  readonly sha256: string;
}

/** A release that was found. */
export interface FoundRelease extends Pick<ReleaseRecord, 'productId' | 'version' | 'channel' | 'state'> {
  readonly product: string;
  readonly productTitle: string;
}

/** A customer's person whose something was found. */
export interface FoundOwner {
  readonly user: string;
  readonly account: string;
}

/** Somebody's SSH key. */
export interface OwnedSshKey extends FoundOwner {
  readonly id: string;
  readonly publicKey: Uint8Array;
}

/** A licence agreement that was found. */
export interface FoundAgreement {
  readonly name: string;
  readonly version: string;
  readonly title: string;
}

/** Finding. */
export interface SearchReads {
  /**
   * Accounts by name and title, users by these and their address: those that have a word beginning with each of `words`.
   * Products that have them anywhere in name or title. In no order that matters.
   */
  names(query: { kind: FoundKind; words: readonly string[]; limit: number }): Promise<FoundName[]>;
  /** Files that have a word beginning with each of `words` in name or platform, of any release; the best ones first. */
  filesByName(words: readonly string[], limit: number): Promise<FoundFile[]>;
  /** Files whose SHA-256 begins with these hexadecimal digits, by digest. */
  filesByDigest(prefix: string, limit: number): Promise<FoundFile[]>;
  /**
   * Releases whose version is, or begins with, `version`, of products that have all `words` in name or title: the very version
   * first, then by product, the newest first. `within`: only published ones of these products.
   */
  releases(query: {
    words: readonly string[];
    version: string;
    within: readonly string[] | null;
    limit: number;
  }): Promise<FoundRelease[]>;
  /** Versions of agreements that have all words in name or title, by name. */
  agreements(words: readonly string[], limit: number): Promise<FoundAgreement[]>;
  /** Names of the accounts whose people or deliveries logged in, or were refused, from this very address; the latest first. */
  accountsFrom(address: string, limit: number): Promise<string[]>;
  /** Whose session, token or SSH key it is, while it is there and they are. */
  ownerOf(kind: 'session' | 'token' | 'sshKey', id: string): Promise<FoundOwner | undefined>;
  /** SSH keys that are there, by id, from behind `afterId`. */
  sshKeys(afterId: string, limit: number): Promise<OwnedSshKey[]>;
}
