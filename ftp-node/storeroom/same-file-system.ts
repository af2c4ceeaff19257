// The check at start that artifacts can be linked into the accounts directory at all. Caller: open-stager.ts.
import { randomUUID } from 'node:crypto';
import { linkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartupError } from '#commlink/process-lifecycle.ts';
import { systemCodeOf } from '../node-error.ts';

/**
 * Makes one link and removes it again: equal device numbers would not prove it (bind mounts, overlays). Throws
 * StartupError `OTHER_FILE_SYSTEM` (EXDEV), `NO_HARD_LINKS` (EPERM, EOPNOTSUPP) or `DISK_FULL`.
 */
export function assertLinkable(storeroomDirectory: string, accountsDirectory: string): void {
  // Names with a leading dot are invisible to customers, and leftovers of the storeroom's kind are removed at start.
  const name = `.incoming-${randomUUID()}`;
  const source = join(storeroomDirectory, name);
  const target = join(accountsDirectory, name);
  try {
    writeFileSync(source, '', { mode: 0o400 });
    linkSync(source, target);
  } catch (error) {
    throw explain(error, storeroomDirectory, accountsDirectory);
  } finally {
    rmSync(target, { force: true });
    rmSync(source, { force: true });
  }
}

function explain(cause: unknown, storeroom: string, accounts: string): unknown {
  const code = systemCodeOf(cause);
  if (code === 'EXDEV')
    return new StartupError(
      'OTHER_FILE_SYSTEM',
      `${storeroom} and ${accounts} are on different file systems, so files cannot be linked from one into the other. ` +
        'Put both on one file system (storeroomDirectory and accountsDirectory in the configuration).',
      { cause },
    );
  if (code === 'EPERM' || code === 'EOPNOTSUPP')
    return new StartupError(
      'NO_HARD_LINKS',
      `The file system of ${storeroom} allows no hard links. Use one that does, such as ext4 or XFS.`,
      { cause },
    );
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new StartupError(
      'DISK_FULL',
      `The disk of ${storeroom} is full. Free space on it, then start again.`,
      {
        cause,
      },
    );
  return cause;
}
