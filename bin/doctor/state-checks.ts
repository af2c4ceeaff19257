// The checks of `consign doctor` on the state directory: whose it is, one file system for storeroom and accounts, hard
// links between them, free space.
import { randomBytes } from 'node:crypto';
import { linkSync, lstatSync, readdirSync, rmSync, statSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readStateVersion, stateVersion } from '#deploy/state-directory.ts';
import { freeBytesWarn } from '../limits.ts';
import { formatBytes } from '../text.ts';
import { elsewhere, fail, hasProgram, ok, warn, type Finding, type Patient } from './check.ts';

const othersMask = 0o077;
/** What other users must never read; session servers' directories are below the accounts directory. */
const privateName = /(?:\.key|-key\.pem|_key|\.db|\.sock|config\.json|first-logins\.json)$/;
/** Folders that hold an operator's key, or a node's share of the configuration: all of it is private. */
const privateFolders: readonly string[] = ['operator', 'configuration'];

/** The state's version. */
export function checkStateVersion({ layout }: Patient): Finding {
  const version = readStateVersion(layout);
  if (version === null) {
    const advice = 'Name the state directory with --state or CONSIGN_STATE, or start one with npm start.';
    return fail('state', `${layout.directory} is no state of Consign`, advice);
  }
  if (version > stateVersion) {
    return fail('state', `layout ${version}, of a newer Consign`, 'Use that Consign. Nothing was changed.');
  }
  return ok('state', `${layout.directory}, layout ${version}`);
}

/** That nobody but the owner reads the state: 0700 and 0600. */
export function checkPermissions({ layout }: Patient): Finding {
  const open = findExposed(layout.directory, layout.accountsDirectory);
  if ((statSync(layout.directory).mode & othersMask) !== 0) open.unshift(layout.directory);
  const [first] = open;
  if (first === undefined) return ok('permissions', 'only the owner can read keys and data');
  const more = open.length > 1 ? ` and ${open.length - 1} more` : '';
  return fail('permissions', `others can reach ${first}${more}`, `Run: chmod go-rwx ${first}`);
}

function findExposed(directory: string, except: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    const isOpen = (lstatSync(path).mode & othersMask) !== 0;
    if (!entry.isDirectory()) return isOpen && privateName.test(entry.name) ? [path] : [];
    if (isOpen && privateFolders.includes(entry.name)) return [path];
    return path === except ? [] : findExposed(path, except);
  });
}

/** Staging is a hard link: storeroom and accounts must be on one file system that can link. */
export function checkHardLinks({ layout }: Patient): Finding {
  if (!hasProgram(layout, 'ftp-node')) return elsewhere('hard links');
  const name = `.doctor-${randomBytes(6).toString('hex')}`;
  const from = join(layout.storeroomDirectory, name);
  const to = join(layout.accountsDirectory, name);
  try {
    writeFileSync(from, '', { mode: 0o400 });
    linkSync(from, to);
    return ok('hard links', 'from the storeroom into the accounts directory');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const advice =
      code === 'EXDEV'
        ? 'They are on two file systems. Put both on one.'
        : 'Check the owner, the free space, and that the file system can make hard links.';
    return fail('hard links', `a file of the storeroom can't be linked (${code})`, advice);
  } finally {
    rmSync(to, { force: true });
    rmSync(from, { force: true });
  }
}

/** Room for more artifacts, and for the database. */
export function checkFreeSpace({ layout }: Patient): Finding {
  const { bavail, bsize } = statfsSync(layout.directory);
  const freeBytes = bavail * bsize;
  const detail = `${formatBytes(freeBytes)} free`;
  if (freeBytes >= freeBytesWarn) return ok('disk', detail);
  return warn('disk', detail, 'Make room, or move the state to a larger disk.');
}
