// How many connections there may be, in all and from one address, whatever the protocol. Caller: the session services.
// An IPv6 customer has a whole /64 of addresses, so that counts as one.
import { networkOf } from '#commlink/network-of.ts';
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
