// What the home page begins with: what is new to this person since the last visit, which rights end soon, and which licence
// agreements wait. Called for `catalog.home`; notes the visit, unless a machine asks.
import type { ResultOf } from '#commlink/method-table.ts';
import type { EndingRight, NewsItem, catalogMethods } from '#commlink/methods/catalog-methods.ts';
import type { AuthenticatedCaller } from '../identity/authenticate-secret.ts';
import { listOwnLicences } from '../licences/customer-licences.ts';
import {
  endingRightsMax,
  firstVisitNewsMs,
  newsMax,
  rightsEndSoonMs,
  visitNoteIntervalMs,
  visitPauseMs,
} from '../limits.ts';
import type { ServiceContext } from '../service-context.ts';
import type { AccountRecord } from '../store/accounts.ts';
import type { PortalVisitRecord } from '../store/portal-visits.ts';
import type { StoreReads } from '../store/store.ts';
import { gatherScope, judgeProduct, judgeRelease, type ProductScope } from './product-standing.ts';

type Home = Extract<ResultOf<typeof catalogMethods, 'catalog.home'>, { valid: true }>;

/** The beginning of the caller's home page. */
export async function describeHome(context: ServiceContext, caller: AuthenticatedCaller): Promise<Home> {
  const { read } = context.store;
  const { account } = caller;
  const atMs = context.clock.nowMs();
  const lastVisitAtMs = await noteVisit(context, caller, atMs);
  const scopes = new ScopeCache(read, account, atMs);
  const sinceMs = lastVisitAtMs ?? atMs - firstVisitNewsMs;
  return {
    valid: true,
    lastVisitAtMs,
    news: await listNews(read, scopes, sinceMs),
    ending: await listEnding(read, scopes),
    licences: await listOwnLicences(context, account.id),
  };
}

/** A person's visits after a look at the page; the record that was there when nothing is to be written down. */
export function nextVisit(known: PortalVisitRecord, atMs: number): PortalVisitRecord {
  const sinceMs = atMs - known.lastAtMs;
  if (sinceMs >= visitPauseMs) return { ...known, previousAtMs: known.lastAtMs, lastAtMs: atMs };
  return sinceMs >= visitNoteIntervalMs ? { ...known, lastAtMs: atMs } : known;
}

async function noteVisit(
  context: ServiceContext,
  { user, kind }: AuthenticatedCaller,
  atMs: number,
): Promise<number | null> {
  const known = await context.store.read.portalVisits.visitOf(user.id);
  const next = known ? nextVisit(known, atMs) : { userId: user.id, previousAtMs: null, lastAtMs: atMs };
  if (next !== known && kind === 'session') {
    await context.store.transaction((transaction) => transaction.portalVisits.put(next));
  }
  return next.previousAtMs;
}

/** Gathers each product's facts once. */
class ScopeCache {
  readonly #store: StoreReads;
  readonly account: AccountRecord;
  readonly atMs: number;
  readonly #scopes = new Map<string, ProductScope | null>();

  constructor(store: StoreReads, account: AccountRecord, atMs: number) {
    this.#store = store;
    this.account = account;
    this.atMs = atMs;
  }

  async scopeOf(productId: string): Promise<ProductScope | null> {
    const known = this.#scopes.get(productId);
    if (known !== undefined) return known;
    const product = await this.#store.catalog.productById(productId);
    const { account, atMs } = this;
    const scope = product ? await gatherScope(this.#store, { account, product, atMs }) : null;
    this.#scopes.set(productId, scope);
    return scope;
  }
}

async function listNews(store: StoreReads, scopes: ScopeCache, sinceMs: number): Promise<NewsItem[]> {
  const accountId = scopes.account.id;
  const news: NewsItem[] = [];
  for (const release of await store.published.newsOfAccount({ accountId, sinceMs, limit: newsMax })) {
    const scope = await scopes.scopeOf(release.productId);
    if (!scope || !judgeProduct(scope) || !judgeRelease(scope, release)) continue;
    const { product, productTitle, version, channel, publishedAtMs } = release;
    news.push({ product, productTitle, version, channel, atMs: publishedAtMs });
  }
  const grants = await store.entitlements.page({
    accountId,
    productId: null,
    inForceAtMs: scopes.atMs,
    after: null,
    limit: newsMax,
  });
  for (const { productId, product, grantedAtMs } of grants) {
    if (grantedAtMs <= sinceMs) break;
    const scope = await scopes.scopeOf(productId);
    const isKnown = scope === null || scope.facts.entitlements.some((one) => one.grantedAtMs <= sinceMs);
    if (isKnown || news.some((item) => item.product === product)) continue;
    const productTitle = scope.product.title;
    news.push({ product, productTitle, version: null, channel: null, atMs: grantedAtMs });
  }
  return news.toSorted((a, b) => b.atMs - a.atMs).slice(0, newsMax);
}

/** Rights that end soon, where no other right to the product lasts longer. */
async function listEnding(store: StoreReads, scopes: ScopeCache): Promise<EndingRight[]> {
  const { account, atMs } = scopes;
  const ending = await store.entitlements.endingOfAccount({
    accountId: account.id,
    fromMs: atMs,
    untilMs: atMs + rightsEndSoonMs,
    limit: endingRightsMax,
  });
  const rights: EndingRight[] = [];
  for (const { productId, product, notAfterMs } of ending) {
    const scope = await scopes.scopeOf(productId);
    const standing = scope && judgeProduct(scope);
    if (!standing || notAfterMs === null || standing.endsAtMs !== notAfterMs) continue;
    if (rights.some((right) => right.product === product)) continue;
    rights.push({ product, productTitle: scope.product.title, notAfterMs });
  }
  return rights;
}
