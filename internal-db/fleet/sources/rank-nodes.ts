// At which nodes an appliance's target is to be: the one at its site first, or the one for its network, which fetches what it does
// not have; then those that have the file, as for any customer of the account: region, load. Called by fleet-deliveries.ts.
import type { Member } from '#commlink/node-config.ts';
import { placeOfNode } from '#commlink/settings/node-place-settings.ts';
import type { Holders } from '../../artifacts/find-holders.ts';
import { chooseNode, servesAddress, type KnownNodes, type NodeWish } from '../../nodes/choose-node.ts';
import { nodesPerTargetMax } from './limits.ts';

/** Who asks from where. `edgeNode`: the name of the node at the appliance's site, if it has one. */
export interface RankWish extends Omit<NodeWish, 'holderIds'> {
  readonly edgeNode: string | null;
}

/** The nodes, best first. Those that nobody reaches are left out, unless nobody reaches any. */
export function rankNodes(holders: Holders, known: KnownNodes, wish: RankWish): Member[] {
  const { edgeNode, ...forAnybody } = wish;
  const reached = holders.members.filter(({ id }) => known.directory.isReachable(id));
  const members = reached.length > 0 ? reached : holders.members;
  const { holderIds } = holders;
  const edge = members.find(({ name }) => name === edgeNode) ?? findByNetwork(members, known, forAnybody);
  const others = members.filter((member) => member !== edge);
  const having = others.filter(({ id }) => holderIds === null || holderIds.has(id));
  const ranked = edge === undefined ? [] : [edge];
  // Somebody has to fetch it first; then one is enough.
  let left = having.length > 0 ? having : others;
  const max = having.length > 0 ? nodesPerTargetMax : ranked.length + 1;
  while (ranked.length < max) {
    const next = chooseNode(left, known, { ...forAnybody, holderIds });
    if (next === undefined) break;
    ranked.push(next);
    left = left.filter((member) => member !== next);
  }
  return ranked;
}

function findByNetwork(
  members: readonly Member[],
  known: KnownNodes,
  wish: Omit<NodeWish, 'holderIds'>,
): Member | undefined {
  const best = chooseNode(members, known, { ...wish, holderIds: null });
  const isThere = best && servesAddress(placeOfNode(known.nodePlaces, best.name), wish.address);
  return isThere ? best : undefined;
}
