// Which nodes have a file. Called by deliveries/request-delivery.ts before a node is chosen.
import type { Member } from '#commlink/node-config.ts';
import type { StoreReads } from '../store/store.ts';

/** Where a file can be delivered from. `isComing`: no node has all of it yet, though they are told to. */
export interface Holders {
  readonly members: readonly Member[];
  readonly isComing: boolean;
}

/**
 * Of a file that is kept here, those that said that they hold it. What was put into storerooms directly is known to these
 * alone, so any of them may have it.
 */
export async function findHolders(
  { catalog, originals }: StoreReads,
  members: readonly Member[],
  wanted: { product: string; version: string; file: string },
): Promise<Holders> {
  const product = await catalog.productByName(wanted.product);
  const release = product && (await catalog.release(product.id, wanted.version));
  const artifact = release && (await catalog.artifact(release.id, wanted.file));
  if (!artifact || !(await originals.bySha256(artifact.sha256))) return { members, isComing: false };
  const holderIds = new Set(await originals.holdersOf(artifact.sha256));
  if (holderIds.size === 0) return { members, isComing: true };
  return { members: members.filter(({ id }) => holderIds.has(id)), isComing: false };
}
