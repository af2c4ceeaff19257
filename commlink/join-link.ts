// The joining machine's end of a join link: it has a ticket and fresh keys, and is nobody's member yet.
// Caller: configuration/join-cluster.ts. Trusts the contact once it has proven the key that the ticket names.
import { handshakeMsMax, linkRpcLimits } from './limits.ts';
import { deriveJoinPsk, formatJoinIdentity, proveAsJoiner } from './link/join-admission.ts';
import { LinkError } from './link/link-error.ts';
import { linkAlpn } from './link/link-tls.ts';
import { connectFromRandomPort, readEphemeralPorts } from './link/local-port.ts';
import { securePsk } from './link/psk-client.ts';
import type { Logger } from './log.ts';
import { configurationMethods } from './methods/configuration-methods.ts';
import type { NodeRole } from './node-config.ts';
import type { NodeKeys } from './node-keys.ts';
import { openRpc, type RpcPeer } from './rpc.ts';

/** What a ticket says about the way in. */
export interface JoinTicketLink {
  readonly cluster: string;
  /** The ticket's id: 22 characters of base64url. It crosses in clear. */
  readonly ticket: string;
  /** base64url of at least 16 random bytes. It never crosses. */
  readonly secret: string;
  readonly contact: {
    readonly host: string;
    readonly port: number;
    readonly id: string;
    readonly signingKey: string;
  };
}

/** The ticket, the keys that this machine made for itself, and when to give up. */
export interface DialJoinOptions {
  readonly ticket: JoinTicketLink;
  readonly keys: NodeKeys;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Opens a join link. Throws LinkError; `handshake` is also what a refused ticket looks like: the contact's log says why. */
export async function dialJoin(options: DialJoinOptions): Promise<RpcPeer<typeof configurationMethods>> {
  const { ticket, keys, log } = options;
  const { contact } = ticket;
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(handshakeMsMax)]);
  const identity = formatJoinIdentity({ cluster: ticket.cluster, ticket: ticket.ticket, to: contact.id });
  const raw = await connectFromRandomPort(contact, await readEphemeralPorts(), signal);
  const credentials = { identity, psk: deriveJoinPsk(ticket.secret, identity), alpn: linkAlpn };
  const socket = await securePsk(raw, credentials, signal);
  try {
    const { raw: signingKey, privateKey } = keys.signing;
    const own = { identityText: identity, signingKey, privateKey, contactSigningKey: contact.signingKey };
    await proveAsJoiner(socket, own, signal);
  } catch (cause) {
    socket.destroy();
    throw cause instanceof LinkError
      ? cause
      : new LinkError('peer_closed', 'The connection broke during the proof.', { cause });
  }
  const peer = { role: contactRole, name: contact.id, id: contact.id };
  return openRpc(socket, {
    peer,
    offered: {},
    handlers: {},
    called: configurationMethods,
    log,
    limits: linkRpcLimits,
  });
}

/** The contact is called, it calls nothing: its role, which the ticket does not say, is never looked at. */
const contactRole: NodeRole = 'internal-db';
