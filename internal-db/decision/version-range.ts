// The one door to the `semver` library: strict versions, their order, and npm-style ranges.
// Ranges admit pre-releases by plain order (semver's includePrerelease): `*` is every version, `>=2` includes
// 2.1.0-rc.1, and `<2` includes 2.0.0-rc.1, which precedes 2.0.0. Channels, not ranges, keep betas from customers.
import semver from 'semver';
import { parsedRangesMax } from '../limits.ts';

/** Ranges that were asked for lately, parsed; null for what is none. A page of releases asks for the same one each time. */
const parsedRanges = new Map<string, semver.Range | null>();

/** True for a semantic version in its strict form (semver.org 2.0.0): no `v`, no blanks, no missing parts. */
export function isStrictVersion(version: string): boolean {
  const parsed = semver.parse(version, { loose: false });
  if (!parsed) return false;
  const build = parsed.build.length > 0 ? `+${parsed.build.join('.')}` : '';
  return parsed.version + build === version;
}

/** True for a range that can be used in an entitlement. */
export function isVersionRange(range: string): boolean {
  return semver.validRange(range, { includePrerelease: true }) !== null;
}

/** Whether a range admits a version. A version or range that is not well formed admits nothing. */
export function rangeAdmits(range: string, version: string): boolean {
  return parseRange(range)?.test(version) ?? false;
}

function parseRange(text: string): semver.Range | null {
  const known = parsedRanges.get(text);
  if (known !== undefined) return known;
  const isRange = isVersionRange(text);
  const range = isRange ? new semver.Range(text, { includePrerelease: true }) : null;
  if (parsedRanges.size >= parsedRangesMax) parsedRanges.clear();
  parsedRanges.set(text, range);
  return range;
}

/** Sorts newest first: by precedence, and by build metadata where that is equal. Both must be strict versions. */
export function compareVersionsNewestFirst(left: string, right: string): number {
  return semver.compareBuild(right, left);
}
