// The common part of every change: takes the installed version and what is to be different, and makes the manifest and
// the new sections of the next one. A change never needs an old bag key or certificate: what is not new is carried over,
// sealed as it is. Callers: the compose files beside this one. Refuses what no node would take.
import { isDeepStrictEqual } from 'node:util';
import { createBagSection, type BagSection } from '../configuration/blocks/bag-section.ts';
import { ConfigurationError } from '../configuration/configuration-error.ts';
import type {
  Invitation,
  LinkGenerations,
  Manifest,
  ManifestMember,
  Operator,
  SealedSection,
  SectionReference,
} from '../configuration/blocks/manifest.ts';
import { checkManifest } from '../configuration/blocks/manifest-consistency.ts';
import {
  bagSectionId,
  placeKey,
  sectionPlaces,
  type SectionPlace,
} from '../configuration/blocks/section-list.ts';
import { referenceTo, sealSection } from '../configuration/blocks/section.ts';
import { assertLineage, barrierAfter } from '../configuration/blocks/successor.ts';
import type { ClusterConfiguration, NodeIdentity } from '../settings/cluster-configuration.ts';
import type { Draft, Edition, InstalledVersion } from './draft.ts';
import { linksOf } from './link-pairs.ts';
import { findUnreached, type Ends } from './reachability.ts';
import { assertValid } from './validate-configuration.ts';

/** What is to be different; what is left out stays. */
export interface Changes {
  readonly members?: readonly ManifestMember[];
  readonly anchor?: string;
  readonly configuration?: ClusterConfiguration;
  /** The generations of links that were there before. Links come and go with the settings' dial lists. */
  readonly links?: readonly LinkGenerations[];
  readonly operators?: Manifest['operators'];
  readonly invitations?: readonly Invitation[];
  /** By node id: new certificates and host keys. Each new member needs one. */
  readonly identities?: ReadonlyMap<string, NodeIdentity>;
  /** By ticket: the secrets of new invitations. */
  readonly ticketSecrets?: ReadonlyMap<string, string>;
}

/** The number of the version that a change makes; new bag generations have it too. */
export function nextSeq({ installed, highestSeq }: Edition): number {
  return Math.max(installed.version.seq, highestSeq) + 1;
}

/** Composes the version that follows the installed one. Throws ConfigurationError. */
export async function composeVersion(edition: Edition, changes: Changes): Promise<Draft> {
  const { installed, nowMs } = edition;
  const { manifest: before, version, configuration: configurationBefore } = installed;
  const { configuration = configurationBefore, members = before.members } = changes;
  if (changes.configuration || changes.members) assertValid(configuration, members, configurationBefore);
  const seq = nextSeq(edition);
  const open = (changes.invitations ?? before.invitations).filter(
    ({ expiresAtMs, contact }) => expiresAtMs > nowMs && members.some(({ id }) => id === contact),
  );
  const frame: Manifest = {
    ...before,
    seq,
    parent: version,
    anchor: changes.anchor ?? before.anchor,
    members: [...members],
    barrier: barrierAfter(before, { members: [...members] }),
    links: linksOf(configuration, members, { known: changes.links ?? before.links, seq, nowMs }),
    operators: changes.operators ?? before.operators,
    invitations: open,
    policy: configuration.policy,
    ...labelOf(edition),
    sections: [],
  };
  assertReachable(before, frame);
  const draft = await fillSections(frame, { ...changes, configuration }, installed);
  assertLineage(installed, draft.manifest);
  return draft;
}

/** Those whose consent is needed must hear each other meanwhile, over the links of now and without those that go. */
function assertReachable(before: Manifest, { barrier, members, anchor }: Manifest): void {
  const links = before.links.map(({ from, to }): Ends => [from, to]);
  const [lost] = findUnreached([anchor, ...barrier.filter((id) => id !== anchor)], links);
  const name = members.find(({ id }) => id === lost)?.name;
  if (name !== undefined)
    throw new ConfigurationError(
      'link_cut',
      `${name} would be cut off before it could install this: first give it a link that stays, or evict it too.`,
    );
}

