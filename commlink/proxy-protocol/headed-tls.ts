// Lets a TLS server take the PROXY protocol's header off the connections of trusted balancers, before TLS: what it and its
// requests see as the other end's address is the customer's then. Caller: https-entrance.ts. Believed is where a customer
// comes from, and nothing else.
import type { Socket } from 'node:net';
import type { Server, TLSSocket } from 'node:tls';
import { peerAddressOf } from '../peer-address.ts';
import { takeProxyHeader } from './read-header.ts';
import type { TrustedProxies } from './trusted-proxies.ts';

/** What the server must be made with: nothing is read before the header was looked for. */
export const headedTlsOptions = { pauseOnConnect: true } as const;

/** Who is believed; asked for each connection, since it changes. */
export interface HeadedTls {
  readonly trustedProxies: () => TrustedProxies;
  /** A balancer's connection was closed because it said nothing of whom it speaks for. */
  readonly onNoHeader: (peerAddress: string) => void;
}

/** To be called once, before the server listens. */
export function takeHeaders(server: Server, headed: HeadedTls): void {
  const [beginTls, ...others] = server.listeners('connection');
  if (beginTls === undefined || others.length > 0) throw new Error('TLS alone takes connections at first.');
  /** Where the customers of balancers come from, by both ends of the connection. */
  const sources = new Map<string, string>();
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    const peerAddress = peerAddressOf(socket);
    if (peerAddress === '') return void socket.destroy();
    if (!headed.trustedProxies().includes(peerAddress)) return void beginTls.call(server, socket);
    void takeSource(socket, { sources, headed }).then((isKnown) => {
      if (isKnown) beginTls.call(server, socket);
    });
  });
  // Before the server itself looks: its requests have this socket.
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    const source = sources.get(endsOf(socket));
    if (source !== undefined) Object.defineProperty(socket, 'remoteAddress', { value: source });
  });
}

/** Whether the connection may go on; closes it otherwise. */
async function takeSource(
  socket: Socket,
  { sources, headed }: { sources: Map<string, string>; headed: HeadedTls },
): Promise<boolean> {
  // A socket without a listener for `error` would end the process.
  socket.on('error', () => socket.destroy());
  const ends = endsOf(socket);
  const header = await takeProxyHeader(socket);
  if (header === null && !socket.destroyed) headed.onNoHeader(peerAddressOf(socket));
  if (header === null || socket.destroyed) {
    socket.destroy();
    return false;
  }
  if (header.source !== null) {
    sources.set(ends, header.source);
    socket.once('close', () => sources.delete(ends));
  }
  return true;
}

/** One connection has these ends at a time. A TLS socket names the same as the socket under it. */
function endsOf({ remoteAddress, remotePort, localAddress }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`;
}
