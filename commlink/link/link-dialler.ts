// The dialling end of a link: TCP from a random port, which chooses the key, then TLS with that key, then the node
// proof. Caller: dial-slot.ts. Trusts the other end only after its proof.
import type { Socket } from 'node:net';
import { handshakeMsMax } from '../limits.ts';
import type { KeyGeneration } from '../key-bag.ts';
import type { Member } from '../node-config.ts';
import type { LinkContext, ProvenLink } from './link-context.ts';
import { LinkError } from './link-error.ts';
import { deriveLinkPsk, formatLinkIdentity, keyIndexOf } from './link-identity.ts';
import { linkAlpn } from './link-tls.ts';
import { connectFromRandomPort, type PortRange } from './local-port.ts';
import { proveAsDialler } from './node-proof.ts';
import { securePsk } from './psk-client.ts';

/** Whom to dial, where, and from which local ports. */
export interface DialTarget {
  readonly peer: Member;
  readonly host: string;
  readonly port: number;
  readonly localPorts: PortRange;
}

/** Ways to give up: `signal` at any time, `connecting` only until TCP is up, when nobody knows of the link yet. */
export interface DialSignals {
  readonly signal: AbortSignal;
  readonly connecting?: AbortSignal;
}

/** Opens one link. Throws LinkError. Nothing stays open when it throws. */
export async function dialLink(
  target: DialTarget,
  context: LinkContext,
  { signal, connecting = signal }: DialSignals,
): Promise<ProvenLink> {
  const { peer } = target;
  const self = context.self.id;
  keysToSend(peer, context);
  const limited = AbortSignal.any([signal, AbortSignal.timeout(handshakeMsMax)]);
  const raw = await connectFromRandomPort(target, target.localPorts, AbortSignal.any([limited, connecting]));
  const diallerPort = raw.localPort ?? 0;
  // Only now, since the keys may have been replaced, and zeroed, while TCP was being connected.
  const { keyGeneration, index, key } = chooseKey(diallerPort, keysToSend(peer, context, raw));
  const { generation } = keyGeneration;
  const identity = formatLinkIdentity({
    cluster: context.cluster,
    generation,
    index,
    from: self,
    to: peer.id,
  });
  const credentials = { identity, psk: deriveLinkPsk(key, identity), alpn: linkAlpn };
  const socket = await securePsk(raw, credentials, limited);
  try {
    await proveAsDialler({
      socket,
      identityText: identity,
      privateKey: context.keys.signing.privateKey,
      peerSigningKey: peer.signingKey,
      signal: limited,
    });
  } catch (cause) {
    socket.destroy();
    if (cause instanceof LinkError) throw cause;
    throw new LinkError('peer_closed', 'The connection broke during the node proof.', { cause });
  }
  return { socket, peer, direction: 'dialled', keyGeneration, index, diallerPort };
}

/** Throws LinkError `no_bag`, and closes the connection, if there is one already. */
function keysToSend(peer: Member, context: LinkContext, raw?: Socket): KeyGeneration {
  const keyGeneration = context.bags.toSend(context.self.id, peer.id);
  if (keyGeneration) return keyGeneration;
  raw?.destroy();
  throw new LinkError('no_bag', `There is no key bag for links to ${peer.name}.`);
}

function chooseKey(
  diallerPort: number,
  keyGeneration: KeyGeneration,
): { keyGeneration: KeyGeneration; index: number; key: Buffer } {
  const index = keyIndexOf(diallerPort, keyGeneration.keys.length);
  const key = keyGeneration.keys[index];
  if (!key) throw new RangeError('A key bag without keys was taken.');
  return { keyGeneration, index, key };
}
