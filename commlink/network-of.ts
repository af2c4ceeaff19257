// The network that an address is counted under, wherever something is limited by address: connections, failed sign-ins.
// Callers: ftp-node's admission, internal-db's throttle. An IPv6 customer has a whole /64 of addresses to come from, so
// that counts as one.
import { isIPv6 } from 'node:net';
import { ipv6Groups } from './ip-network.ts';

/** The address itself for IPv4 (also when it is written as an IPv6 one), the first 64 bits for IPv6. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const plain = address.split('%')[0] ?? '';
  if (!isIPv6(plain)) return address;
  const groups = ipv6Groups(plain).slice(0, 4);
  return groups.map((group) => group.toString(16)).join(':');
}
