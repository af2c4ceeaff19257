// How many connections there may be, in all and from one address, whatever the protocol. Caller: the session services.
// An IPv6 customer has a whole /64 of addresses, so that counts as one.
import { isIPv6 } from 'node:net';
import type { Admission, SessionLimits } from './session-services.ts';

/** Counts connections; null when there are too many. */
export interface ConnectionAdmission {
  admit(address: string): Admission | null;
  readonly connectionCount: number;
}

/** Makes the one counter of a session server. */
export function createConnectionAdmission(
  limits: Pick<SessionLimits, 'connectionsMax' | 'connectionsPerAddressMax'>,
): ConnectionAdmission {
  const countByNetwork = new Map<string, number>();
  let connectionCount = 0;
  return {
    admit: (address) => {
      const network = networkOf(address);
      const count = countByNetwork.get(network) ?? 0;
      if (connectionCount >= limits.connectionsMax || count >= limits.connectionsPerAddressMax) return null;
      countByNetwork.set(network, count + 1);
      connectionCount += 1;
      return releaseOnce(() => {
        connectionCount -= 1;
        const left = (countByNetwork.get(network) ?? 1) - 1;
        if (left === 0) countByNetwork.delete(network);
        else countByNetwork.set(network, left);
      });
    },
    get connectionCount() {
      return connectionCount;
    },
  };
}

/** An admission whose `release` does its work the first time only. */
export function releaseOnce(release: () => void): Admission {
  let released = false;
  return {
    release: () => {
      if (released) return;
      released = true;
      release();
    },
  };
}

/** The address itself for IPv4 (also when it is written as an IPv6 one), the first 64 bits for IPv6. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const plain = address.split('%')[0] ?? '';
  if (!isIPv6(plain)) return address;
  const [head = '', tail] = plain.split('::');
  const headGroups = head === '' ? [] : head.split(':');
  const tailGroups = tail === undefined || tail === '' ? [] : tail.split(':');
  const gapGroups = tail === undefined ? 0 : Math.max(0, 8 - headGroups.length - tailGroups.length);
  const groups = [...headGroups, ...Array<string>(gapGroups).fill('0'), ...tailGroups].slice(0, 4);
  return groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':');
}
