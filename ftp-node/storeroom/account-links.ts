// The hard links in the accounts directory: made and removed here and nowhere else, synchronously, so that nothing
// can happen between looking and doing. Callers: the stager and the reconciler. Trusts StagedPlace, which is parsed.
import { chmodSync, linkSync, lstatSync, mkdirSync, rmdirSync, unlinkSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { asFtpNodeError, FtpNodeError, systemCodeOf } from '../node-error.ts';
import type { StagedPlace } from '../stager/staged-place.ts';
import type { Storeroom } from './storeroom.ts';

/** The links of all accounts. */
export interface AccountLinks {
  readonly directory: string;
  /**
   * Makes the link unless it is there. `publishedAtMs` becomes the time of an inode that has no other link, so that FTP
   * and SFTP listings show it; an inode that customers see already keeps its time. Throws FtpNodeError:
   * `artifact_missing`, `path_taken`, `disk_full`, `other_file_system`, `input_output`. Returns 'links_used_up' when
   * every inode of the artifact has all the links that the file system allows (EMLINK).
   */
  link(place: StagedPlace, artifact: { sha256: string; publishedAtMs: number }): 'linked' | 'links_used_up';
  /** Makes the account's directory unless it is there. */
  makeAccount(account: string): void;
  /** Removes the link, if it is there, and the directories that it leaves empty. */
  unlink(place: StagedPlace): void;
  /** True when the place holds a link to one of the artifact's inodes. */
  isLinked(place: StagedPlace, sha256: string): boolean;
  /** Removes directories that are empty, from `relative` up to but without the accounts directory. */
  prune(relative: string): void;
}

/** Opens (and makes) the accounts directory, 0755: session users walk through it, and only its owner writes. */
export function openAccountLinks(directory: string, storeroom: Storeroom): AccountLinks {
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  chmodSync(directory, 0o755);
  const prune = (relative: string): void => pruneEmpty(directory, relative);
  return {
    directory,
    prune,
    makeAccount: (account) => makeDirectories(join(directory, account)),
    link: (place, artifact) => {
      const target = join(directory, place.relative);
      try {
        return linkArtifact(storeroom, artifact, target);
      } catch (error) {
        prune(dirname(place.relative));
        throw asFtpNodeError(error);
      }
    },
    unlink: (place) => {
      removeIfThere(join(directory, place.relative));
      prune(dirname(place.relative));
    },
    isLinked: (place, sha256) => isLinkOf(storeroom, sha256, join(directory, place.relative)),
  };
}

function linkArtifact(
  storeroom: Storeroom,
  { sha256, publishedAtMs }: { sha256: string; publishedAtMs: number },
  target: string,
): 'linked' | 'links_used_up' {
  const inodes = storeroom.inodesOf(sha256);
  if (inodes.length === 0)
    throw new FtpNodeError(
      'artifact_missing',
      'The file is not in the storeroom of this node. Publish it again.',
    );
  if (lstatSync(target, { throwIfNoEntry: false }) !== undefined) {
    if (isLinkOf(storeroom, sha256, target)) return 'linked';
    throw new FtpNodeError('path_taken', 'Another file is staged at this place. Wait until it has expired.');
  }
  makeDirectories(dirname(target));
  // The newest inode first: the older ones are those whose links were used up.
  for (const { file, stats } of inodes.toReversed()) {
    try {
      if (stats.nlink === 1n) utimesSync(file, publishedAtMs / 1000, publishedAtMs / 1000);
      linkSync(file, target);
      return 'linked';
    } catch (error) {
      if (systemCodeOf(error) !== 'EMLINK') throw error;
    }
  }
  return 'links_used_up';
}

/** Whatever the umask is, a session user must be able to walk through. */
function makeDirectories(directory: string): void {
  if (lstatSync(directory, { throwIfNoEntry: false })?.isDirectory()) return;
  makeDirectories(dirname(directory));
  mkdirSync(directory, { mode: 0o755 });
  chmodSync(directory, 0o755);
}

function isLinkOf(storeroom: Storeroom, sha256: string, target: string): boolean {
  const there = lstatSync(target, { bigint: true, throwIfNoEntry: false });
  return (
    there !== undefined &&
    storeroom.inodesOf(sha256).some(({ stats }) => stats.ino === there.ino && stats.dev === there.dev)
  );
}

function removeIfThere(target: string): void {
  try {
    unlinkSync(target);
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT' && systemCodeOf(error) !== 'ENOTDIR') throw asFtpNodeError(error);
  }
}

function pruneEmpty(directory: string, relative: string): void {
  for (let place = relative; place !== '.' && place !== '' && place !== '/'; place = dirname(place)) {
    try {
      rmdirSync(join(directory, place));
    } catch (error) {
      const code = systemCodeOf(error);
      if (code === 'ENOTEMPTY' || code === 'EEXIST') return;
      if (code !== 'ENOENT' && code !== 'ENOTDIR') throw asFtpNodeError(error);
    }
  }
}
