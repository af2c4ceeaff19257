// The ways of fetching a file, by their names in a list of sources. Each is a module of its own; those with a library are loaded
// when they are used first, to keep an agent that needs only HTTP small. Caller: download-target.ts.
import type { Writable } from 'node:stream';
import type { Source, Transport } from '#commlink/fleet/sources.ts';
import { fetchOverHttp } from './http-transport.ts';

/** A fetch: from where on, and into what. */
export interface Fetch {
  readonly offsetBytes: number;
  readonly into: Writable;
  readonly signal: AbortSignal;
}

const secureTransports: readonly Transport[] = ['https', 'ftps', 'sftp'];

/** True when nobody on the way can read or change what is fetched. */
export function isSecure({ transport }: Source): boolean {
  return secureTransports.includes(transport);
}

/** Fetches from a source to the file's end. Rejects with the transport's own error. */
export async function fetchFrom(source: Source, fetch: Fetch): Promise<void> {
  switch (source.transport) {
    case 'http':
    case 'https':
      return fetchOverHttp(source, fetch);
    case 'ftp':
    case 'ftps':
      return (await import('./ftp-transport.ts')).fetchOverFtp(source, fetch);
    case 'sftp':
      return (await import('./sftp-transport.ts')).fetchOverSftp(source, fetch);
  }
}
