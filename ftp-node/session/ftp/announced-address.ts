// Which IPv4 address PASV tells a client to come to: with NAT, in a container and behind a load balancer it is not the
// one that the server sees on its own side. EPSV needs none of this. Callers: ftp-server.ts, which resolves the names
// before the jail is shut, and commands/passive.ts.
import { BlockList, isIPv4 } from 'node:net';

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
  readonly byNetwork: readonly { readonly holds: BlockList; readonly address: string }[];
}

/** The two ends of the control connection, as they are after a PROXY header. */
export interface ControlEnds {
  readonly client: string;
  readonly local: string;
}

/** Makes the table. The networks were checked when the settings were. */
export function tablePublicAddresses(
  usual: string | null,
  byNetwork: readonly NetworkAddress[],
): PublicAddresses {
  return {
    usual,
    byNetwork: byNetwork.map(({ network, address }) => ({ holds: listOf(network), address })),
  };
}

/**
 * The address to announce, or null when there is none and the client has to send EPSV. A client of this very machine
 * gets the machine's loopback address: from inside, the public one leads nowhere, in general. One that came over IPv6
 * would come to an IPv4 address as somebody else.
 */
export function announcedAddress(addresses: PublicAddresses, { client, local }: ControlEnds): string | null {
  if (!isIPv4(client)) return null;
  if (client.startsWith('127.') && local.startsWith('127.')) return local;
  const chosen = addresses.byNetwork.find(({ holds }) => holds.check(client));
  return chosen?.address ?? addresses.usual;
}

function listOf(network: string): BlockList {
  const [address = '', bits] = network.split('/');
  const list = new BlockList();
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  if (bits === undefined) list.addAddress(address, family);
  else list.addSubnet(address, Number(bits), family);
  return list;
}
