// The listening end of links: members with a key bag, and machines that join with a ticket.
// Caller: commlink.ts, which gets the proven links.
import type { TLSSocket } from 'node:tls';
import { handshakeMsMax } from '../limits.ts';
import {
  isJoinIdentity,
  judgeTicket,
  proveAsContact,
  type JoinAdmission,
  type OpenInvitation,
  type ProvenJoiner,
} from './join-admission.ts';
import { judgeIdentity, type Admission } from './link-admission.ts';
import type { LinkContext, ProvenLink } from './link-context.ts';
import { LinkError } from './link-error.ts';
import { assertLinkTls, linkAlpn } from './link-tls.ts';
import { proveAsListener } from './node-proof.ts';
import { listenByPsk, type PskListener } from './psk-listener.ts';

/** Where to listen, whose tickets to take, and who gets the proven links. */
export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly invitations: () => readonly OpenInvitation[];
  readonly onLink: (link: ProvenLink) => void;
  readonly onJoiner: (socket: TLSSocket, joiner: ProvenJoiner) => void;
}

/** Listens for links. Throws StartupError `PORT_TAKEN`; other system errors keep their codes. */
export function listenForLinks(options: ListenOptions, context: LinkContext): Promise<PskListener> {
  const { host, port, invitations, onLink, onJoiner } = options;
  return listenByPsk<Admission | JoinAdmission>({
    host,
    port,
    alpn: linkAlpn,
    log: context.log,
    admit: (identityText, remotePort) =>
      isJoinIdentity(identityText)
        ? judgeTicket(identityText, { cluster: context.cluster, id: context.self.id }, invitations())
        : judgeIdentity(identityText, remotePort, context),
    prove: async (socket, admission) => {
      if (admission && 'invitation' in admission)
        onJoiner(socket, await proveJoiner(socket, admission, context));
      else onLink(await proveAccepted(socket, admission, context));
    },
  });
}

/** The node proof of an accepted connection. Exported so that a test can hand it a resumed session. Throws LinkError. */
export async function proveAccepted(
  socket: TLSSocket,
  admission: Admission | undefined,
  context: LinkContext,
): Promise<ProvenLink> {
  // Without an admission our pskCallback never ran for this connection: a resumed session, by a ticket that we never
  // meant to give. SSL_OP_NO_TICKET prevents it; this is the second lock.
  if (!admission) throw new LinkError('no_psk', 'The handshake came about without our pre-shared key.');
  assertLinkTls(socket);
  const { identity, identityText, peer, keyGeneration } = admission;
  await proveAsListener({
    socket,
    identityText,
    privateKey: context.keys.signing.privateKey,
    peerSigningKey: peer.signingKey,
    signal: AbortSignal.timeout(handshakeMsMax),
  });
  const diallerPort = socket.remotePort ?? 0;
  return { socket, peer, direction: 'accepted', keyGeneration, index: identity.index, diallerPort };
}

async function proveJoiner(
  socket: TLSSocket,
  admission: JoinAdmission,
  context: LinkContext,
): Promise<ProvenJoiner> {
  assertLinkTls(socket);
  const { privateKey } = context.keys.signing;
  return proveAsContact(socket, admission, { privateKey, signal: AbortSignal.timeout(handshakeMsMax) });
}
