// Which nodes a file may be delivered from, and which of these have it. Called by deliveries/request-delivery.ts before a node is
// chosen.
import { mayHold, parsePlacement } from '#commlink/artifacts/placement.ts';
import type { Member } from '#commlink/node-config.ts';
import { placeOfNode } from '#commlink/settings/node-place-settings.ts';
import type { ServiceContext } from '../service-context.ts';

/** `holderIds` null: nobody here knows, and any of them may have it. The others of `members` can fetch it. */
export interface Holders {
  readonly members: readonly Member[];
  readonly holderIds: ReadonlySet<string> | null;
}

/**
 * Of a file that is kept here, the nodes that its product is placed at, or may be fetched by. What was put into storerooms directly
 * is known to these alone.
 */
export async function findHolders(
  { store: { read }, settings }: Pick<ServiceContext, 'store' | 'settings'>,
  members: readonly Member[],
  wanted: { product: string; version: string; file: string },
): Promise<Holders> {
  const product = await read.catalog.productByName(wanted.product);
  const release = product && (await read.catalog.release(product.id, wanted.version));
  const artifact = release && (await read.catalog.artifact(release.id, wanted.file));
  if (!artifact || !(await read.originals.bySha256(artifact.sha256))) return { members, holderIds: null };
  const { placement: placementOfAll, nodePlaces } = settings();
  const placement = parsePlacement((await read.catalog.placementOf(product.id)) ?? placementOfAll);
  const allowed = members.filter(({ name }) =>
    mayHold(placement, { name, tags: placeOfNode(nodePlaces, name).tags }),
  );
  return { members: allowed, holderIds: new Set(await read.originals.holdersOf(artifact.sha256)) };
}
