// Search in what an account may see: products, releases with their notes or by version, files. Called for `catalog.search`.
import type { SearchMatch } from '#commlink/methods/catalog-methods.ts';
import { catalogProductsMax, searchMatchesMax, searchReleasesMax, searchWordsMax } from '../limits.ts';
import type { ServiceContext } from '../service-context.ts';
import type { AccountRecord } from '../store/accounts.ts';
import type { CatalogMatch } from '../store/published.ts';
import type { StoreReads } from '../store/store.ts';
import {
  gatherScopes,
  judgeProduct,
  judgeRelease,
  type ProductScope,
  type VisibleRelease,
} from './product-standing.ts';
import { parseReleaseQuery } from './release-query.ts';

/** The release that the query names, then what has all its words, or begins with them; best match first. Nothing for a query without words. */
export async function searchOwnCatalog(
  { store: { read }, clock }: ServiceContext,
  account: AccountRecord,
  query: string,
): Promise<SearchMatch[]> {
  const words = wordsOf(query);
  if (words.length === 0) return [];
  const accountId = account.id;
  const atMs = clock.nowMs();
  const own = await read.published.productsOfAccount({
    accountId,
    afterName: null,
    limit: catalogProductsMax,
  });
  const products = new Map(own.map((product) => [product.id, product]));
  const matches: SearchMatch[] = [];
  const productIds = [...products.keys()];
  const byVersion = await findReleases(read, productIds, query);
  const byWords = await read.published.search({ productIds, words, limit: searchMatchesMax });
  const isNew = (match: CatalogMatch) => match.file !== null || !byVersion.some(isSameRelease(match));
  const found = [...byVersion, ...byWords.filter(isNew)].slice(0, searchMatchesMax);
  const foundIds = new Set(found.map(({ productId }) => productId));
  const foundProducts = [...foundIds].flatMap((id) => products.get(id) ?? []);
  const gathered = await gatherScopes(read, { account, products: foundProducts, atMs });
  const scopes = new Map(gathered.map((scope) => [scope.product.id, scope]));
  for (const { productId, ...match } of found) {
    const scope = scopes.get(productId);
    const shown = scope && judgeProduct(scope) && judgeMatch(scope, match);
    if (shown) matches.push({ ...match, licence: shown.licence });
  }
  return matches;
}

/** As matches, what the query says with a version in it. */
async function findReleases(
  { search }: StoreReads,
  within: readonly string[],
  query: string,
): Promise<CatalogMatch[]> {
  const wanted = parseReleaseQuery(query);
  if (!wanted) return [];
  const releases = await search.releases({ ...wanted, within, limit: searchReleasesMax });
  const noFile = { file: null, platform: null, sizeBytes: null };
  return releases.map(({ state: _published, ...release }) => ({ ...release, ...noFile }));
}

function isSameRelease({ productId, version }: CatalogMatch): (other: CatalogMatch) => boolean {
  return (other) => other.productId === productId && other.version === version;
}

/** The words of a query as the index has them: letters and digits, whatever is between them. */
export function wordsOf(query: string): string[] {
  const words = query.normalize('NFC').match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.slice(0, searchWordsMax);
}

function judgeMatch(
  scope: ProductScope,
  { version, channel }: Pick<SearchMatch, 'version' | 'channel'>,
): VisibleRelease | null {
  if (version === null || channel === null) return { licence: null };
  return judgeRelease(scope, { version, channel, state: 'published' });
}
