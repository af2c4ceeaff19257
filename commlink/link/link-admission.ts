// Whether a listener takes a link, judged by its PSK identity alone, before any key is used.
// Caller: link-listener.ts, inside the TLS handshake. One check a line of section "identity" of PROTOCOL.md.
import type { KeyGeneration } from '../key-bag.ts';
import { LinkError } from './link-error.ts';
import { deriveLinkPsk, keyIndexOf, parseLinkIdentity, type LinkIdentity } from './link-identity.ts';
import type { LinkContext } from './link-context.ts';
import type { Member } from '../node-config.ts';

/** A link that may go on: who it claims to come from, and the key that it must turn out to have. */
export interface Admission {
  readonly identity: LinkIdentity;
  readonly identityText: string;
  readonly peer: Member;
  readonly keyGeneration: KeyGeneration;
  readonly psk: Buffer;
}

/** The admission, or the LinkError that says why not. `remotePort` is the dialler's port as this end sees it. */
export function judgeIdentity(
  identityText: string,
  remotePort: number,
  context: LinkContext,
): Admission | LinkError {
  const identity = parseLinkIdentity(identityText);
  if (!identity)
    return new LinkError('malformed_identity', 'The PSK identity is not of the form that we use.');
  const { cluster, from, to, generation, index } = identity;
  if (cluster !== context.cluster)
    return new LinkError(
      'unknown_cluster',
      `The link is for cluster ${cluster}, this is ${context.cluster}.`,
    );
  if (from === to) return new LinkError('reflected', 'The link claims the same node at both ends.');
  if (to !== context.self.id)
    return new LinkError('wrong_receiver', `The link is for node ${to}, this is ${context.self.id}.`);
  const peer = context.membersById.get(from);
  if (!peer) return new LinkError('unknown_node', `Node ${from} is not a member of the cluster.`);
  const bag = context.bags.find(from, to);
  if (!bag) return new LinkError('no_bag', `There is no key bag for links from ${peer.name} to this node.`);
  const keyGeneration = bag.generations.find((candidate) => candidate.generation === generation);
  if (!keyGeneration)
    return new LinkError(
      'unknown_generation',
      `Generation ${generation} of ${peer.name}'s bag is not accepted.`,
    );
  const { keys } = keyGeneration;
  const seenIndex = keyIndexOf(remotePort, keys.length);
  // Of a member behind NAT this end can't see the port that chose the key; the identity, which the key is derived with, says it.
  const isPortSeen = !context.behindNat.has(from);
  const key = keys[index];
  if ((isPortSeen && index !== seenIndex) || !key)
    return portRewritten(identity, { remotePort, seenIndex, peer, keyCount: keys.length });
  return { identity, identityText, peer, keyGeneration, psk: deriveLinkPsk(key, identityText) };
}

function portRewritten(
  identity: LinkIdentity,
  seen: { remotePort: number; seenIndex: number; peer: Member; keyCount: number },
): LinkError {
  const { remotePort, seenIndex, peer, keyCount } = seen;
  return new LinkError(
    'wrong_index',
    `${peer.name} chose key ${identity.index}, but its connection arrives from port ${remotePort}, and ` +
      `${remotePort} modulo ${keyCount} is ${seenIndex}: the port was rewritten on the way (NAT or a proxy). ` +
      `Give the two nodes a path without one, or name ${peer.name} in this node's links/behindNat.`,
  );
}
