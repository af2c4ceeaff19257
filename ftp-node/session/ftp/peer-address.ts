// The address of the other end as one text for one host. Callers: the server (admission), the passive connector.
import type { Socket } from 'node:net';

/** The peer's address; an IPv4 address that came over an IPv6 socket is written as IPv4. Empty when it is gone. */
export function peerAddressOf(socket: Socket): string {
  return plainAddress(socket.remoteAddress ?? '');
}

/** The address at our end of the socket, in the same form. */
export function localAddressOf(socket: Socket): string {
  return plainAddress(socket.localAddress ?? '');
}

function plainAddress(address: string): string {
  return address.toLowerCase().startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}
