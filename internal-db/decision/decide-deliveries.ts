// Decides the files of live deliveries anew. What the account brings along is read once a product and the release once, as
// an account may have thousands of entitlements and deliveries. Called when rights have changed, and for previews of changes.
import type { AccountRecord } from '../store/accounts.ts';
import type { DeliveryRecord } from '../store/deliveries.ts';
import type { StoreReads } from '../store/store.ts';
import { decideEntitlement, type Decision, type DecisionFacts } from './decide-entitlement.ts';
import { gatherFacts } from './gather-facts.ts';

/** Each delivery with the decision for its file. `suppose` makes the facts those of a change that nobody has made. */
export async function decideDeliveries(
  store: StoreReads,
  deliveries: readonly DeliveryRecord[],
  question: {
    account: AccountRecord | undefined;
    atMs: number;
    suppose?: (facts: DecisionFacts) => DecisionFacts;
  },
): Promise<(readonly [DeliveryRecord, Decision])[]> {
  const { account, atMs, suppose = (facts) => facts } = question;
  const decided: (readonly [DeliveryRecord, Decision])[] = [];
  for (const ofProduct of Map.groupBy(deliveries, (delivery) => delivery.product).values()) {
    const ofRelease = Map.groupBy(ofProduct, (delivery) => delivery.releaseId);
    const product = ofProduct[0]?.product ?? '';
    const gathered = await gatherFacts(store, { account, product, version: null, file: null, atMs });
    const facts = suppose(gathered.facts);
    for (const group of ofRelease.values()) {
      const decision = await decideRelease(store, facts, group);
      decided.push(...group.map((delivery) => [delivery, decision] as const));
    }
  }
  return decided;
}

/** A delivery's file exists: files are never taken out of a release. So the release decides. */
async function decideRelease(
  store: StoreReads,
  facts: DecisionFacts,
  [delivery]: readonly DeliveryRecord[],
): Promise<Decision> {
  const release = delivery && (await store.catalog.release(delivery.productId, delivery.version));
  return decideEntitlement({ ...facts, release: release ?? null, file: 'exists' });
}
