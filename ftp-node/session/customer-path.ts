// The one parser of paths that customers send, for every protocol. Callers: the FTP, SFTP and HTTPS servers.
// A CustomerPath is absolute in the customer's own tree, normal (no `.`, `..`, empty segment), and safe to append to
// the account's directory; nothing else may be appended to it.

declare const parsed: unique symbol;

/** An absolute, normalized path inside the account's directory, `/` being that directory. */
export type CustomerPath = string & { readonly [parsed]: true };

/** Longest path in bytes of UTF-8, and longest segment (ext4's NAME_MAX). */
const pathBytesMax = 4096;
const segmentBytesMax = 255;

/** Why a path is refused: a control character or NUL, or over a length limit. */
export class CustomerPathError extends Error {
  readonly code = 'BAD_PATH';

  constructor(message: string) {
    super(message);
    this.name = 'CustomerPathError';
  }
}

/** The account's own directory. */
export const rootPath = '/' as CustomerPath;

/**
 * Parses `raw` against the working directory `from`. `..` stops at the root, as in a real chroot (path_resolution(7));
 * backslashes are ordinary characters. Throws CustomerPathError.
 */
export function parseCustomerPath(raw: string, from: CustomerPath = rootPath): CustomerPath {
  // oxlint-disable-next-line no-control-regex -- control characters are what this refuses
  if (/[\u0000-\u001f\u007f]/.test(raw))
    throw new CustomerPathError('The path has a control character in it.');
  if (Buffer.byteLength(raw) > pathBytesMax) throw new CustomerPathError('The path is too long.');
  const segments: string[] = raw.startsWith('/') ? [] : from.split('/').filter((segment) => segment !== '');
  for (const segment of raw.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') segments.pop();
    else segments.push(segment);
  }
  if (segments.some((segment) => Buffer.byteLength(segment) > segmentBytesMax))
    throw new CustomerPathError('A name in the path is too long.');
  return `/${segments.join('/')}` as CustomerPath;
}