/** The members of the manifest that only people read. */
export function labelOf({
  reason,
  publishedBy,
  nowMs,
}: Omit<Edition, 'installed' | 'highestSeq'>): Pick<Manifest, 'reason' | 'publishedBy' | 'publishedAtMs'> {
  return { reason, publishedBy, publishedAtMs: nowMs };
}

/**
 * Seals what is new of a version whose manifest is complete but for its sections, and carries the rest over. Throws
 * ConfigurationError, also when the manifest is not consistent.
 */
export async function fillSections(
  frame: Manifest,
  changes: Changes & { readonly configuration: ClusterConfiguration },
  installed: InstalledVersion | null,
): Promise<Draft> {
  const carried = new Map(
    installed?.manifest.sections.map((reference) => [placeKey(reference), reference] as const),
  );
  const contentOf = newContents(frame, changes, installed);
  const entries = await Promise.all(
    sectionPlaces(frame).map(async (place) => {
      const plaintext = contentOf(place);
      return plaintext === undefined
        ? { reference: carriedOver(carried, place) }
        : sealedFor(frame, place, plaintext);
    }),
  );
  const manifest = { ...frame, sections: entries.map(({ reference }) => reference) };
  checkManifest(manifest);
  return { manifest, sections: entries.flatMap((entry) => ('section' in entry ? [entry.section] : [])) };
}

/** What is to be sealed at a place; undefined where the installed section goes on. */
function newContents(
  frame: Manifest,
  changes: Changes & { readonly configuration: ClusterConfiguration },
  installed: InstalledVersion | null,
): (place: SectionPlace) => object | undefined {
  const { configuration, identities, ticketSecrets } = changes;
  const fixed = new Map<string, object>();
  for (const { id, name } of frame.members) {
    const settings = configuration.nodes[name]?.settings;
    const isKnown = installed?.manifest.members.some((member) => member.id === id) ?? false;
    if (settings && !(isKnown && isDeepStrictEqual(installed?.configuration.nodes[name]?.settings, settings)))
      fixed.set(placeKey({ recipient: id, id: 'settings' }), settings);
    const identity = identities?.get(id);
    if (identity) fixed.set(placeKey({ recipient: id, id: 'identity' }), identity);
  }
  for (const { id } of frame.operators.keys) {
    const isKnown = installed?.manifest.operators.keys.some((operator) => operator.id === id) ?? false;
    if (!(isKnown && isDeepStrictEqual(installed?.configuration, configuration)))
      fixed.set(placeKey({ recipient: id, id: 'configuration' }), configuration);
  }
  for (const { ticket, contact } of frame.invitations) {
    const secret = ticketSecrets?.get(ticket);
    if (secret !== undefined)
      fixed.set(placeKey({ recipient: contact, id: `invitation.${ticket}` }), { secret });
  }
  const bags = newBags(frame);
  return (place) => fixed.get(placeKey(place)) ?? bags.get(place.id);
}

/** Keys for each generation that this version makes, by section id: the same for both ends. */
function newBags({ links, seq }: Manifest): ReadonlyMap<string, BagSection> {
  const made = links.filter(({ accept }) => accept.includes(seq));
  return new Map(made.map(({ from, to }) => [bagSectionId(from, to, seq), createBagSection()]));
}

function carriedOver(carried: ReadonlyMap<string, SectionReference>, place: SectionPlace): SectionReference {
  const reference = carried.get(placeKey(place));
  if (reference) return reference;
  throw new ConfigurationError('malformed', `There is nothing to put into the section ${place.id}.`);
}

async function sealedFor(
  { cluster, seq, members, operators }: Manifest,
  { recipient, id }: SectionPlace,
  plaintext: object,
): Promise<{ reference: SectionReference; section: SealedSection }> {
  const people: readonly Pick<Operator, 'id' | 'sealingKey'>[] = [...members, ...operators.keys];
  const found = people.find((one) => one.id === recipient);
  if (!found) throw new ConfigurationError('malformed', `The section ${id} has no recipient.`);
  const section = await sealSection({ cluster, recipient: found, id, seq, plaintext });
  return { reference: referenceTo(section), section };
}
