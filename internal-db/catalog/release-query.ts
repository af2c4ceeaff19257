// Recognizes a release in what somebody types into a search box: "24.21.0", "v24.21", "node-runtime/24.21.0", "node 24.21.0".
// Called by customer-search.ts and by the console's search box.

/** A version, or its beginning, and the words of the product that it is of; none: of any product. */
export interface ReleaseQuery {
  readonly words: readonly string[];
  readonly version: string;
}

const partsMax = 6;
const versionPattern = /^[0-9A-Za-z.+-]{1,64}$/;
const productAndVersion = /^[^\s/@]+[/@][^\s/@]+$/;

/** The release that was meant; null where there is no version in it. A word counts as one when it begins with a digit, or stands behind "product/". */
export function parseReleaseQuery(typed: string): ReleaseQuery | null {
  const text = typed.trim();
  const parts = text.split(/[\s/@]+/).filter((part) => part !== '');
  const last = parts.pop();
  if (last === undefined || parts.length >= partsMax || !versionPattern.test(last)) return null;
  const version = /^v\d/i.test(last) ? last.slice(1) : last;
  if (!/^\d/.test(version) && !productAndVersion.test(text)) return null;
  return { words: parts, version };
}
