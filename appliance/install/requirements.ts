// What a package asks for before it is installed: other products, and versions of its own to come from. Callers: the installer.
// The one door to the library of version ranges.
import { lt, satisfies, validRange } from 'semver';
import type { Manifest } from '#commlink/fleet/package/manifest.ts';

const options = { includePrerelease: true } as const;

/**
 * What is missing for this package, as a sentence; null when nothing is. `installed`: versions by product. Back to an older version, or
 * to the same one, there are no steps between.
 */
export function findUnmet(manifest: Manifest, installed: ReadonlyMap<string, string>): string | null {
  const { product, version: wanted, from, requires } = manifest;
  const own = installed.get(product);
  if (from !== null && own !== undefined && lt(own, wanted) && !fits(own, from))
    return `It follows ${from}, and ${own} is installed.`;
  for (const { product: needed, range } of requires) {
    const version = installed.get(needed);
    if (version === undefined || !fits(version, range))
      return `It needs ${needed} ${range}, and ${version ?? 'none'} is installed.`;
  }
  return null;
}

/** A range that is none fits nothing. */
function fits(version: string, range: string): boolean {
  return validRange(range) !== null && satisfies(version, range, options);
}
