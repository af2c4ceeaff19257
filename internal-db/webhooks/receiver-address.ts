// Which addresses may be told of events. internal-db stands behind the firewall: whoever may add a webhook, or changes what a
// name resolves to, must not be able to reach what else is there (server-side request forgery). What is checked is the
// address that is connected to. Called by post-message.ts for each connection and when a webhook is added, and for requests to
// identity providers.
import { lookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { containsNetwork, networksOverlap, parseNetwork, type IpNetwork } from '#commlink/ip-network.ts';
import { machineRefusals } from '../texts/service-texts.ts';

/** IANA's special-purpose registries: what is not, or not surely, a public host. Those that embed IPv4 addresses too. */
const specialNetworks = `
  0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.168.0.0/16
  198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
  ::/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8`
  .trim()
  .split(/\s+/)
  .map(requireNetwork);

/** Whether a message may go to an address: it is public, or the settings name it. */
export function mayReceive(address: string, allowedNetworks: readonly string[]): boolean {
  const network = parseNetwork(address);
  if (network === null) return false;
  if (allowedNetworks.some((text) => containsNetwork(requireNetwork(text), network))) return true;
  return !specialNetworks.some((special) => networksOverlap(special, network));
}

/** Whether the settings name an address: it is told in clear, too. */
export function isAllowedByName(address: string, allowedNetworks: readonly string[]): boolean {
  const network = parseNetwork(address);
  return network !== null && allowedNetworks.some((text) => containsNetwork(requireNetwork(text), network));
}

/** Thrown for a name or address that may not be told. */
export class ReceiverRefused extends Error {
  readonly code = 'RECEIVER_REFUSED';
}

/**
 * Resolves names as the system does, and leaves out what may not be told; ReceiverRefused when nothing is left, and names the
 * setting that could allow it.
 */
export function createReceiverLookup(
  mayTell: (address: string) => boolean,
  setting?: string,
): LookupFunction {
  return (hostname, options, callback) => {
    const resolveAll: LookupOptions & { all: true } = { ...options, all: true };
    lookup(hostname, resolveAll, (error, addresses: LookupAddress[]) => {
      if (error) return callback(error, []);
      const allowed = addresses.filter(({ address }) => mayTell(address));
      const first = allowed[0];
      if (!first) return callback(new ReceiverRefused(refusalText(hostname, setting)), []);
      if (options.all) return callback(null, allowed);
      return callback(null, first.address, first.family);
    });
  };
}

/** The address in a URL's host, which no name is looked up for; null for a name. */
export function literalAddress(url: URL): string | null {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(host) === 0 ? null : host;
}

/** Says that a host may not be told, and which setting of internal-db could allow it. */
export function refusalText(host: string, setting = 'webhooks/allowedNetworks'): string {
  return machineRefusals.notPublic(host, setting);
}

function requireNetwork(text: string): IpNetwork {
  const network = parseNetwork(text);
  if (network === null) throw new TypeError(`${text} is no network.`);
  return network;
}
