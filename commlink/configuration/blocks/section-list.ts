// Which sections a block must have: settings and identity for each member, a bag for both ends of each link in each
// generation that is accepted, an open invitation's secret for its contact, the configuration for each operator.
// Nothing is missing and nothing else is there. Callers: the manifest's check, composing, opening, and the pull of blocks.
import { ConfigurationError } from '../configuration-error.ts';
import type { Manifest, SealedSection, SectionReference } from './manifest.ts';
import { assertSection, referenceTo } from './section.ts';

/** A section's place in a block. */
export type SectionPlace = Pick<SectionReference, 'recipient' | 'id'>;

/** The id of the section with one generation of the bag for links from one node to another. */
export function bagSectionId(from: string, to: string, generation: number): string {
  return `bag.${from}.${to}.${generation}`;
}

/** The id of the section with a ticket's secret. */
export function invitationSectionId(ticket: string): string {
  return `invitation.${ticket}`;
}

/** A place as one text, for maps and sets. */
export function placeKey({ recipient, id }: SectionPlace): string {
  return `${recipient}|${id}`;
}

/** Every place that a block with this content has, in the order of the manifest. */
export function sectionPlaces(
  content: Pick<Manifest, 'members' | 'links' | 'operators' | 'invitations'>,
): SectionPlace[] {
  const { members, links, operators, invitations } = content;
  return [
    ...members.flatMap(({ id }) =>
      ['settings', 'identity'].map((section) => ({ recipient: id, id: section })),
    ),
    ...links.flatMap(({ from, to, accept }) =>
      accept.flatMap((generation) =>
        [from, to].map((recipient) => ({ recipient, id: bagSectionId(from, to, generation) })),
      ),
    ),
    ...invitations.map(({ ticket, contact }) => ({ recipient: contact, id: invitationSectionId(ticket) })),
    ...operators.keys.map(({ id }) => ({ recipient: id, id: 'configuration' })),
  ];
}

/**
 * The block's sections, in the manifest's order, picked from what is at hand by their digests; `missing` has to be
 * fetched. What is at hand beyond that, or is not what was signed, is passed over.
 */
export function assembleSections(
  manifest: Manifest,
  atHand: readonly SealedSection[],
): { sections: SealedSection[]; missing: SectionReference[] } {
  const byDigest = new Map(atHand.map((section) => [referenceKey(referenceTo(section)), section]));
  const found = manifest.sections.map((reference) => byDigest.get(referenceKey(reference)));
  return {
    sections: found.filter((section) => section !== undefined),
    missing: manifest.sections.filter((_, index) => found[index] === undefined),
  };
}

/**
 * Checks a whole block, sealed as it is. Throws ConfigurationError `missing_section`, `foreign_section` (one that the
 * manifest does not name) or `damaged_section`.
 */
export function assertBlock(manifest: Manifest, sections: readonly SealedSection[]): void {
  const references = new Map(manifest.sections.map((reference) => [placeKey(reference), reference]));
  for (const section of sections) {
    const reference = references.get(placeKey(section));
    if (!reference || !references.delete(placeKey(section)))
      throw new ConfigurationError(
        'foreign_section',
        `The manifest does not name this section ${section.id}, or not twice.`,
      );
    assertSection(section, reference);
  }
  const [missing] = references.values();
  if (missing)
    throw new ConfigurationError(
      'missing_section',
      `The block is truncated: ${references.size} of its sections are missing, ${missing.id} among them.`,
    );
}

function referenceKey({ recipient, id, seq, digest }: SectionReference): string {
  return `${recipient}|${id}|${seq}|${digest}`;
}
