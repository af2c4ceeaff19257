// The dialling end of a link: TCP from a random port, which chooses the key, then TLS with that key, then the node
// proof. Caller: dial-slot.ts. Trusts the other end only after its proof.
import type { Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { handshakeMsMax } from '../limits.ts';
import { generationOf } from '../key-bag.ts';
import type { Member } from '../node-config.ts';
import type { LinkContext, ProvenLink } from './link-context.ts';
import { LinkError } from './link-error.ts';
import { deriveLinkPsk, formatLinkIdentity, keyIndexOf } from './link-identity.ts';
import { assertLinkTls, linkSecureContext, linkTlsOptions } from './link-tls.ts';
import { connectFromRandomPort, type PortRange } from './local-port.ts';
import { proveAsDialler } from './node-proof.ts';

/** Whom to dial, where, and from which local ports. */
export interface DialTarget {
  readonly peer: Member;
  readonly host: string;
  readonly port: number;
  readonly localPorts: PortRange;
}

/** Opens one link. Throws LinkError; `signal` gives up early. Nothing stays open when it throws. */
export async function dialLink(
  target: DialTarget,
  context: LinkContext,
  signal: AbortSignal,
): Promise<ProvenLink> {
  const { peer } = target;
  const bag = context.bags.find(context.self.id, peer.id);
  if (!bag) throw new LinkError('no_bag', `There is no key bag for links to ${peer.name}.`);
  const { generation, keys } = generationOf(bag, bag.sendGeneration);
  const limited = AbortSignal.any([signal, AbortSignal.timeout(handshakeMsMax)]);
  const raw = await connectFromRandomPort(target, target.localPorts, limited);
  const diallerPort = raw.localPort ?? 0;
  const index = keyIndexOf(diallerPort, keys.length);
  const key = keys[index];
  if (!key) throw new LinkError('no_bag', `The key bag for links to ${peer.name} is empty.`);
  const from = context.self.id;
  const identityText = formatLinkIdentity({ cluster: context.cluster, generation, index, from, to: peer.id });
  const socket = await secure(
    raw,
    { identity: identityText, psk: deriveLinkPsk(key, identityText) },
    limited,
  );
  try {
    await proveAsDialler({
      socket,
      identityText,
      privateKey: context.keys.signing.privateKey,
      peerSigningKey: peer.signingKey,
      signal: limited,
    });
  } catch (cause) {
    socket.destroy();
    if (cause instanceof LinkError) throw cause;
    throw new LinkError('peer_closed', 'The connection broke during the node proof.', { cause });
  }
  return { socket, peer, direction: 'dialled', generation, index, diallerPort };
}

function secure(
  raw: Socket,
  credentials: { identity: string; psk: Buffer },
  signal: AbortSignal,
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    let askedForKey = false;
    raw.on('error', () => raw.destroy());
    const socket = connectTls({
      ALPNProtocols: linkTlsOptions.ALPNProtocols,
      secureContext: linkSecureContext,
      socket: raw,
      pskCallback: () => {
        askedForKey = true;
        return credentials;
      },
      // Only ever called for a certificate: with a PSK there is none to check.
      checkServerIdentity: () => new LinkError('no_psk', 'The listener offers a certificate.'),
    });
    const fail = (error: LinkError): void => {
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      reject(error);
    };
    const onAbort = (): void => fail(new LinkError('timeout', 'The TLS handshake did not end in time.'));
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    // This listener stays: a socket that fails later, between two owners, must not end the process.
    socket.on('error', (cause) => fail(describeFailure(cause)));
    socket.once('close', () =>
      fail(new LinkError('peer_closed', 'The listener closed during the handshake; its log says why.')),
    );
    socket.once('secureConnect', () => {
      try {
        assertDialled(socket, askedForKey);
        signal.removeEventListener('abort', onAbort);
        resolve(socket);
      } catch (error) {
        fail(error as LinkError);
      }
    });
  });
}

function assertDialled(socket: TLSSocket, askedForKey: boolean): void {
  if (!askedForKey) throw new LinkError('no_psk', 'The handshake came about without our pre-shared key.');
  assertLinkTls(socket);
  const ephemeral = socket.getEphemeralKeyInfo();
  if (!ephemeral || !('type' in ephemeral))
    throw new LinkError('not_our_protocol', 'The handshake came about without an ephemeral key.');
}

function describeFailure(cause: Error): LinkError {
  if (cause instanceof LinkError) return cause;
  const code = 'code' in cause ? String(cause.code) : cause.name;
  return new LinkError(
    'handshake',
    `The listener refused the link or is not ours (${code}); its log says why.`,
    {
      cause,
    },
  );
}
