// Asks one of Consign's HTTPS servers for a page, trusting this installation's own authority and those that browsers do.
// Called by `consign doctor`.
import { rootCertificates } from 'node:tls';
import { Client } from 'undici';
import { probeMs } from '../limits.ts';

/**
 * The status of `GET url`, with the server's certificate checked against `authority` (PEM) and the
 * public ones. Rejects when it can't be had.
 */
export async function probeHttps(url: string, authority: string): Promise<number> {
  const { origin, pathname } = new URL(url);
  const client = new Client(origin, {
    connect: { ca: [authority, ...rootCertificates], timeout: probeMs },
    headersTimeout: probeMs,
    bodyTimeout: probeMs,
  });
  try {
    const response = await client.request({ method: 'GET', path: pathname });
    await response.body.dump();
    return response.statusCode;
  } finally {
    await client.destroy();
  }
}
