// The load balancers whose word is taken for where a customer comes from: `proxyProtocol.trustedNetworks`. Callers:
// the session servers and the portal's entrance, who ask it for each connection.
import { BlockList, isIPv6 } from 'node:net';
import { StartupError } from '../process-lifecycle.ts';

/** The trusted networks. */
export interface TrustedProxies {
  /** Whether a connection from `address` (plain, see peer-address.ts) must begin with a PROXY protocol header. */
  includes(address: string): boolean;
}

/** Takes addresses and networks (`192.0.2.7`, `10.0.0.0/8`, `2001:db8::/32`). Throws StartupError `NETWORK_INVALID`. */
export function createTrustedProxies(networks: readonly string[]): TrustedProxies {
  const list = new BlockList();
  for (const network of networks) addNetwork(list, network);
  return { includes: (address) => list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4') };
}

function addNetwork(list: BlockList, network: string): void {
  const [address = '', prefix] = network.split('/');
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  try {
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number.parseInt(prefix), family);
  } catch (error) {
    throw new StartupError(
      'NETWORK_INVALID',
      `"${network}" in proxyProtocol.trustedNetworks is no network.`,
      {
        cause: error,
      },
    );
  }
}
