// A page of the releases that an account is shown, newest version first. Reads some at a time and stops when the page is
// full, so that a product's thousand old releases cost nothing. Called by customer-products.ts.
import type { FullRelease, ReleaseSummary } from '#commlink/methods/catalog-methods.ts';
import { cutPage, decodeCursor, encodeCursor, type PageRequest } from '#commlink/methods/paging.ts';
import { catalogFilesMax, releasesReadAtATime, releasesReadMax } from '../limits.ts';
import type { ReleaseRecord } from '../store/catalog.ts';
import type { PublishedRelease } from '../store/published.ts';
import type { StandingCatalog } from './catalog-memory.ts';
import { judgeRelease, type ProductScope, type VisibleRelease } from './product-standing.ts';

/** A release that is shown, and what is told of it. */
export interface ShownRelease extends VisibleRelease {
  readonly release: PublishedRelease;
}

/**
 * The page, in one channel or all. It may be short, and have a next one all the same, where very many releases in a row are
 * none of the account's. RpcError `bad_request`: the cursor.
 */
export async function readVisibleReleases(
  catalog: Pick<StandingCatalog, 'releases'>,
  scope: ProductScope,
  page: PageRequest & { readonly channel: string | null },
): Promise<{ releases: ShownRelease[]; next: string | null }> {
  const { channel, limit } = page;
  const productId = scope.product.id;
  let belowPrecedence = decodeCursor(page.after, ['string'])?.[0] ?? null;
  const shown: ShownRelease[] = [];
  let readCount = 0;
  // Mostly an account is shown all that it reads: what fills the page, and one more for whether there is a next.
  let wanted = limit + 1;
  while (readCount < releasesReadMax) {
    const some = await catalog.releases({ productId, channel, belowPrecedence, limit: wanted });
    for (const release of some) {
      const visible = shown.length <= limit ? judgeRelease(scope, release) : null;
      if (visible) shown.push({ release, ...visible });
    }
    if (some.length < wanted || shown.length > limit) {
      const { rows, next } = cutPage(shown, limit, ({ release }) => [release.precedence]);
      return { releases: rows, next };
    }
    belowPrecedence = some.at(-1)?.precedence ?? null;
    readCount += wanted;
    wanted = releasesReadAtATime;
  }
  return { releases: shown, next: belowPrecedence === null ? null : encodeCursor([belowPrecedence]) };
}

/** A release without its files. */
export function viewSummary({ release, licence }: ShownRelease): ReleaseSummary {
  const { version, channel, publishedAtMs } = release;
  return { version, channel, publishedAtMs, licence };
}

/** A release with its notes and files. */
export async function viewFullRelease(
  catalog: Pick<StandingCatalog, 'artifactsOf' | 'notesOf'>,
  release: ReleaseRecord,
  { licence }: VisibleRelease,
): Promise<FullRelease> {
  const { id, version, channel, createdAtMs } = release;
  const publishedAtMs = release.publishedAtMs ?? createdAtMs;
  const artifacts = await catalog.artifactsOf(id);
  const files = artifacts
    .slice(0, catalogFilesMax)
    .map(({ name, sizeBytes, sha256, platform, mediaType }) => ({
      name,
      sizeBytes,
      sha256,
      platform,
      mediaType,
      publishedAtMs,
    }));
  return { version, channel, publishedAtMs, licence, notes: await catalog.notesOf(id), files };
}
