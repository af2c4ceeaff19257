// What every protocol does first with an accepted socket: takes from a balancer's header where the customer really is (the
// PROXY protocol), and asks the stager whether there is a place. Callers: the servers, with a paused socket; none of them
// has read a byte of it. The place is given back when the socket closes.
import type { Socket } from 'node:net';
import { peerAddressOf } from '#commlink/peer-address.ts';
import type { ProtocolName } from './protocol-name.ts';
import { takeProxyHeader } from '#commlink/proxy-protocol/read-header.ts';
import type { ConnectionVerdict, EndReason, SessionServices } from './session-services.ts';

/** A connection that may be served. */
export interface AcceptedConnection {
  readonly admitted: true;
  readonly socket: Socket;
  /** The customer's address: limits, bans and records go by it. */
  readonly address: string;
  /** The other end of the TCP connection: the customer again, or a balancer. */
  readonly peerAddress: string;
  /** The connection's id, for logins, sessions and transfers. */
  readonly connection: string;
}

/** One that may not: the protocol says so in its own words, if it wants to, and closes the socket. */
export interface DeclinedConnection {
  readonly admitted: false;
  readonly socket: Socket;
  readonly reason: Extract<ConnectionVerdict, { admitted: false }>['reason'];
}

/** What accepting needs. `end` is called when the connection must go before a login. */
export interface AcceptOptions {
  readonly services: Pick<SessionServices, 'admitConnection' | 'trustedProxies' | 'log'>;
  readonly protocol: ProtocolName;
  readonly end: (reason: EndReason) => void;
}

/**
 * Decides, and leaves the socket paused. Null when there is nobody to talk to: the client is gone, or a balancer has not
 * said whom it speaks for; the caller destroys the socket. Never rejects.
 */
export async function acceptConnection(
  socket: Socket,
  options: AcceptOptions,
): Promise<AcceptedConnection | DeclinedConnection | null> {
  const { services, protocol, end } = options;
  const peerAddress = peerAddressOf(socket);
  const address = await findCustomer(socket, { ...options, peerAddress });
  if (address === null || socket.destroyed) return null;
  const verdict = await services.admitConnection({ protocol, address, end });
  if (!verdict.admitted) return socket.destroyed ? null : { ...verdict, socket };
  if (socket.destroyed) {
    verdict.release();
    return null;
  }
  socket.once('close', () => verdict.release());
  return { admitted: true, socket, address, peerAddress, connection: verdict.connection };
}

/** A header is taken from trusted balancers, who must send one; from all others it is the protocol's, who refuses it. */
async function findCustomer(
  socket: Socket,
  { services, protocol, peerAddress }: AcceptOptions & { readonly peerAddress: string },
): Promise<string | null> {
  if (peerAddress === '') return null;
  if (!services.trustedProxies.includes(peerAddress)) return peerAddress;
  const header = await takeProxyHeader(socket);
  if (header === null)
    services.log.warn({ protocol, peerAddress }, 'a balancer sent no PROXY protocol header');
  return header === null ? null : (header.source ?? peerAddress);
}
