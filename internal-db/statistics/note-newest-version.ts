// Notes which release an account is up to: the highest version that it has a file of. Called by nodes/apply-reports.ts for
// each complete download, in the transaction that records it; the engine can't compare semantic versions.
import { compareVersionsNewestFirst } from '../decision/version-range.ts';
import type { DeliveryRecord } from '../store/deliveries.ts';
import type { Transaction } from '../store/store.ts';

/** Notes it when the delivery's release is newer than what the account had. */
export async function noteNewestVersion(
  transaction: Transaction,
  { productId, accountId, releaseId, version }: DeliveryRecord,
): Promise<void> {
  const known = await transaction.statistics.newestOf(productId, accountId);
  if (known !== undefined && compareVersionsNewestFirst(known.version, version) <= 0) return;
  await transaction.statistics.putNewest({ productId, accountId, releaseId });
}
