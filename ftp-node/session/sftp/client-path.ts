// Turns the bytes that a client sent as a path into a CustomerPath, the only thing that may be looked up.
// Caller: the request handlers. Names are UTF-8 here; anything else names nothing.
import { parseCustomerPath, rootPath, type CustomerPath } from '../customer-path.ts';
import { AccountDirectoryError } from '../session-services.ts';

/** The home directory of every account, which is also where relative paths begin. */
export const homePath = rootPath;

/** Parses `raw`. Throws CustomerPathError, and AccountDirectoryError 'not_found' for what is not UTF-8. */
export function parseClientPath(raw: Buffer): CustomerPath {
  return parseCustomerPath(decodeUtf8(raw), homePath);
}

/** The same with `~` and `~/…` for the home directory; null for another user's (`~name`). Throws as above. */
export function expandClientPath(raw: Buffer): CustomerPath | null {
  const text = decodeUtf8(raw);
  if (!text.startsWith('~')) return parseCustomerPath(text, homePath);
  return text === '~' || text.startsWith('~/') ? parseCustomerPath(text.slice(2), homePath) : null;
}

function decodeUtf8(raw: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(raw);
  } catch (error) {
    throw new AccountDirectoryError('not_found', 'The path is not UTF-8.', { cause: error });
  }
}
