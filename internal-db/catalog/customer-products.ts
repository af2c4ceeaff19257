// The products of an account, one product with its releases, one release with its files, and the account's rights: what the
// portal's pages and API show. Called for `catalog.products`, `.product`, `.release` and `entitlement.listOwn`.
// What an account may not see looks like what does not exist.
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { ProductSummary, catalogMethods } from '#commlink/methods/catalog-methods.ts';
import { cutPage, decodeCursor, type PageRequest } from '#commlink/methods/paging.ts';
import { viewOwner, type AuthenticatedCaller } from '../identity/authenticate-secret.ts';
import { productChannelsMax } from '../limits.ts';
import type { ServiceContext } from '../service-context.ts';
import type { AccountRecord } from '../store/accounts.ts';
import type { ReleaseRecord } from '../store/catalog.ts';
import type { StoreReads } from '../store/store.ts';
import type { StandingCatalog } from './catalog-memory.ts';
import {
  gatherScopes,
  judgeProduct,
  judgeRelease,
  type ProductScope,
  type Standing,
  type VisibleRelease,
} from './product-standing.ts';
import { readVisibleReleases, viewFullRelease, viewSummary, type ShownRelease } from './visible-releases.ts';

type Table = typeof catalogMethods;
type Parameters<M extends keyof Table> = Omit<ParamsOf<Table, M>, 'session'>;
type Valid<M extends keyof Table> = Extract<ResultOf<Table, M>, { valid: true }>;

/** By convention; a product without one shows its newest of all. */
const stableChannel = 'stable';
const notFound = { valid: true, found: false } as const;

/** A page of the account's products, each with its newest release. RpcError `bad_request`: the cursor. */
export async function listOwnProducts(
  { store: { read }, clock, catalogMemory }: ServiceContext,
  caller: AuthenticatedCaller,
  { after, limit }: PageRequest,
): Promise<Valid<'catalog.products'>> {
  const { account } = caller;
  const atMs = clock.nowMs();
  const afterName = decodeCursor(after, ['string'])?.[0] ?? null;
  const accountId = account.id;
  const found = await read.published.productsOfAccount({ accountId, afterName, limit: limit + 1 });
  const { rows, next } = cutPage(found, limit, (product) => [product.name]);
  const catalog = await catalogMemory.current();
  const productIds = rows.map(({ id }) => id);
  const newestStable = await read.published.newestInChannel(productIds, stableChannel);
  const products: ProductSummary[] = [];
  for (const scope of await gatherScopes(read, { account, products: rows, atMs })) {
    const standing = judgeProduct(scope);
    if (!standing) continue;
    // Nearly always it is shown; else the next one that is must be looked for.
    const release = newestStable.find(({ productId }) => productId === scope.product.id);
    const visible = release && judgeRelease(scope, release);
    const newest = release && visible ? { release, ...visible } : await readNewest(catalog, scope, null);
    products.push({ ...viewProduct(scope, standing), newest: newest && viewSummary(newest) });
  }
  return { valid: true, owner: viewOwner(caller), products, next };
}

/** A product, the newest release of the channel or of the steadiest one, and a page of releases. */
export async function describeOwnProduct(
  { store: { read }, clock, catalogMemory }: ServiceContext,
  caller: AuthenticatedCaller,
  wanted: Parameters<'catalog.product'>,
): Promise<Valid<'catalog.product'>> {
  const { account } = caller;
  const catalog = await catalogMemory.current();
  const asked = { account, product: wanted.product, atMs: clock.nowMs() };
  const scope = await findScope(read, catalog, asked);
  const standing = scope && judgeProduct(scope);
  if (!scope || !standing) return notFound;
  const { channel, after, limit } = wanted;
  const page = await readVisibleReleases(catalog, scope, { channel, after, limit });
  // Mostly the page begins with it.
  const newest =
    after === null
      ? (newestOf(page.releases, channel) ?? (await readNewest(catalog, scope, channel)))
      : await readNewest(catalog, scope, channel);
  const channels = await catalog.channels(scope.product.id, productChannelsMax);
  const platformOrder = [...(await catalog.platformOrderOf(scope.product.id))];
  return {
    valid: true,
    found: true,
    owner: viewOwner(caller),
    product: { ...viewProduct(scope, standing), platformOrder },
    channels: channels.filter((name) => isIncluded(scope, name)),
    newest: newest && (await viewFullRelease(catalog, newest.release, newest)),
    releases: page.releases.map(viewSummary),
    next: page.next,
  };
}

