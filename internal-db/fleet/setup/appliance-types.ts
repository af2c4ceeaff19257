// Types of appliances: which products a model runs, and from which channel. Called for the command line.
import type { ParamsOf } from '#commlink/method-table.ts';
import type { ApplianceType, fleetSetupMethods } from '#commlink/methods/fleet-setup-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { explainTaken } from '../../admin/account-administration.ts';
import { findProduct } from '../../admin/find-by-name.ts';
import { appendAudit } from '../../audit/append-audit.ts';
import { newRecordId } from '../../record-id.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { ApplianceTypeRecord } from '../../store/fleet-types.ts';
import type { StoreReads } from '../../store/store.ts';

type Table = typeof fleetSetupMethods;
type Tools = Pick<ServiceContext, 'store' | 'clock'>;

/** Creates one. RpcError `conflict`: there is one of that name; `not_found`: a product. */
export async function createType(
  { store, clock }: Tools,
  { actor, ...type }: ParamsOf<Table, 'applianceType.create'>,
): Promise<ApplianceType> {
  const { name: subject, title, channel, products } = type;
  const atMs = clock.nowMs();
  await explainTaken(`There is a type ${subject} already.`, () =>
    store.transaction(async (transaction) => {
      const record = { id: newRecordId('apt'), name: subject, title, channel, createdAtMs: atMs };
      await transaction.fleetTypes.insertType(record, await idsOf(transaction, products));
      const detail = { title, channel, products };
      await appendAudit(transaction, { atMs, actor, action: 'fleet.type', subject, detail });
    }),
  );
  return type;
}

/** Replaces the products that a type runs. RpcError `not_found`. */
export async function setTypeProducts(
  { store, clock }: Tools,
  { actor, name: subject, products }: ParamsOf<Table, 'applianceType.setProducts'>,
): Promise<ApplianceType> {
  const atMs = clock.nowMs();
  return await store.transaction(async (transaction) => {
    const { id, title, channel } = await findType(transaction, subject);
    await transaction.fleetTypes.setProducts(id, await idsOf(transaction, products));
    await appendAudit(transaction, { atMs, actor, action: 'fleet.type', subject, detail: { products } });
    return { name: subject, title, channel, products };
  });
}

/** All of them, by name. */
export async function listTypes({ store: { read } }: Tools): Promise<{ types: ApplianceType[] }> {
  const types: ApplianceType[] = [];
  for (const { id, name, title, channel } of await read.fleetTypes.types()) {
    const products = await read.catalog.productsByIds(await read.fleetTypes.productsOf(id));
    types.push({ name, title, channel, products: products.map((product) => product.name).toSorted() });
  }
  return { types };
}

/** The type of that name. RpcError `not_found`. */
export async function findType({ fleetTypes }: StoreReads, name: string): Promise<ApplianceTypeRecord> {
  const type = await fleetTypes.typeByName(name);
  if (type) return type;
  const advice = `Create it first: consign appliance type create ${name} --products …`;
  throw new RpcError('not_found', `There is no type ${name}.`, { advice });
}

async function idsOf(read: StoreReads, products: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const name of products) ids.push((await findProduct(read, name)).id);
  return ids;
}
