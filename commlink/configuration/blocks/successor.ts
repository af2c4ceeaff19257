// Whether one version may follow another. A node checks here everything that it must not take from an operator's tool on
// trust: who signed, the lineage, whose consent is asked, and that no link is cut while nodes install one after the other.
// Callers: nodes, for each block that reaches them; the operator's side, before it publishes.
import { isDeepStrictEqual } from 'node:util';
import { formatVersion, isSameVersion } from '../protocol/cluster-version.ts';
import { ConfigurationError } from '../configuration-error.ts';
import type { LinkGenerations, Manifest, SignedManifest } from './manifest.ts';
import { placeKey } from './section-list.ts';
import { decodeManifest, verifyManifest, type VersionedManifest } from './signed-manifest.ts';

/**
 * Verifies that `child` may follow `parent`; returns its manifest. Throws ConfigurationError `bad_signature`,
 * `too_few_signatures`, `malformed`, `wrong_cluster`, `stale`, `not_a_successor` or `link_cut`.
 */
export function assertSuccessor(parent: VersionedManifest, child: SignedManifest): Manifest {
  const { manifest } = verifyManifest(child, parent.manifest.operators);
  assertLineage(parent, manifest);
  return manifest;
}

/** The first version: signed by enough of the operators that it names itself; who calls must trust them otherwise. */
export function assertGenesis(signed: SignedManifest): VersionedManifest {
  const genesis = verifyManifest(signed, decodeManifest(signed).manifest.operators);
  if (genesis.manifest.parent !== null)
    throw new ConfigurationError('not_a_successor', 'This is not the first version of a cluster.');
  return genesis;
}

/** What assertSuccessor checks beside the signatures. */
export function assertLineage(parent: VersionedManifest, child: Manifest): void {
  const { manifest: before, version } = parent;
  if (child.cluster !== before.cluster)
    throw new ConfigurationError(
      'wrong_cluster',
      `This version is for the cluster ${child.cluster}, not ${before.cluster}.`,
    );
  if (child.seq <= version.seq)
    throw new ConfigurationError(
      'stale',
      `Version ${child.seq} is not newer than ${version.seq}, which is installed.`,
    );
  if (!isSameVersion(child.parent, version))
    throw notSuccessor(
      `it follows ${child.parent ? formatVersion(child.parent) : 'nothing'}, and ${formatVersion(version)} is installed`,
    );
  checkMembers(before, child);
  checkBarrier(before, child);
  checkSections(before, child);
  for (const link of child.links) checkLink(before, child, link);
}

/**
 * Members keep name, role and keys; one that comes starts as a learner. That one that takes part goes on or leaves, and that
 * the anchor took part before, follows from the barrier, which has active members only and the anchor among them.
 */
function checkMembers(before: Manifest, child: Manifest): void {
  const known = new Map(before.members.map((member) => [member.id, member]));
  for (const member of child.members) {
    const earlier = known.get(member.id);
    if (!earlier) {
      if (member.state !== 'learner') throw notSuccessor(`${member.name} is new and must start as a learner`);
    } else if (!isDeepStrictEqual({ ...earlier, state: member.state }, member))
      throw notSuccessor(`the name, role or keys of ${earlier.name} would change`);
  }
  if (child.anchor !== before.anchor && child.members.some(({ id }) => id === before.anchor))
    throw notSuccessor('it has another anchor, and the one before is still a member');
}

function checkBarrier(before: Manifest, child: Manifest): void {
  if (!isDeepStrictEqual(new Set(child.barrier), new Set(barrierAfter(before, child))))
    throw notSuccessor('its barrier is not the active members less those that it evicts');
}

/** Whose consent a version needs that follows `before`: the active members less those it evicts, the anchor included. */
export function barrierAfter(before: Manifest, child: Pick<Manifest, 'members'>): string[] {
  const staying = new Set(child.members.map(({ id }) => id));
  return before.members.filter(({ id, state }) => state === 'active' && staying.has(id)).map(({ id }) => id);
}

/** A section is the parent's, or of this very version: an older one can't come back. */
function checkSections(before: Manifest, child: Manifest): void {
  const known = new Map(before.sections.map((reference) => [placeKey(reference), reference]));
  for (const reference of child.sections)
    if (reference.seq !== child.seq && !isDeepStrictEqual(known.get(placeKey(reference)), reference))
      throw notSuccessor(`its section ${reference.id} is neither the parent's nor new`);
}

/**
 * A generation's number is that of the version that makes it, so it is never used again. A link that was there before
 * must work between a node that has installed and one that has not.
 */
function checkLink(before: Manifest, child: Manifest, link: LinkGenerations): void {
  const earlier = before.links.find(({ from, to }) => from === link.from && to === link.to);
  const known = [...(earlier?.accept ?? []), child.seq];
  if (!link.accept.every((generation) => known.includes(generation)))
    throw notSuccessor("a bag generation is neither one of the parent's nor has this version's number");
  if (earlier && !(link.accept.includes(earlier.send) && earlier.accept.includes(link.send)))
    throw new ConfigurationError(
      'link_cut',
      `The link from ${nameOf(child, link.from)} to ${nameOf(child, link.to)} would be cut: one end would send a key generation that the other does not take.`,
    );
}

function nameOf({ members }: Manifest, id: string): string {
  return members.find((member) => member.id === id)?.name ?? id;
}

function notSuccessor(what: string): ConfigurationError {
  return new ConfigurationError('not_a_successor', `This version can't follow the installed one: ${what}.`);
}
