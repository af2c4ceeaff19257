// The search box: people, accounts, products, releases, deliveries, entitlements, files and other records, by whatever a customer
// or a log line has at hand. What was typed is recognized by its form; anything else is words. Called by search-routes.ts and by
// the API's search.
import type { StaffRole } from '#commlink/methods/administration-fields.ts';
import { parseReleaseQuery } from '../../catalog/release-query.ts';
import { searchHitsMax } from '../../limits.ts';
import { looksLikeDeliveryLogin } from '../../secret-token.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { DeliveryRecord } from '../../store/deliveries.ts';
import type { EntitlementRecord } from '../../store/entitlements.ts';
import type { FoundFile, FoundKind, FoundName, FoundRelease } from '../../store/search.ts';
import type { StoreReads } from '../../store/store.ts';
import { releasePath } from '../operations/product-pages.ts';
import { findRecords, type FoundRecord } from './find-records.ts';

/** What was found. Of each kind some are shown; the names that were typed exactly come first. */
export interface Findings {
  readonly accounts: readonly FoundName[];
  readonly people: readonly FoundName[];
  readonly products: readonly FoundName[];
  readonly releases: readonly FoundRelease[];
  readonly deliveries: readonly DeliveryRecord[];
  readonly entitlements: readonly EntitlementRecord[];
  readonly files: readonly FoundFile[];
  readonly records: readonly FoundRecord[];
}

const nothing: Findings = {
  accounts: [],
  people: [],
  products: [],
  releases: [],
  deliveries: [],
  entitlements: [],
  files: [],
  records: [],
};
const digestPattern = /^(?:sha-?256[:=\s]\s*)?([0-9a-f]{8,64})$/;
const deliveryIdPattern = /^dlv_[\w-]{22}$/;
const entitlementIdPattern = /^ent_[\w-]{22}$/;
/** As many as anybody types; more would only make the question slower. */
const wordsMax = 6;

/** Finds what a role may see. Never throws for what was typed. */
export async function findAnything(
  context: Pick<ServiceContext, 'store' | 'bans' | 'documents'>,
  typed: string,
  role: StaffRole,
): Promise<Findings> {
  const store = context.store.read;
  const text = typed.trim().slice(0, 200);
  if (deliveryIdPattern.test(text)) {
    const delivery = await store.deliveries.byId(text);
    return { ...nothing, deliveries: delivery ? [delivery] : [] };
  }
  if (entitlementIdPattern.test(text)) {
    const entitlement = await store.entitlements.byId(text);
    return { ...nothing, entitlements: entitlement ? [entitlement] : [] };
  }
  if (looksLikeDeliveryLogin(text)) {
    const delivery = await store.deliveries.byLogin(text);
    return { ...nothing, deliveries: delivery ? [delivery] : [] };
  }
  const words = text.match(/[\p{L}\p{N}]+/gu)?.slice(0, wordsMax) ?? [];
  const find = async (kind: FoundKind) => {
    const found = await store.search.names({ kind, words, limit: searchHitsMax });
    return exactFirst(text, [...(await findByName(store, kind, text)), ...found]);
  };
  const digest = digestPattern.exec(text.toLowerCase())?.[1];
  const release = parseReleaseQuery(text);
  return {
    ...nothing,
    accounts: await find('account'),
    people: await find('user'),
    products: await find('product'),
    releases: release
      ? await store.search.releases({ ...release, within: null, limit: searchHitsMax })
      : nothing.releases,
    files: await findFiles(store, { words, digest }),
    records: await findRecords(context, text, { words, role }),
  };
}

/** Eight digits and more of a digest may be a word of a name, too. */
async function findFiles(
  { search }: StoreReads,
  { words, digest }: { words: readonly string[]; digest: string | undefined },
): Promise<readonly FoundFile[]> {
  const byDigest = digest === undefined ? [] : await search.filesByDigest(digest, searchHitsMax);
  return byDigest.length > 0 ? byDigest : await search.filesByName(words, searchHitsMax);
}

/** Where the only thing that was found is shown; null when nothing or several were. */
export function onlyFinding(found: Findings): string | null {
  const hrefs = [
    ...found.accounts.map(({ name }) => `/accounts/${name}`),
    ...found.people.map(({ account }) => `/accounts/${account ?? ''}#people`),
    ...found.products.map(({ name }) => `/products/${name}`),
    ...found.releases.map(({ product, version }) => releasePath(product, version)),
    ...found.records.map(({ page }) => page),
    ...found.deliveries.map(({ account }) => `/accounts/${account}?kind=delivery#timeline`),
    ...found.entitlements.map(({ account, id }) => `/accounts/${account}/entitlements/${id}`),
  ];
  // A product's files have its name, mostly: they count only where nothing else was found.
  const files = found.files.map(({ product, version }) => releasePath(product, version));
  const distinct = [...new Set(hrefs.length > 0 ? hrefs : files)];
  return distinct.length === 1 ? (distinct[0] ?? null) : null;
}

/** The one whose name was typed: among many that begin like it, the index may not come to it. */
async function findByName(store: StoreReads, kind: FoundKind, text: string): Promise<FoundName[]> {
  const name = text.toLowerCase();
  if (kind === 'user') {
    const found = await store.accounts.userByName(name);
    if (!found) return [];
    const { displayName: title, email } = found.user;
    return [{ kind, name, title, account: found.account.name, email }];
  }
  if (kind === 'product') return [];
  const account = await store.accounts.byName(name);
  return account ? [{ kind, name, title: account.displayName, account: null, email: null }] : [];
}

function exactFirst(text: string, names: readonly FoundName[]): FoundName[] {
  const wanted = text.toLowerCase();
  const isExact = ({ name, email }: FoundName) => name === wanted || email === wanted;
  const byName = (left: FoundName, right: FoundName) => (left.name < right.name ? -1 : 1);
  const distinct = names.filter((one, index) => names.findIndex(({ name }) => name === one.name) === index);
  return distinct.toSorted(
    (left, right) => Number(isExact(right)) - Number(isExact(left)) || byName(left, right),
  );
}
