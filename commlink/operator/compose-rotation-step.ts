// One step of changing key bags: accept a new generation, send it, retire the old one; or, before that, abort. Each step
// leaves both ends of each link with a generation in common while nodes install one after the other.
// Caller: the command that rotates, as rotation.ts plans it.
import { ConfigurationError } from '../configuration/configuration-error.ts';
import type { LinkGenerations } from '../configuration/blocks/manifest.ts';
import { composeVersion, nextSeq } from './compose-version.ts';
import type { Draft, Edition } from './draft.ts';
import { isSamePair, rotatingLinks, type LinkPair } from './link-pairs.ts';
import { generationsPerLinkMax } from './operator-limits.ts';

/**
 * - `accept`  new keys for both ends, which are not used yet
 * - `send`    diallers use the newest generation
 * - `retire`  only the newest is left
 * - `abort`   diallers use the oldest again; where they do, the newer ones go. To be repeated until there is nothing to do
 */
export type RotationStep = 'accept' | 'send' | 'retire' | 'abort';

/** The step, and the links to take it; all that can, when none are given. */
export interface RotationChange {
  readonly step: RotationStep;
  readonly links?: readonly LinkPair[];
}

/** Composes one step. Throws ConfigurationError `nothing_to_do` when no link can take it. */
export async function composeRotationStep(
  edition: Edition,
  { step, links: chosen }: RotationChange,
): Promise<Draft> {
  const { manifest } = edition.installed;
  const made = { seq: nextSeq(edition), nowMs: edition.nowMs };
  const taking = rotatingLinks(manifest, null).filter(
    (link) => !chosen || chosen.some((pair) => isSamePair(pair, link)),
  );
  const links = manifest.links.map((link) => (taking.includes(link) ? afterStep(link, step, made) : link));
  if (links.every((link, index) => link === manifest.links[index]))
    throw new ConfigurationError('nothing_to_do', `No link can take the step ${step} now.`);
  return composeVersion(edition, { links });
}

/** The same object when the link can't take the step. */
function afterStep(
  link: LinkGenerations,
  step: RotationStep,
  { seq, nowMs }: { readonly seq: number; readonly nowMs: number },
): LinkGenerations {
  const [oldest = link.send, newest = link.send] = [link.accept[0], link.accept.at(-1)];
  switch (step) {
    case 'accept':
      return link.accept.length < generationsPerLinkMax ? { ...link, accept: [...link.accept, seq] } : link;
    case 'send':
      return link.send === newest ? link : { ...link, send: newest, sendSinceMs: nowMs };
    case 'retire':
      return link.send === newest && link.accept.length > 1 ? { ...link, accept: [newest] } : link;
    case 'abort':
      if (link.accept.length === 1) return link;
      // When the old generation was first sent is not known any more: its age counts from here.
      return link.send === oldest
        ? { ...link, accept: [oldest] }
        : { ...link, send: oldest, sendSinceMs: nowMs };
  }
}
