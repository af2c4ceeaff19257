// What a manifest must be in itself, beyond its schema. Everything that can be judged without the version before it.
// Caller: signed-manifest.ts, for each manifest that is read or made.
import { nodeIdOf, sealingKeyFromRaw, signingKeyFromRaw } from '../../node-keys.ts';
import { ConfigurationError } from '../configuration-error.ts';
import type { LinkGenerations, Manifest } from './manifest.ts';
import { placeKey, sectionPlaces } from './section-list.ts';

/** Throws ConfigurationError `malformed`, with what is wrong in a plain sentence. */
export function checkManifest(manifest: Manifest): void {
  checkPeople(manifest);
  checkAnchorAndBarrier(manifest);
  checkLinks(manifest);
  checkInvitations(manifest);
  checkSections(manifest);
  if (manifest.parent && manifest.parent.seq >= manifest.seq)
    throw malformed('it is not newer than its parent');
}

function checkPeople({ members, operators }: Manifest): void {
  for (const [what, list] of [
    ['members', members],
    ['operators', operators.keys],
  ] as const) {
    if (hasDouble(list.map(({ name }) => name))) throw malformed(`two ${what} have the same name`);
    for (const { name, id, signingKey, sealingKey } of list) {
      if (nodeIdOf(signingKey) !== id) throw malformed(`the id of ${name} is not the thumbprint of its key`);
      if (!isKeyPair(signingKey, sealingKey)) throw malformed(`the keys of ${name} are not keys`);
    }
  }
  const everybody = [...members, ...operators.keys];
  for (const key of ['id', 'sealingKey'] as const)
    if (hasDouble(everybody.map((one) => one[key])))
      throw malformed('two members or operators have the same key');
  if (operators.threshold > operators.keys.length)
    throw malformed(`it asks for ${operators.threshold} of ${operators.keys.length} operators`);
}

function checkAnchorAndBarrier({ members, anchor, barrier, parent }: Manifest): void {
  const active = new Map(
    members.filter(({ state }) => state === 'active').map((member) => [member.id, member]),
  );
  if (active.get(anchor)?.role !== 'internal-db') throw malformed('its anchor is not an active internal-db');
  if (hasDouble(barrier) || !barrier.every((id) => active.has(id)))
    throw malformed('its barrier names somebody twice, or somebody who is no active member');
  if (!barrier.includes(anchor)) throw malformed('its anchor is not in the barrier');
  if (parent === null && barrier.length !== members.length)
    throw malformed('it is the first version, and not all of its members are active and in the barrier');
}

function checkLinks({ members, links, seq }: Manifest): void {
  const known = new Set(members.map(({ id }) => id));
  if (hasDouble(links.map(({ from, to }) => `${from}|${to}`))) throw malformed('it has a link twice');
  for (const link of links) {
    if (link.from === link.to || !known.has(link.from) || !known.has(link.to))
      throw malformed('a link is not between two members');
    if (!isAscending(link) || !link.accept.includes(link.send) || Math.max(...link.accept) > seq)
      throw malformed(
        'the bag generations of a link are not ascending, not of this time, or lack the one to send',
      );
  }
}

function checkInvitations({ members, invitations }: Manifest): void {
  if (hasDouble(invitations.map(({ ticket }) => ticket))) throw malformed('it has an invitation twice');
  for (const { name, contact } of invitations)
    if (!members.some(({ id, state }) => id === contact && state === 'active'))
      throw malformed(`the contact for ${name} is no active member`);
}

function checkSections(manifest: Manifest): void {
  const wanted = new Set(sectionPlaces(manifest).map(placeKey));
  for (const reference of manifest.sections) {
    if (!wanted.delete(placeKey(reference)))
      throw malformed(`its section ${reference.id} is nobody's, or is there twice`);
    if (reference.seq > manifest.seq) throw malformed(`its section ${reference.id} is of a later version`);
  }
  const [missing] = wanted;
  if (missing !== undefined)
    throw malformed(`the section ${missing.split('|')[1]} of a member or operator is missing`);
}

function isAscending({ accept }: LinkGenerations): boolean {
  return accept.every((generation, index) => index === 0 || generation > (accept[index - 1] ?? 0));
}

function isKeyPair(signingKey: string, sealingKey: string): boolean {
  try {
    signingKeyFromRaw(signingKey);
    sealingKeyFromRaw(sealingKey);
    return [signingKey, sealingKey].every(
      (raw) => Buffer.from(raw, 'base64url').toString('base64url') === raw,
    );
  } catch {
    return false;
  }
}

function hasDouble(values: readonly string[]): boolean {
  return new Set(values).size !== values.length;
}

function malformed(what: string): ConfigurationError {
  return new ConfigurationError('malformed', `This manifest is not taken: ${what}.`);
}
