// Asks one of Consign's HTTPS servers for a page, trusting this installation's own authority and those that browsers and this
// machine do.
// Called by `consign doctor`.
import { isIP } from 'node:net';
import { getCACertificates } from 'node:tls';
import type { HostPort } from '#commlink/settings/link-settings.ts';
import { formatHostPort } from '#commlink/host-port.ts';
import { Client } from 'undici';
import { probeMs } from '../limits.ts';

/**
 * The status of `GET url`, with the server's certificate checked against `authority` (PEM), if there is one, and the public
 * ones; asked at `door` in place of the address of that name, if there is one. Rejects when it can't be had.
 */
export async function probeHttps(
  url: string,
  authority: string | null,
  door: HostPort | null,
): Promise<number> {
  const { origin, host, hostname, pathname } = new URL(url);
  const own = authority === null ? [] : [authority];
  const client = new Client(door === null ? origin : `https://${formatHostPort(door)}`, {
    connect: {
      ca: [...own, ...getCACertificates(), ...getCACertificates('system')],
      timeout: probeMs,
      // RFC 6066, 3: no address is sent as a server's name.
      ...(isIP(hostname.replace(/^\[|\]$/g, '')) === 0 && { servername: hostname }),
    },
    headersTimeout: probeMs,
    bodyTimeout: probeMs,
  });
  try {
    const response = await client.request({ method: 'GET', path: pathname, headers: { host } });
    await response.body.dump();
    return response.statusCode;
  } finally {
    await client.destroy();
  }
}
