// Appliances, for the command line and the console: codes to enrol them, lists, one with all that is known, and what is done to them.
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { fleetAdminMethods } from '#commlink/methods/fleet-admin-methods.ts';
import { cutPage, decodeCursor, type PageRequest } from '#commlink/methods/paging.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { askRestore, release, retire, type StateChange } from '../fleet/appliances/change-state.ts';
import { makeCodeFor, makeCodes } from '../fleet/appliances/enrolment-codes.ts';
import { pageOfAppliances } from '../fleet/appliances/own-appliances.ts';
import { viewAppliance, viewProduct, viewReport } from '../fleet/appliances/view-appliance.ts';
import { listedEventsMax } from '../fleet/limits.ts';
import type { ServiceContext } from '../service-context.ts';
import type { ListedAppliance } from '../store/fleet-appliances.ts';
import type { StoreReads, Transaction } from '../store/store.ts';
import { fleetRefusals } from '../texts/service-texts.ts';
import { findAccount } from './find-by-name.ts';

type Table = typeof fleetAdminMethods;
type Context = Pick<ServiceContext, 'store' | 'clock' | 'relay' | 'settings' | 'fleetMetadata'>;

/** Makes codes for an account. */
export async function inviteAppliances(
  { store, clock, settings, fleetMetadata }: Context,
  { account, ...wish }: ParamsOf<Table, 'appliance.invite'>,
): Promise<ResultOf<Table, 'appliance.invite'>> {
  const atMs = clock.nowMs();
  const codes = await store.transaction(async (transaction) =>
    makeCodes(transaction, await findAccount(transaction, account), { ...wish, atMs }),
  );
  return { codes, centre: settings().portalUrl, roots: fleetMetadata.firstRootsDigest() };
}

/** Lists them, in pages. RpcError `not_found`: the account, type or site; `bad_request`: a site without its account. */
export async function listAppliances(
  context: Context,
  wanted: ParamsOf<Table, 'appliance.list'>,
): Promise<ResultOf<Table, 'appliance.list'>> {
  const { read } = context.store;
  const { account, type, site, group, tag, state, isMissing, ...page } = wanted;
  const accountId = account === null ? null : (await findAccount(read, account)).id;
  if (site !== null && accountId === null)
    throw new RpcError('bad_request', fleetRefusals.siteWithoutAccount);
  const typeId = type === null ? null : (await findType(read, type)).id;
  const siteId = site === null ? null : (await findSite(read, accountId ?? '', site)).id;
  const filter = { accountId, typeId, siteId, groupName: group, tag, state, isMissing };
  return await pageOfAppliances(context, filter, page);
}

/** One with all that is known. */
export async function showAppliance(
  { store: { read } }: Context,
  { uid }: ParamsOf<Table, 'appliance.show'>,
): Promise<ResultOf<Table, 'appliance.show'>> {
  const appliance = await findAppliance(read, uid);
  const [products, files, events] = [
    await read.beats.productsOf(uid),
    await read.beats.filesOf(uid),
    await read.beats.events(uid, listedEventsMax),
  ];
  const catalog = await read.beats.catalogOf(uid);
  return {
    appliance: viewAppliance(appliance),
    products: products.map(viewProduct),
    files,
    events: events.map(({ atMs, kind, detail }) => ({ atMs, kind, detail })),
    report: viewReport(await read.beats.beatOf(uid)),
    restoringSinceMs: appliance.restoringSinceMs,
    catalog: catalog
      ? {
          version: catalog.version,
          sha256: catalog.sha256,
          madeAtMs: catalog.madeAtMs,
          fetchedAtMs: catalog.fetchedAtMs,
        }
      : null,
  };
}

/** Has it beat now. */
export async function pingAppliance(
  { store, relay }: Context,
  { uid }: ParamsOf<Table, 'appliance.ping'>,
): Promise<ResultOf<Table, 'appliance.ping'>> {
  await findAppliance(store.read, uid);
  return { waited: await relay.pingAppliance(uid) };
}

/** Brings it back to what it confirmed last, on the machine that has its keys. RpcError `refused` when it is retired. */
export async function restoreInPlace(
  context: Context,
  { uid, actor, reason }: Omit<ParamsOf<Table, 'appliance.restore'>, 'lifetimeMs'>,
): Promise<void> {
  await changeOne(context, uid, async (transaction, { state }, atMs) => {
    if (state === 'retired') throw new RpcError('refused', fleetRefusals.retired(uid));
    await askRestore(transaction, uid, { actor, reason, atMs });
  });
}

