// Who is up to date: the accounts of a product by the newest release that they have downloaded a file of. Called by the
// console's pages. An account is behind when a newer release is published in the channel of the one that it has.
import { compareVersionsNewestFirst } from '../decision/version-range.ts';
import type { ServiceContext } from '../service-context.ts';
import type { ProductRecord, ReleaseRecord } from '../store/catalog.ts';

/** One release, and how many accounts have stopped there. */
export interface VersionHolders {
  readonly version: string;
  readonly channel: string;
  readonly state: ReleaseRecord['state'];
  readonly accountCount: number;
  /** Nothing newer is published in its channel. */
  readonly isNewest: boolean;
}

/** What the page shows. */
export interface VersionStatistics {
  /** Newest first; drafts are left out. */
  readonly versions: readonly VersionHolders[];
  readonly upToDateCount: number;
  readonly behindCount: number;
}

/** Reads it. */
export async function readVersionStatistics(
  { store: { read } }: ServiceContext,
  product: ProductRecord,
): Promise<VersionStatistics> {
  const counts = new Map(
    (await read.statistics.accountsByNewest(product.id)).map(({ releaseId, accountCount }) => [
      releaseId,
      accountCount,
    ]),
  );
  const releases = (await read.catalog.releasesOf(product.id))
    .filter(({ state }) => state !== 'draft')
    .toSorted((left, right) => compareVersionsNewestFirst(left.version, right.version));
  const newest = new Map<string, string>();
  for (const { state, channel, version } of releases)
    if (state === 'published' && !newest.has(channel)) newest.set(channel, version);
  const versions = releases.map(({ id, version, channel, state }) => ({
    version,
    channel,
    state,
    accountCount: counts.get(id) ?? 0,
    isNewest: newest.get(channel) === version,
  }));
  const sumOf = (isNewest: boolean): number =>
    versions.reduce((sum, one) => sum + (one.isNewest === isNewest ? one.accountCount : 0), 0);
  return { versions, upToDateCount: sumOf(true), behindCount: sumOf(false) };
}
