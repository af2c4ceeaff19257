// Chooses the ftp-node for a delivery. Called by deliveries/request-delivery.ts and move-deliveries.ts.
// An account may be bound to nodes by name; only these count then, and a node that is reserved counts for no other account. What a
// node is for stands in internal-db's own settings. What is only heard of it, by way of a web-front, is whether it is there and
// how much it has to do. The order among those that count: reachable now; heard
// of at all; not draining; not full; for the customer's network; has the file; of the account's region; the fewest
// transfers, those that deliveries given a moment ago will become included; the fewest staged files; name. One node is
// enough. When all that are reachable drain, one of them is chosen all the same: it says so to the customer.
import { parseNetwork, containsNetwork } from '#commlink/ip-network.ts';
import type { Member } from '#commlink/node-config.ts';
import { placeOfNode, type NodePlace, type NodePlaces } from '#commlink/settings/node-place-settings.ts';
import { fullNodePercent } from '../limits.ts';
import type { AccountPlace } from '../store/places.ts';
import type { NodeDirectory } from './node-directory.ts';

/** What is known of the nodes: by the settings, and what was heard. */
export interface KnownNodes {
  readonly nodePlaces: NodePlaces;
  readonly directory: Pick<NodeDirectory, 'find' | 'isReachable'>;
}

/** What speaks for one node or another. */
export interface NodeWish {
  readonly place: AccountPlace;
  /** Where the customer is; null when nobody knows. */
  readonly address: string | null;
  /** The nodes that have the file; null when nobody knows. */
  readonly holderIds: ReadonlySet<string> | null;
}

/** The best of the members with the role ftp-node that the account may be served from, or undefined when there is none. */
export function chooseNode(
  members: readonly Member[],
  known: KnownNodes,
  wish: NodeWish,
): Member | undefined {
  const { nodes } = wish.place;
  const isReserved = (name: string): boolean => placeOfNode(known.nodePlaces, name).reserved;
  const ranked = members
    .filter(
      ({ role, name }) =>
        role === 'ftp-node' && (nodes.length === 0 ? !isReserved(name) : nodes.includes(name)),
    )
    .map((member) => ({ member, rank: rankOf(member, known, wish) }))
    .toSorted((left, right) => compareRanks(left.rank, right.rank));
  return ranked[0]?.member;
}

type Rank = readonly [...number[], string];

function rankOf(member: Member, { nodePlaces, directory }: KnownNodes, wish: NodeWish): Rank {
  const heard = directory.find(member.id);
  const description = heard?.description;
  const { place, address, holderIds } = wish;
  const standsAt = placeOfNode(nodePlaces, member.name);
  const isOfRegion = place.region !== null && standsAt.region === place.region;
  return [
    directory.isReachable(member.id) ? 0 : 1,
    heard ? 0 : 1,
    description?.draining ? 1 : 0,
    (description?.loadPercent ?? 0) >= fullNodePercent ? 1 : 0,
    servesAddress(standsAt, address) ? 0 : 1,
    holderIds === null || holderIds.has(member.id) ? 0 : 1,
    isOfRegion ? 0 : 1,
    (description?.transferCount ?? 0) + (heard?.givenCount ?? 0),
    description?.stagedCount ?? 0,
    member.name,
  ];
}

/** Whether a node is there for customers at this address before anybody else. */
export function servesAddress({ serves }: NodePlace, address: string | null): boolean {
  const customer = address === null ? null : parseNetwork(address);
  if (customer === null) return false;
  return serves.some((text) => {
    const network = parseNetwork(text);
    return network !== null && containsNetwork(network, customer);
  });
}

function compareRanks(left: Rank, right: Rank): number {
  for (const [index, value] of left.entries()) {
    const other = right[index];
    if (other !== undefined && value !== other) return value < other ? -1 : 1;
  }
  return 0;
}
