// Which links a cluster has: one for each ordered pair of which the first dials the second, as the settings say. A link
// that is new gets its first bag generation. Callers: composing, validating, planning a rotation.
import type { LinkGenerations, ManifestMember } from '../configuration/blocks/manifest.ts';
import type { ClusterConfiguration } from '../settings/cluster-configuration.ts';

/** A link by its ends' node ids: `from` dials. */
export type LinkPair = Pick<LinkGenerations, 'from' | 'to'>;

/** The links that are there already, and what new ones get. */
export interface LinkHistory {
  readonly known: readonly LinkGenerations[];
  /** The version that is being made; the number of the generations that it makes. */
  readonly seq: number;
  readonly nowMs: number;
}

/** Whether both are the same link. */
export function isSamePair(left: LinkPair, right: LinkPair): boolean {
  return left.from === right.from && left.to === right.to;
}

/** Every link that the configuration asks for, with its generations. Unknown peers are passed over. */
export function linksOf(
  configuration: ClusterConfiguration,
  members: readonly ManifestMember[],
  { known, seq, nowMs }: LinkHistory,
): LinkGenerations[] {
  return pairsOf(configuration, members).map(
    (pair) =>
      known.find((link) => isSamePair(link, pair)) ?? {
        ...pair,
        accept: [seq],
        send: seq,
        sendSinceMs: nowMs,
      },
  );
}

function pairsOf(configuration: ClusterConfiguration, members: readonly ManifestMember[]): LinkPair[] {
  const ids = new Map(members.map(({ name, id }) => [name, id]));
  return members.flatMap(({ name, id: from }) => {
    const peers = new Set(configuration.nodes[name]?.settings.links.dial.map(({ peer }) => ids.get(peer)));
    return [...peers].filter((to) => to !== undefined && to !== from).map((to) => ({ from, to: to ?? '' }));
  });
}

/** The links that a rotation takes part in: those between active members; of one node, if it is named. */
export function rotatingLinks(
  {
    links,
    members,
  }: { readonly links: readonly LinkGenerations[]; readonly members: readonly ManifestMember[] },
  node: string | null,
): LinkGenerations[] {
  const byId = new Map(members.map((member) => [member.id, member]));
  return links.filter((link) => {
    const ends = [byId.get(link.from), byId.get(link.to)];
    return (
      ends.every((end) => end?.state === 'active') &&
      (node === null || ends.some((end) => end?.name === node))
    );
  });
}
