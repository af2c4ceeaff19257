// Which IPv4 address PASV tells a client to come to: with NAT, in a container and behind a load balancer it is not the
// one that the server sees on its own side. EPSV needs none of this. Callers: ftp-server.ts, which resolves the names
// before the jail is shut, and commands/passive.ts.
import { containsNetwork, parseNetwork, type IpNetwork } from '#commlink/ip-network.ts';

/** An IPv4 address for the clients of one network. */
export interface NetworkAddress {
  /** In CIDR form, of either family. */
  readonly network: string;
  readonly address: string;
}

/** What PASV may announce. */
export interface PublicAddresses {
  /** For everybody else; null when the public name has no IPv4 address. */
  readonly usual: string | null;
  /** The first network that holds the client counts. */
  readonly byNetwork: readonly { readonly network: IpNetwork; readonly address: string }[];
}

/** The two ends of the control connection, as they are after a PROXY header. */
export interface ControlEnds {
  readonly client: string;
  readonly local: string;
}

/** Makes the table. The networks were checked when the settings were; what is none holds nobody. */
export function tablePublicAddresses(
  usual: string | null,
  byNetwork: readonly NetworkAddress[],
): PublicAddresses {
  const parsed = byNetwork.flatMap(({ network, address }) => {
    const held = parseNetwork(network);
    return held === null ? [] : [{ network: held, address }];
  });
  return { usual, byNetwork: parsed };
}

/**
 * The address to announce, or null when there is none and the client has to send EPSV. A client of this very machine
 * gets the machine's loopback address: from inside, the public one leads nowhere, in general. One that came over IPv6
 * would come to an IPv4 address as somebody else.
 */
export function announcedAddress(addresses: PublicAddresses, { client, local }: ControlEnds): string | null {
  const own = parseNetwork(client);
  if (own?.family !== 4) return null;
  if (client.startsWith('127.') && local.startsWith('127.')) return local;
  const chosen = addresses.byNetwork.find(({ network }) => containsNetwork(network, own));
  return chosen?.address ?? addresses.usual;
}
