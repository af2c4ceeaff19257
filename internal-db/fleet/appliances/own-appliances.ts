// What a customer sees of its appliances: those of its account, and none else. Called by the handlers of fleetMethods.
import type { Appliance, ApplianceProduct } from '#commlink/methods/fleet-methods.ts';
import { cutPage, decodeCursor, type Cursor, type PageRequest } from '#commlink/methods/paging.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import type { AuthenticatedCaller } from '../../identity/authenticate-secret.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { ApplianceFilter } from '../../store/fleet-appliances.ts';
import { viewAppliance, viewProduct } from './view-appliance.ts';

/** A filter that lets everything through. */
const anyAppliance: ApplianceFilter = {
  accountId: null,
  typeId: null,
  siteId: null,
  groupName: null,
  tag: null,
  state: null,
  isMissing: null,
};

/** A page of a list. */
export interface AppliancePage {
  readonly appliances: Appliance[];
  readonly next: Cursor | null;
}

/** Appliances by name, in pages. RpcError `bad_request` for a cursor that is none of this list. */
export async function pageOfAppliances(
  { store: { read } }: Pick<ServiceContext, 'store'>,
  filter: ApplianceFilter,
  { after, limit }: PageRequest,
): Promise<AppliancePage> {
  const [name, uid] = decodeCursor(after, ['string', 'string']) ?? [];
  const from = name === undefined || uid === undefined ? null : { name, uid };
  const found = await read.appliances.page({ filter, after: from, limit: limit + 1 });
  const { rows, next } = cutPage(found, limit, (row) => [row.name, row.uid]);
  return { appliances: rows.map(viewAppliance), next };
}

/** The appliances of the caller's account. */
export async function listOwnAppliances(
  context: Pick<ServiceContext, 'store'>,
  { account }: AuthenticatedCaller,
  page: PageRequest,
) {
  return {
    ...(await pageOfAppliances(context, { ...anyAppliance, accountId: account.id }, page)),
    counts: await context.store.read.appliances.counts(account.id),
  };
}

/** One of them. RpcError `not_found`, also for another account's. */
export async function describeOwnAppliance(
  { store: { read } }: Pick<ServiceContext, 'store'>,
  { account }: AuthenticatedCaller,
  uid: string,
): Promise<{ appliance: Appliance; products: ApplianceProduct[] }> {
  const appliance = await read.appliances.listed(uid);
  if (appliance?.accountId !== account.id) throw new RpcError('not_found', 'You have no such appliance.');
  const products = await read.beats.productsOf(uid);
  return { appliance: viewAppliance(appliance), products: products.map(viewProduct) };
}
