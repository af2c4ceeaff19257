// One number for the whole fleet, raised by whatever can change a catalog: an appliance whose catalog was judged at this
// generation, and is fresh, needs no work when it beats. Called in the transaction of the change, by append-audit.ts for what is
// audited and by rollouts and metadata for themselves.
import type { StoreReads, Transaction } from '../store/store.ts';

const setting = 'fleet_generation';
/** What is audited under these names can go into a catalog. */
const catalogChanges = /^(?:release|product|entitlement|account|licence|fleet)\./;

/** The generation now; 0 when nothing was raised yet. */
export async function readGeneration(store: StoreReads): Promise<number> {
  return Number((await store.settings.get(setting)) ?? 0);
}

/** Has every catalog judged again when its appliance beats. */
export async function raiseGeneration(transaction: Transaction): Promise<void> {
  await transaction.settings.put(setting, String((await readGeneration(transaction)) + 1));
}

/** Whether an audited action can change a catalog. */
export function changesCatalogs(action: string): boolean {
  return catalogChanges.test(action);
}
