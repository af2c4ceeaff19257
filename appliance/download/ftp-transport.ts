// Fetching over FTP and FTPS (explicit TLS, on both connections), passive, from an offset on (REST). Caller: transport.ts.
// The one door to the FTP library.
import { Client } from 'basic-ftp';
import type { LoginSource } from '#commlink/fleet/sources.ts';
import { downloadSilenceMs } from '../limits.ts';
import type { Fetch } from './transport.ts';

/** Fetches. */
export async function fetchOverFtp(source: LoginSource, { offsetBytes, into, signal }: Fetch): Promise<void> {
  const { host, port, login: user, password, path, transport, ca } = source;
  const client = new Client(downloadSilenceMs);
  const close = (): void => client.close();
  signal.addEventListener('abort', close);
  try {
    const secureOptions = { host, ...(ca === null ? {} : { ca }) };
    await client.access({ host, port, user, password, secure: transport === 'ftps', secureOptions });
    await client.downloadTo(into, path, offsetBytes);
  } finally {
    signal.removeEventListener('abort', close);
    client.close();
  }
}