/** Brings it back to what it confirmed last, on this machine or on one that takes its place with the code. */
export async function restoreAppliance(
  { store, clock, settings, fleetMetadata }: Context,
  { uid, actor, reason, lifetimeMs }: ParamsOf<Table, 'appliance.restore'>,
): Promise<ResultOf<Table, 'appliance.restore'>> {
  const atMs = clock.nowMs();
  return await store.transaction(async (transaction) => {
    const { state } = await findAppliance(transaction, uid);
    if (state === 'retired') throw new RpcError('refused', fleetRefusals.retired(uid));
    await askRestore(transaction, uid, { actor, reason, atMs });
    const code = await makeCodeFor(transaction, uid, { lifetimeMs, actor, atMs });
    const appliance = viewAppliance(await findAppliance(transaction, uid));
    const roots = fleetMetadata.firstRootsDigest();
    return { appliance, ...code, centre: settings().portalUrl, roots };
  });
}

/** Ends a quarantine. */
export async function releaseAppliance(
  context: Context,
  { uid, actor, reason }: ParamsOf<Table, 'appliance.release'>,
): Promise<ResultOf<Table, 'appliance.release'>> {
  return await changeOne(context, uid, async (transaction, { state }, atMs) => {
    if (state !== 'quarantined') throw new RpcError('refused', fleetRefusals.notQuarantined(uid));
    await release(transaction, uid, { actor, reason, atMs });
  });
}

/** Retires it for good. */
export async function retireAppliance(
  context: Context,
  { uid, actor, reason }: ParamsOf<Table, 'appliance.retire'>,
): Promise<ResultOf<Table, 'appliance.retire'>> {
  return await changeOne(context, uid, async (transaction, { state }, atMs) => {
    const change: StateChange = { actor, reason, atMs };
    if (state !== 'retired') await retire(transaction, uid, change);
  });
}

/** Changes its name, group, site and tags. */
export async function changeAppliance(
  context: Context,
  { uid, actor, name, group, site, tags }: ParamsOf<Table, 'appliance.change'>,
): Promise<ResultOf<Table, 'appliance.change'>> {
  return await changeOne(context, uid, async (transaction, { accountId }, atMs) => {
    const { appliances, beats } = transaction;
    if (name !== null) await appliances.setName(uid, name);
    if (group !== null) await appliances.setGroup(uid, group);
    if (tags !== null) await appliances.setTags(uid, tags);
    if (site !== null)
      await appliances.setSite(uid, site === '' ? null : (await findSite(transaction, accountId, site)).id);
    await beats.dropCatalogs([uid]);
    const detail = { name, group, site, tags };
    await appendAudit(transaction, { atMs, actor, action: 'appliance.change', subject: uid, detail });
  });
}

/** Messages that were turned away. */
export async function listRefusals(
  { store }: Pick<Context, 'store'>,
  { after, limit }: PageRequest,
): Promise<ResultOf<Table, 'appliance.refusals'>> {
  const key = decodeCursor(after, ['number', 'string', 'string']);
  const place = key && { lastAtMs: key[0], kind: key[1], subject: key[2] };
  const read = await store.read.beats.refusals(place, limit + 1);
  const { rows, next } = cutPage(read, limit, ({ lastAtMs, kind, subject }) => [lastAtMs, kind, subject]);
  return { refusals: rows, next };
}

async function changeOne(
  { store, clock }: Context,
  uid: string,
  change: (transaction: Transaction, appliance: ListedAppliance, atMs: number) => Promise<void>,
) {
  const atMs = clock.nowMs();
  return await store.transaction(async (transaction) => {
    await change(transaction, await findAppliance(transaction, uid), atMs);
    return { appliance: viewAppliance(await findAppliance(transaction, uid)) };
  });
}

async function findAppliance({ appliances }: StoreReads, uid: string): Promise<ListedAppliance> {
  const appliance = await appliances.listed(uid);
  if (appliance) return appliance;
  throw new RpcError('not_found', fleetRefusals.noAppliance(uid), { advice: 'See: consign appliance list' });
}

async function findType({ fleetTypes }: StoreReads, name: string) {
  const type = await fleetTypes.typeByName(name);
  if (type) return type;
  throw new RpcError('not_found', fleetRefusals.noType(name));
}

async function findSite({ fleetTypes }: StoreReads, accountId: string, name: string) {
  const site = await fleetTypes.siteByName(accountId, name);
  if (site) return site;
  throw new RpcError('not_found', fleetRefusals.noSiteThere(name));
}
