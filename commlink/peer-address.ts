// The address of the other end as one text for one host. Callers: whoever accepts a connection, or compares two.
import type { Socket } from 'node:net';

/** The peer's address; an IPv4 address that came over an IPv6 socket is written as IPv4. Empty when it is gone. */
export function peerAddressOf(socket: Socket): string {
  return plainAddress(socket.remoteAddress ?? '');
}

/** The address at our end of the socket, in the same form. */
export function localAddressOf(socket: Socket): string {
  return plainAddress(socket.localAddress ?? '');
}

/** An IPv4 address that is written as an IPv6 one becomes itself; all others stay. */
export function plainAddress(address: string): string {
  return address.toLowerCase().startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}
