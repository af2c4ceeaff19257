// Codes that owners make for their appliances in the portal. Called by the handlers of fleetMethods.
import type { ParamsOf } from '#commlink/method-table.ts';
import type { EnrolmentCode, fleetMethods } from '#commlink/methods/fleet-methods.ts';
import { appendAudit } from '../../audit/append-audit.ts';
import type { AuthenticatedCaller } from '../../identity/authenticate-secret.ts';
import { requireOwner } from '../../members/owner-only.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { ApplianceTypeRecord } from '../../store/fleet-types.ts';
import type { StoreReads } from '../../store/store.ts';
import { listedCodesMax } from '../limits.ts';
import { makeCodes, unknownType, type MadeCode } from './enrolment-codes.ts';
import { viewCode } from './view-appliance.ts';

type Context = Pick<ServiceContext, 'store' | 'clock' | 'fleetMetadata'>;
type Wish = Omit<ParamsOf<typeof fleetMethods, 'enrolmentCode.create'>, 'session'>;

/** The account's codes, and what new ones can be made for: types that run a product it has an entitlement to. */
export async function listOwnCodes({ store: { read }, fleetMetadata }: Context, caller: AuthenticatedCaller) {
  requireOwner(caller);
  const { account } = caller;
  const types = (await offeredTypes(read, account.id)).map(({ name, title }) => ({ name, title }));
  const sites = (await read.fleetTypes.sites(account.id)).map(({ name, title }) => ({ name, title }));
  const codes: EnrolmentCode[] = (await read.appliances.codesOf(account.id, listedCodesMax)).map(viewCode);
  return { types, sites, codes, roots: fleetMetadata.firstRootsDigest() };
}

/** Makes codes, for the default group. RpcError `refused` for who is no owner, `not_found` for a type that is not offered, and as makeCodes. */
export async function createOwnCodes(
  { store, clock }: Context,
  caller: AuthenticatedCaller,
  wish: Wish,
): Promise<MadeCode[]> {
  requireOwner(caller);
  const by = { actor: `user:${caller.user.name}`, atMs: clock.nowMs() };
  return await store.transaction(async (transaction) => {
    const offered = await offeredTypes(transaction, caller.account.id);
    if (!offered.some(({ name }) => name === wish.type)) throw unknownType(wish.type);
    return await makeCodes(transaction, caller.account, { ...wish, ...by, group: null });
  });
}

/** Withdraws a code; false when there is no such one that is open. */
export async function withdrawOwnCode(
  { store, clock }: Context,
  caller: AuthenticatedCaller,
  id: string,
): Promise<boolean> {
  requireOwner(caller);
  const atMs = clock.nowMs();
  return await store.transaction(async (transaction) => {
    const withdrawn = await transaction.appliances.withdrawCode(id, { accountId: caller.account.id, atMs });
    if (!withdrawn) return false;
    const actor = `user:${caller.user.name}`;
    const action = 'enrolmentCode.withdraw';
    await appendAudit(transaction, {
      atMs,
      actor,
      action,
      subject: caller.account.name,
      detail: { code: id },
    });
    return true;
  });
}

async function offeredTypes(read: StoreReads, accountId: string): Promise<ApplianceTypeRecord[]> {
  const entitlements = await read.entitlements.ofAccount(accountId);
  const productIds = new Set(
    entitlements.filter((each) => each.revokedAtMs === null).map((each) => each.productId),
  );
  const offered: ApplianceTypeRecord[] = [];
  for (const type of await read.fleetTypes.types()) {
    const ofType = await read.fleetTypes.productsOf(type.id);
    if (ofType.some((productId) => productIds.has(productId))) offered.push(type);
  }
  return offered;
}
