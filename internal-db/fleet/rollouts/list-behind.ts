// The appliances that have not the newest version that they may have, each with the reason. Called for the command line and the console.
// The same choice is made here as for a catalog.
import { decodeCursor, encodeCursor } from '#commlink/methods/paging.ts';
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { BehindAppliance, rolloutAdminMethods } from '#commlink/methods/rollout-admin-methods.ts';
import { findProduct } from '../../admin/find-by-name.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { ProductRecord } from '../../store/catalog.ts';
import type { RunningProduct } from '../../store/fleet-watch.ts';
import { ChoosableReleases, type PackagedRelease } from '../catalogs/choosable-releases.ts';
import { readGeneration } from '../fleet-generation.ts';
import { chooseVersion, type VersionQuestion } from './choose-version.ts';
import { explainStanding, explainWaiting } from './explain-standing.ts';
import { behindScannedMax } from './limits.ts';

type Table = typeof rolloutAdminMethods;
type Context = Pick<ServiceContext, 'store' | 'clock' | 'fleetMetadata'>;

/** What is the same for all appliances that run the product. */
interface Asked {
  readonly product: ProductRecord;
  readonly generation: number;
  readonly choosable: ChoosableReleases;
  readonly rules: Pick<VersionQuestion, 'rollouts' | 'pins'>;
}

/** A page of them; it may be short, or empty, with a next one, as so many are looked at for one page. RpcError `not_found`. */
export async function listBehind(
  context: Context,
  { product: name, after, limit }: ParamsOf<Table, 'rollout.behind'>,
): Promise<ResultOf<Table, 'rollout.behind'>> {
  const { read } = context.store;
  const product = await findProduct(read, name);
  const asked: Asked = {
    product,
    generation: await readGeneration(read),
    choosable: new ChoosableReleases(context),
    rules: {
      rollouts: await read.rollouts.rulesOf(product.id),
      pins: await read.rollouts.pinsOf(product.id),
    },
  };
  const [first] = decodeCursor(after, ['string']) ?? [''];
  const page = { productId: product.id, after: first, limit: behindScannedMax };
  const scanned = await read.fleetWatch.running(page);
  const appliances: BehindAppliance[] = [];
  for (const appliance of scanned) {
    const behind = await describeBehind(context, appliance, asked);
    if (behind) appliances.push(behind);
    if (appliances.length === limit) return { appliances, next: encodeCursor([appliance.uid]) };
  }
  const last = scanned.length === behindScannedMax ? scanned.at(-1) : undefined;
  return { appliances, next: last ? encodeCursor([last.uid]) : null };
}

async function describeBehind(
  context: Context,
  appliance: RunningProduct,
  asked: Asked,
): Promise<BehindAppliance | null> {
  const { uid, slot, groupName, confirmedVersion } = appliance;
  const releases = await releasesFor(context, appliance, asked);
  const chosen = chooseVersion({
    appliance: {
      uid,
      slot,
      group: groupName,
      tags: await context.store.read.appliances.tagsOf(uid),
      installed: confirmedVersion,
    },
    releases,
    ...asked.rules,
  });
  const why = explainStanding(appliance, chosen, releases[0]?.version ?? null);
  if (why === null) return null;
  const { name: product } = asked.product;
  const beat = why === 'installing' ? await context.store.read.beats.beatOf(uid) : undefined;
  const waiting = beat ? explainWaiting(beat.report, { product, version: chosen.version }) : null;
  return {
    uid,
    name: appliance.name,
    account: appliance.account,
    group: groupName,
    installed: confirmedVersion,
    offered: chosen.version,
    target: chosen.target,
    why: waiting?.why ?? why,
    detail: waiting?.detail ?? null,
    rollout: chosen.rolloutId,
    lastBeatAtMs: appliance.lastBeatAtMs,
  };
}

/** Newest first; none for an account that is suspended, or before the fleet is set up. */
async function releasesFor(
  { store: { read }, fleetMetadata }: Context,
  { accountId, typeId }: RunningProduct,
  { product, generation, choosable }: Asked,
): Promise<readonly PackagedRelease[]> {
  if (!fleetMetadata.isSetUp()) return [];
  const [account, type] = [await read.accounts.byId(accountId), await read.fleetTypes.typeById(typeId)];
  if (!account || !type || account.state !== 'active') return [];
  const { products } = await choosable.find({ account, type }, generation);
  return products.find((each) => each.product.id === product.id)?.releases ?? [];
}
