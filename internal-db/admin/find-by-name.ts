// Finds what an operator names. Called by the administrative services; a name that does not exist is RpcError
// `not_found` with a sentence for people, and for a terminal with the command that helps.
import { RpcError } from '#commlink/rpc-error.ts';
import type { AccountRecord } from '../store/accounts.ts';
import type { ProductRecord, ReleaseRecord } from '../store/catalog.ts';
import type { StoreReads } from '../store/store.ts';
import { catalogRefusals, customerRefusals } from '../texts/service-texts.ts';

/** The account of that name. */
export async function findAccount(store: StoreReads, name: string): Promise<AccountRecord> {
  const account = await store.accounts.byName(name);
  if (account) return account;
  const advice = `Create it first: consign account create ${name}`;
  throw new RpcError('not_found', customerRefusals.noAccount(name), { advice });
}

/** The id of the account of that name; null stays null, for "all accounts". */
export async function findAccountId(store: StoreReads, name: string | null): Promise<string | null> {
  return name === null ? null : (await findAccount(store, name)).id;
}

/** The product of that name. */
export async function findProduct(store: StoreReads, name: string): Promise<ProductRecord> {
  const product = await store.catalog.productByName(name);
  if (product) return product;
  const advice = `Create it first: consign product create ${name}`;
  throw new RpcError('not_found', catalogRefusals.noProduct(name), { advice });
}

/** A product's release of that version. */
export async function findRelease(
  store: StoreReads,
  product: ProductRecord,
  version: string,
): Promise<ReleaseRecord> {
  const release = await store.catalog.release(product.id, version);
  if (release) return release;
  throw new RpcError('not_found', catalogRefusals.noRelease(product.name, version));
}
