// Fetching over SFTP, from an offset on, from a node whose host key is one of those that the centre named. Caller: transport.ts.
// The one door to the SSH library.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { Client, type SFTPWrapper } from 'ssh2';
import type { LoginSource } from '#commlink/fleet/sources.ts';
import { downloadSilenceMs } from '../limits.ts';
import type { Fetch } from './transport.ts';

/** Fetches. A node with another host key is refused before the password is sent. */
export async function fetchOverSftp(
  source: LoginSource,
  { offsetBytes, into, signal }: Fetch,
): Promise<void> {
  const { host, port, login: username, password, path, hostKeys } = source;
  const client = new Client();
  const lost = new Promise<never>((_, reject) => client.once('error', reject));
  try {
    client.connect({
      host,
      port,
      username,
      password,
      readyTimeout: downloadSilenceMs,
      hostVerifier: (key: Buffer) => hostKeys.includes(fingerprintOf(key)),
    });
    await Promise.race([once(client, 'ready', { signal }), lost]);
    const openSftp = promisify<SFTPWrapper>((done) => client.sftp(done));
    const sftp = await Promise.race([openSftp(), lost]);
    const content = sftp.createReadStream(path, { start: offsetBytes });
    await Promise.race([pipeline(content, into, { signal }), lost]);
  } finally {
    // What is cut off now may still fail, and nobody waits for it any more.
    client.on('error', () => undefined);
    client.destroy();
  }
}

/** As OpenSSH writes it. */
function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}
