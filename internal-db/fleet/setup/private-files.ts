// A configuration file for one customer's site or appliance is a file of a release all the same: whoever is entitled to that product can
// download it. So such files come only from products that no other customer is entitled to. Called when a file is put, and when an
// entitlement is granted.
import { RpcError } from '#commlink/rpc-error.ts';
import type { AccountRecord } from '../../store/accounts.ts';
import type { ProductRecord } from '../../store/catalog.ts';
import type { FleetFileRecord } from '../../store/fleet-types.ts';
import type { StoreReads } from '../../store/store.ts';
import { customerRefusals } from '../../texts/service-texts.ts';

/** RpcError `refused`: the file is for one customer, and another one is entitled to its product. */
export async function requireNobodyElseEntitled(
  read: StoreReads,
  { name }: { readonly name: string },
  { product, place }: { product: ProductRecord; place: Pick<FleetFileRecord, 'scope' | 'scopeName'> },
): Promise<void> {
  const accountId = await accountOf(read, place);
  if (accountId === null) return;
  const other = await read.entitlements.otherHolder(product.id, accountId);
  if (other === undefined) return;
  throw new RpcError('refused', customerRefusals.otherHolder(other, product.name, name));
}

/** RpcError `refused`: the product has files for another customer's sites or appliances. */
export async function requireNoFilesOfOthers(
  read: StoreReads,
  product: ProductRecord,
  account: AccountRecord,
): Promise<void> {
  const other = await read.fleetTypes.otherFileOwner(product.id, account.id);
  if (other === undefined) return;
  throw new RpcError('refused', customerRefusals.filesOfOthers(product.name, other, account.name));
}

/** Whose site or appliance it is; null for what is not of one customer. */
async function accountOf(
  { fleetTypes, appliances }: StoreReads,
  { scope, scopeName }: Pick<FleetFileRecord, 'scope' | 'scopeName'>,
): Promise<string | null> {
  if (scope === 'site') return (await fleetTypes.siteById(scopeName))?.accountId ?? null;
  if (scope === 'appliance') return (await appliances.byUid(scopeName))?.accountId ?? null;
  return null;
}
