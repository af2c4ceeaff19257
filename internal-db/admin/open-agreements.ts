// Which licence agreements a customer's entitlements ask for without their having been accepted, as the decision counts it.
// Called by the console's page of a customer.
import { gatherAcceptances } from '../decision/accepted-agreements.ts';
import type { AccountRecord } from '../store/accounts.ts';
import type { StoreReads } from '../store/store.ts';

/** Their names. */
export async function listOpenAgreements(
  store: StoreReads,
  account: AccountRecord,
  atMs: number,
): Promise<string[]> {
  const wanted = new Set(await store.entitlements.agreementsOf(account.id, atMs));
  const accepted = await gatherAcceptances(store, { accountId: account.id, agreements: wanted, atMs });
  return [...wanted].filter((name) => !accepted.some((one) => one.agreement === name));
}
