// What the home page begins with: what is new to this person since the last visit, which rights end soon, and which licence
// agreements wait. Called for `catalog.home`; notes the visit, unless a machine or staff ask.
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
import type { EntitlementRecord } from '../store/entitlements.ts';
import type { PortalVisitRecord } from '../store/portal-visits.ts';
import type { PublishedNews } from '../store/published.ts';
import type { StoreReads } from '../store/store.ts';
import { gatherScopes, judgeProduct, judgeRelease, type ProductScope } from './product-standing.ts';

type Home = Extract<ResultOf<typeof catalogMethods, 'catalog.home'>, { valid: true }>;

/** The beginning of the caller's home page. */
export async function describeHome(context: ServiceContext, caller: AuthenticatedCaller): Promise<Home> {
  const { read } = context.store;
  const { account } = caller;
  const atMs = context.clock.nowMs();
  const lastVisitAtMs = await noteVisit(context, caller, atMs);
  const sinceMs = lastVisitAtMs ?? atMs - firstVisitNewsMs;
  const facts = await gatherHome(read, { account, atMs, sinceMs });
  return {
    valid: true,
    lastVisitAtMs,
    news: listNews(facts, sinceMs),
    ending: listEnding(facts),
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
  { user, kind, isStaffView }: AuthenticatedCaller,
  atMs: number,
): Promise<number | null> {
  const known = await context.store.read.portalVisits.visitOf(user.id);
  const next = known ? nextVisit(known, atMs) : { userId: user.id, previousAtMs: null, lastAtMs: atMs };
  if (next !== known && kind === 'session' && !isStaffView) {
    await context.store.transaction((transaction) => transaction.portalVisits.put(next));
  }
  return next.previousAtMs;
}

/** What the page is made of, found before anything is judged, so that the products' facts are gathered all at once. */
interface HomeFacts {
  readonly releases: readonly PublishedNews[];
  readonly grants: readonly EntitlementRecord[];
  readonly ending: readonly EntitlementRecord[];
  readonly scopes: ReadonlyMap<string, ProductScope>;
}

async function gatherHome(
  store: StoreReads,
  { account, atMs, sinceMs }: { account: AccountRecord; atMs: number; sinceMs: number },
): Promise<HomeFacts> {
  const accountId = account.id;
  const latest = { accountId, productId: null, inForceAtMs: atMs, after: null, limit: newsMax };
  const soon = { accountId, fromMs: atMs, untilMs: atMs + rightsEndSoonMs, limit: endingRightsMax };
  const releases = await store.published.newsOfAccount({ accountId, sinceMs, limit: newsMax });
  const granted = await store.entitlements.page(latest);
  const grants = granted.filter(({ grantedAtMs }) => grantedAtMs > sinceMs);
  const ending = await store.entitlements.endingOfAccount(soon);
  const productIds = new Set([...releases, ...grants, ...ending].map(({ productId }) => productId));
  const products = productIds.size === 0 ? [] : await store.catalog.productsByIds([...productIds]);
  const scopes = await gatherScopes(store, { account, products, atMs });
  return { releases, grants, ending, scopes: new Map(scopes.map((scope) => [scope.product.id, scope])) };
}

function listNews({ releases, grants, scopes }: HomeFacts, sinceMs: number): NewsItem[] {
  const news: NewsItem[] = [];
  for (const release of releases) {
    const scope = scopes.get(release.productId);
    if (!scope || !judgeProduct(scope) || !judgeRelease(scope, release)) continue;
    const { product, productTitle, version, channel, publishedAtMs } = release;
    news.push({ product, productTitle, version, channel, atMs: publishedAtMs });
  }
  for (const { productId, product, grantedAtMs } of grants) {
    const scope = scopes.get(productId);
    const isKnown = !scope || scope.facts.entitlements.some((one) => one.grantedAtMs <= sinceMs);
    if (isKnown || news.some((item) => item.product === product)) continue;
    const productTitle = scope.product.title;
    news.push({ product, productTitle, version: null, channel: null, atMs: grantedAtMs });
  }
  return news.toSorted((a, b) => b.atMs - a.atMs).slice(0, newsMax);
}

/** Rights that end soon, where no other right to the product lasts longer. */
function listEnding({ ending, scopes }: HomeFacts): EndingRight[] {
  const rights: EndingRight[] = [];
  for (const { productId, product, notAfterMs } of ending) {
    const scope = scopes.get(productId);
    const standing = scope && judgeProduct(scope);
    if (!standing || notAfterMs === null || standing.endsAtMs !== notAfterMs) continue;
    if (rights.some((right) => right.product === product)) continue;
    rights.push({ product, productTitle: scope.product.title, notAfterMs });
  }
  return rights;
}