/** A release that the account is shown, with its files. */
export async function describeOwnRelease(
  { store: { read }, clock, catalogMemory }: ServiceContext,
  caller: AuthenticatedCaller,
  wanted: Parameters<'catalog.release'>,
): Promise<Valid<'catalog.release'>> {
  const catalog = await catalogMemory.current();
  const asked = { account: caller.account, ...wanted, atMs: clock.nowMs() };
  const shown = await findOwnRelease(read, catalog, asked);
  if (!shown) return notFound;
  const { scope, standing, release } = shown;
  const platformOrder = [...(await catalog.platformOrderOf(scope.product.id))];
  return {
    valid: true,
    found: true,
    owner: viewOwner(caller),
    product: { ...viewProduct(scope, standing), platformOrder },
    release: await viewFullRelease(catalog, release, shown),
  };
}

/** A release that the account is shown; null when there is none. */
export async function findOwnRelease(
  store: StoreReads,
  catalog: StandingCatalog,
  wanted: { account: AccountRecord; product: string; version: string; atMs: number },
): Promise<(VisibleRelease & { scope: ProductScope; standing: Standing; release: ReleaseRecord }) | null> {
  const scope = await findScope(store, catalog, wanted);
  const standing = scope && judgeProduct(scope);
  const release = scope && (await store.catalog.release(scope.product.id, wanted.version));
  const visible = scope && release && judgeRelease(scope, release);
  return scope && standing && release && visible ? { scope, standing, release, ...visible } : null;
}

/** The account's rights, latest grant first. RpcError `bad_request`: the cursor. */
export async function listOwnEntitlements(
  { store: { read } }: ServiceContext,
  accountId: string,
  { after, limit }: PageRequest,
): Promise<Valid<'entitlement.listOwn'>> {
  const key = decodeCursor(after, ['number', 'string']);
  const found = await read.entitlements.page({
    accountId,
    productId: null,
    inForceAtMs: null,
    after: key && { atMs: key[0], id: key[1] },
    limit: limit + 1,
  });
  const { rows, next } = cutPage(found, limit, (one) => [one.grantedAtMs, one.id]);
  const entitlements = rows.map((one) => {
    const { id, product, versions, channels, notBeforeMs, notAfterMs, downloadsMax } = one;
    const { licenceAgreement, grantedAtMs, revokedAtMs } = one;
    const terms = { notBeforeMs, notAfterMs, downloadsMax, licenceAgreement, grantedAtMs, revokedAtMs };
    return { id, product, versions, channels: channels && [...channels], ...terms };
  });
  return { valid: true, entitlements, next };
}

async function findScope(
  store: StoreReads,
  catalog: StandingCatalog,
  { account, product: name, atMs }: { account: AccountRecord; product: string; atMs: number },
): Promise<ProductScope | null> {
  const product = await catalog.productByName(name);
  const [scope] = product ? await gatherScopes(store, { account, products: [product], atMs }) : [];
  return scope ?? null;
}

/** The newest of a channel; of the stable one where none is named and it has any, as a newer beta is for the few. */
async function readNewest(catalog: StandingCatalog, scope: ProductScope, channel: string | null) {
  const newestOf = async (name: string | null) => {
    const page = { channel: name, after: null, limit: 1 };
    return (await readVisibleReleases(catalog, scope, page)).releases[0] ?? null;
  };
  return (await newestOf(channel ?? stableChannel)) ?? (channel === null ? await newestOf(null) : null);
}

/** The newest of the channel, or of the steadiest one, among the newest releases. */
function newestOf(releases: readonly ShownRelease[], channel: string | null): ShownRelease | undefined {
  return releases.find(({ release }) => release.channel === (channel ?? stableChannel));
}

/** A channel that none of the account's rights includes isn't named to it. */
function isIncluded({ facts }: ProductScope, channel: string): boolean {
  return facts.entitlements.some(
    ({ channels, revokedAtMs }) => revokedAtMs === null && (channels === null || channels.includes(channel)),
  );
}

function viewProduct({ product: { name, title, description } }: ProductScope, standing: Standing) {
  return { name, title, description, ...standing };
}
