// Reads from the store what decideEntitlement decides from. Called inside the transaction that acts on the decision,
// or outside of one where nothing follows from it (catalog, explanations).
import type { AccountRecord } from '../store/accounts.ts';
import type { ArtifactRecord, ProductRecord, ReleaseRecord } from '../store/catalog.ts';
import type { StoreReads } from '../store/store.ts';
import { gatherAcceptances } from './accepted-agreements.ts';
import { decideEntitlement, type Decision, type DecisionFacts } from './decide-entitlement.ts';

/** What is asked for, by name. Null leaves it open: the product as a whole, the release as a whole. */
export interface Question {
  readonly account: AccountRecord | undefined;
  readonly product: string;
  readonly version: string | null;
  readonly file: string | null;
  readonly atMs: number;
}

/** The records found on the way, for those who go on with them. */
export interface FoundRecords {
  readonly product: ProductRecord | undefined;
  readonly release: ReleaseRecord | undefined;
  readonly artifact: ArtifactRecord | undefined;
}

/** What the account brings along, whatever release is asked for. */
export type AccountFacts = Pick<DecisionFacts, 'entitlements' | 'acceptances' | 'completeDownloadCounts'>;

const noFacts: AccountFacts = { entitlements: [], acceptances: [], completeDownloadCounts: new Map() };

/** Gathers the facts for one question. */
export async function gatherFacts(
  store: StoreReads,
  question: Question,
): Promise<{ facts: DecisionFacts; found: FoundRecords }> {
  const { account, version, file, atMs } = question;
  const product = await store.catalog.productByName(question.product);
  const release = product && version !== null ? await store.catalog.release(product.id, version) : undefined;
  const artifact = release && file !== null ? await store.catalog.artifact(release.id, file) : undefined;
  const facts: DecisionFacts = {
    atMs,
    account: account ?? null,
    product: product ?? null,
    release: version === null ? 'unspecified' : (release ?? null),
    file: file === null ? 'unspecified' : artifact ? 'exists' : 'missing',
    ...(account && product ? await gatherProductFacts(store, { account, product, atMs }) : noFacts),
  };
  return { facts, found: { product, release, artifact } };
}

/** Gathers what the account brings along for each of the products, by their ids: as many queries as for one. */
export async function gatherAccountFacts(
  store: StoreReads,
  question: { account: AccountRecord; productIds: readonly string[]; atMs: number },
): Promise<Map<string, AccountFacts>> {
  const { account, productIds, atMs } = question;
  const all = await store.entitlements.ofAccountAndProducts(account.id, productIds);
  const agreements = new Set(all.flatMap(({ licenceAgreement }) => licenceAgreement ?? []));
  const limited = all.filter(({ downloadsMax }) => downloadsMax !== null).map(({ id }) => id);
  const shared = {
    acceptances: await gatherAcceptances(store, { accountId: account.id, agreements, atMs }),
    completeDownloadCounts: await store.entitlements.completeDownloadCounts(limited, atMs),
  };
  const byProduct = Map.groupBy(all, ({ productId }) => productId);
  return new Map(productIds.map((id) => [id, { entitlements: byProduct.get(id) ?? [], ...shared }]));
}

async function gatherProductFacts(
  store: StoreReads,
  { account, product, atMs }: { account: AccountRecord; product: ProductRecord; atMs: number },
): Promise<AccountFacts> {
  const facts = await gatherAccountFacts(store, { account, productIds: [product.id], atMs });
  return facts.get(product.id) ?? noFacts;
}

/** Gathers and decides. */
export async function decideFromStore(
  store: StoreReads,
  question: Question,
): Promise<{ decision: Decision; found: FoundRecords }> {
  const { facts, found } = await gatherFacts(store, question);
  return { decision: decideEntitlement(facts), found };
}
