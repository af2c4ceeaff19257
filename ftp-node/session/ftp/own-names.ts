// The names under which clients may know this server, for HOST (RFC 7151): those of its certificate, the public name
// of the configuration, and the address that the client has reached. Caller: ftp-server.ts.
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

/** The test of a name, or of an address without brackets, against the certificate `cert` (PEM) and `publicHost`. */
export function ownNames(cert: string, publicHost: string): (host: string, localAddress: string) => boolean {
  const certificate = new X509Certificate(cert);
  return (host, localAddress) => {
    if (isIP(host) !== 0) return sameAddress(host, localAddress) || certificate.checkIP(host) !== undefined;
    // A name may be written with the dot of the root behind it (RFC 1034 section 3.1).
    const name = host.toLowerCase().replace(/\.$/, '');
    return name === publicHost.toLowerCase() || certificate.checkHost(name) !== undefined;
  };
}

function sameAddress(one: string, other: string): boolean {
  return canonical(one) === canonical(other);
}

/** One spelling for each IPv6 address (RFC 5952), which is what WHATWG's URL makes of it. */
function canonical(address: string): string {
  return isIP(address) === 6 ? new URL(`ftp://[${address.split('%')[0]}]`).hostname : address;
}
