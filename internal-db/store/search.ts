// Store interface: finding by words, and files by their name or digest. Read only; the engine keeps its index up to date by itself.
// Implemented by each engine, used by the console's search box.

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
}
