// Store interface: the published part of the catalog as customers read it, always for a few rows at a time: what a page
// costs depends on what it shows, not on how many releases, accounts or entitlements there are.
// Implemented by each engine, used by the services in catalog/.
import type { ProductRecord, ReleaseRecord } from './catalog.ts';

/** A published release with its place in the order of versions (version-precedence.ts). */
export interface PublishedRelease extends ReleaseRecord {
  readonly precedence: string;
  readonly publishedAtMs: number;
}

/** A release as news: with its product's names. */
export interface PublishedNews extends PublishedRelease {
  readonly product: string;
  readonly productTitle: string;
}

/** Something found by its words: a product, one of its published releases, or a file of one. */
export interface CatalogMatch {
  readonly productId: string;
  readonly product: string;
  readonly productTitle: string;
  readonly version: string | null;
  readonly channel: string | null;
  readonly file: string | null;
  readonly platform: string | null;
  readonly sizeBytes: number | null;
}

/** Reading what is published. */
export interface PublishedReads {
  /** Products that the account has, or had, an entitlement to, by name, from behind `afterName`. */
  productsOfAccount(page: {
    accountId: string;
    afterName: string | null;
    limit: number;
  }): Promise<ProductRecord[]>;
  /** Releases of a product, in one channel or all, newest version first, from behind `belowPrecedence`. */
  releases(page: {
    productId: string;
    channel: string | null;
    belowPrecedence: string | null;
    limit: number;
  }): Promise<PublishedRelease[]>;
  /** Of each product that has any in the channel, the release with the newest version. */
  newestInChannel(productIds: readonly string[], channel: string): Promise<PublishedRelease[]>;
  /** Channels in which the product has published releases, by name. */
  channels(productId: string, limit: number): Promise<string[]>;
  /** Releases of the account's products that were first published after `sinceMs`, the latest first. */
  newsOfAccount(page: { accountId: string; sinceMs: number; limit: number }): Promise<PublishedNews[]>;
  /** What has all of `words`, or words that begin with them, in the products given; best match first. */
  search(wanted: {
    productIds: readonly string[];
    words: readonly string[];
    limit: number;
  }): Promise<CatalogMatch[]>;
}
