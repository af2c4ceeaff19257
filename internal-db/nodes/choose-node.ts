// Chooses the ftp-node for a delivery. Called by deliveries/request-delivery.ts.
// The order: reachable now; heard of at all; not draining; fewest running transfers; fewest staged files; name. One node is
// enough. When all that are reachable drain, one of them is chosen all the same: it says so to the customer.
import type { Member } from '#commlink/node-config.ts';
import type { NodeDirectory } from './node-directory.ts';

/** The best of the members with the role ftp-node, or undefined when there is none. */
export function chooseNode(members: readonly Member[], directory: NodeDirectory): Member | undefined {
  const ranked = members
    .filter((member) => member.role === 'ftp-node')
    .map((member) => ({ member, rank: rankOf(member, directory) }))
    .toSorted((left, right) => compareRanks(left.rank, right.rank));
  return ranked[0]?.member;
}

type Rank = readonly [number, number, number, number, number, string];

function rankOf(member: Member, directory: NodeDirectory): Rank {
  const heard = directory.find(member.id);
  return [
    directory.isReachable(member.id) ? 0 : 1,
    heard ? 0 : 1,
    heard?.description.draining ? 1 : 0,
    heard?.description.transferCount ?? 0,
    heard?.description.stagedCount ?? 0,
    member.name,
  ];
}

function compareRanks(left: Rank, right: Rank): number {
  for (const [index, value] of left.entries()) {
    const other = right[index];
    if (other !== undefined && value !== other) return value < other ? -1 : 1;
  }
  return 0;
}
