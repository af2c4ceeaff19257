// What a browser calls itself, as internal-db keeps it with a session: its owner tells sessions apart by it.
import type { IncomingHttpHeaders } from 'node:http';
import { httpLimits } from '../limits.ts';

/** The User-Agent header, cut to what is kept; null when there is none. */
export function clientOf({ headers }: { readonly headers: IncomingHttpHeaders }): string | null {
  const name = headers['user-agent']?.trim().slice(0, httpLimits.clientNameCharactersMax) ?? '';
  return name === '' ? null : name;
}
