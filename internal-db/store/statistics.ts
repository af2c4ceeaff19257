// Store interface: sums over downloads by day, and who has which release. The engine keeps them up to date whenever a
// download ends; reading them costs by days, products and nodes, never by downloads. Used by the console's pages.
import type { DownloadOutcome } from '#commlink/methods/fields.ts';

/** Whose downloads are summed: those that ended on these days (since 1970 UTC, both included). */
export interface DownloadFilter {
  readonly fromDay: number;
  readonly toDay: number;
  readonly productId: string | null;
  readonly nodeName: string | null;
}

/** A sum. `key` is what it was grouped by: the day, the product's name or the node's. */
export interface DownloadSum<Key> {
  readonly key: Key;
  readonly outcome: DownloadOutcome;
  readonly downloadCount: number;
  readonly sentBytes: number;
}

/** An account that has downloaded at least one file of a release whole. */
export interface ReleaseHolder {
  readonly accountId: string;
  readonly account: string;
  readonly displayName: string;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly downloadCount: number;
}

/** An account with the release of the highest version that it has a file of. */
export interface NewestVersion {
  readonly accountId: string;
  readonly account: string;
  readonly displayName: string;
  readonly releaseId: string;
}

/** What the files of a product take, each content once. */
export interface ProductStorage {
  readonly product: string;
  readonly fileCount: number;
  readonly sizeBytes: number;
}

/** Files, each content once. */
export interface FileSum {
  readonly fileCount: number;
  readonly sizeBytes: number;
}

/** What a node has in its storeroom, as far as it has told: what it fetched, and of whatever is there what is staged for customers. */
export interface NodeStorage {
  readonly nodeId: string;
  readonly fetched: FileSum;
  readonly staged: FileSum;
}

/** A product with how its releases stand. */
export interface ProductSummary {
  readonly name: string;
  readonly title: string;
  /** The highest version that is published. */
  readonly newestVersion: string | null;
  readonly publishedCount: number;
  readonly draftCount: number;
  readonly withdrawnCount: number;
}

/** Reading statistics. Pages go on after the id of the last account of the page before. */
export interface StatisticsReads {
  downloadsByDay(filter: DownloadFilter): Promise<DownloadSum<number>[]>;
  downloadsByProduct(filter: DownloadFilter): Promise<DownloadSum<string>[]>;
  downloadsByNode(filter: DownloadFilter): Promise<DownloadSum<string>[]>;
  /** How many accounts have a file of the release. */
  holderCount(releaseId: string): Promise<number>;
  holdersOf(releaseId: string, page: { after: string | null; limit: number }): Promise<ReleaseHolder[]>;
  /** The accounts by the newest release that they have a file of; releases that nobody stopped at are missing. */
  accountsByNewest(productId: string): Promise<{ releaseId: string; accountCount: number }[]>;
  /** The accounts whose newest release is this one. */
  accountsAt(releaseId: string, page: { after: string | null; limit: number }): Promise<NewestVersion[]>;
  newestOf(productId: string, accountId: string): Promise<{ releaseId: string; version: string } | undefined>;
  /** All products by name. */
  productSummaries(): Promise<ProductSummary[]>;
  /** Largest first. */
  storageOfProducts(limit: number): Promise<ProductStorage[]>;
  /** Of each node that has something, in no order. */
  storageOfNodes(): Promise<NodeStorage[]>;
}

/** Writing statistics: only what the engine can't tell by itself. */
export interface StatisticsWrites extends StatisticsReads {
  putNewest(newest: { productId: string; accountId: string; releaseId: string }): Promise<void>;
}
