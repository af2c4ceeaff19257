// What is to be done so that the appliance has what its catalog names: a pure function of the catalog, the journal and the damage that
// was found. What the catalog does not name any more stays where it is. Caller: carry-out.ts.
import type { CatalogTarget } from '#commlink/fleet/catalog-entries.ts';
import type { VerifiedCatalog } from '#commlink/fleet/tuf/verify-bundle.ts';
import type { FileTarget } from '../install/file-place.ts';
import { instructionsOf } from '../install/place-file.ts';
import type { PackageTarget } from '../install/stage-package.ts';
import { installAttemptsMax } from '../limits.ts';
import type { JournalContent } from '../state/journal.ts';

/** What is to be done. `givenUp`: what failed too often for this catalog. */
export interface Work {
  readonly packages: readonly PackageTarget[];
  readonly files: readonly FileTarget[];
  readonly givenUp: readonly CatalogTarget[];
}

/** Plans. `damaged`: target paths of what is there no more as it was installed. */
export function planWork(
  { targets }: Pick<VerifiedCatalog, 'targets'>,
  content: Pick<JournalContent, 'installed' | 'files' | 'attempts'>,
  damaged: ReadonlySet<string>,
): Work {
  const missing = targets.filter((target) => damaged.has(target.path) || !isThere(target, content));
  const isGivenUp = ({ path }: CatalogTarget): boolean => (content.attempts[path] ?? 0) >= installAttemptsMax;
  const open = missing.filter((target) => !isGivenUp(target));
  return { packages: open.filter(isPackage), files: open.filter(isFile), givenUp: missing.filter(isGivenUp) };
}

function isThere(
  { path, sha256, custom }: CatalogTarget,
  { installed, files }: Pick<JournalContent, 'installed' | 'files'>,
): boolean {
  if (custom.kind === 'package')
    return installed.some(
      (one) => one.product === custom.product && one.version === custom.version && one.sha256 === sha256,
    );
  return files.some(
    (one) => one.path === path && one.sha256 === sha256 && one.instructions === instructionsOf(custom),
  );
}

function isPackage(target: CatalogTarget): target is PackageTarget {
  return target.custom.kind === 'package';
}

function isFile(target: CatalogTarget): target is FileTarget {
  return target.custom.kind === 'file';
}
