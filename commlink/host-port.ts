// A host and a port as people and URLs write them: an IPv6 address in brackets (RFC 3986, section 3.2.2). Callers: whatever
// shows addresses, or lines to paste: the portal, the launcher, the command line.
import { isIPv6 } from 'node:net';

/** An IPv6 address in the brackets that URLs and scp want; other hosts as they are. */
export function bracketIpv6(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}

/** `host:port`. */
export function formatHostPort({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${bracketIpv6(host)}:${port}`;
}
