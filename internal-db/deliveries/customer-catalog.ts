// What a customer is shown: the products, published releases and files that its account may have now. The same decision
// as for a download, release by release. Called for `catalog.list`.
import type { CatalogProduct, CatalogRelease } from '#commlink/methods/fields.ts';
import { decideEntitlement } from '../decision/decide-entitlement.ts';
import { gatherAccountFacts } from '../decision/gather-facts.ts';
import { compareVersionsNewestFirst } from '../decision/version-range.ts';
import { catalogFilesMax, catalogProductsMax, catalogReleasesMax } from '../limits.ts';
import type { AccountRecord } from '../store/accounts.ts';
import type { ArtifactRecord, ProductRecord, ReleaseRecord } from '../store/catalog.ts';
import type { StoreReads } from '../store/store.ts';

/** The account's catalog at `atMs`: products by name, releases newest first. */
export async function listCustomerCatalog(
  store: StoreReads,
  account: AccountRecord,
  atMs: number,
): Promise<CatalogProduct[]> {
  const entitlements = await store.entitlements.ofAccount(account.id);
  const productIds = [...new Set(entitlements.map((entitlement) => entitlement.productId))];
  const products: CatalogProduct[] = [];
  for (const productId of productIds) {
    const product = await store.catalog.productById(productId);
    if (!product) continue;
    const releases = await listReleases(store, { account, product, atMs });
    const { name, title, description } = product;
    if (releases.length > 0) products.push({ name, title, description, releases });
  }
  return products.toSorted((left, right) => (left.name < right.name ? -1 : 1)).slice(0, catalogProductsMax);
}

async function listReleases(
  store: StoreReads,
  scope: { account: AccountRecord; product: ProductRecord; atMs: number },
): Promise<CatalogRelease[]> {
  const { account, product, atMs } = scope;
  const accountFacts = await gatherAccountFacts(store, scope);
  const releases = await store.catalog.releasesOf(product.id);
  const allowed = releases.filter(
    (release) =>
      decideEntitlement({ atMs, account, product, release, file: 'unspecified', ...accountFacts }).allowed,
  );
  if (allowed.length === 0) return [];
  const artifacts = Map.groupBy(
    await store.catalog.artifactsOfProduct(product.id),
    (artifact) => artifact.releaseId,
  );
  return allowed
    .toSorted((left, right) => compareVersionsNewestFirst(left.version, right.version))
    .slice(0, catalogReleasesMax)
    .map((release) => viewRelease(release, artifacts.get(release.id) ?? []));
}

function viewRelease(release: ReleaseRecord, artifacts: readonly ArtifactRecord[]): CatalogRelease {
  const publishedAtMs = release.publishedAtMs ?? release.createdAtMs;
  return {
    version: release.version,
    channel: release.channel,
    publishedAtMs,
    files: artifacts.slice(0, catalogFilesMax).map(({ name, sizeBytes, sha256, platform, mediaType }) => ({
      name,
      sizeBytes,
      sha256,
      platform,
      mediaType,
      publishedAtMs,
    })),
  };
}
