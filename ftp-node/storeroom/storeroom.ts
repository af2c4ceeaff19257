// The storeroom: each artifact is one file named by its SHA-256, read-only, owned by the stager. Callers: the ingest
// server (adds), the stager and the reconciler (look up). Trusts the name of what is there, because nothing gets a
// digest for a name before its bytes were hashed, fsynced and made read-only.
import { createHash, randomUUID } from 'node:crypto';
import {
  chmodSync,
  constants,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  type BigIntStats,
} from 'node:fs';
import { copyFile, link, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { inodesPerArtifactMax } from '../limits.ts';
import { FtpNodeError, asFtpNodeError, systemCodeOf } from '../node-error.ts';
import { syncDirectory, writeIncoming } from './write-incoming.ts';

/** One inode of an artifact: where it is, and what the file system says about it. */
export interface ArtifactInode {
  readonly file: string;
  readonly stats: BigIntStats;
}

/** What the storeroom holds and how much more fits. */
export interface StoreroomDescription {
  readonly artifactCount: number;
  readonly totalBytes: number;
  readonly freeBytes: number;
}

/** What came of an ingest; `added` is false when the same bytes were there already. */
export interface IngestResult {
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly added: boolean;
}

/** An artifact that was damaged: its name, and what is there under it. */
export interface QuarantinedArtifact {
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly sinceMs: number;
}

/** An opened storeroom. */
export interface Storeroom {
  readonly directory: string;
  /**
   * Takes the whole of `content` in. It is visible under its digest only when all of it is on the disk. Throws
   * FtpNodeError `disk_full`, `interrupted` (the content ended with an error), `input_output`.
   */
  ingest(content: AsyncIterable<Uint8Array>): Promise<IngestResult>;
  /** The artifact's inodes, oldest first; empty when it is not here. */
  inodesOf(sha256: string): ArtifactInode[];
  /** Makes another inode of an artifact whose links are used up (EMLINK), as a clone where the file system can. */
  addInode(sha256: string): Promise<void>;
  /**
   * Takes `file`, a link of an artifact that is not here any more, back in when its bytes are the artifact's; says
   * whether they were. Throws FtpNodeError `input_output`, `disk_full`.
   */
  takeBack(sha256: string, file: string): Promise<boolean>;
  /** Removes all inodes of an artifact; customers' links to them stay. Throws FtpNodeError `input_output`. */
  remove(sha256: string): void;
  /** Puts an artifact that is damaged aside, where nobody takes it for one, for people to look at. Throws as `remove`. */
  quarantine(sha256: string): void;
  /** Those that were put aside. */
  quarantined(): QuarantinedArtifact[];
  /** Removes one of them; says whether it was there. Throws as `remove`. */
  discardQuarantined(sha256: string): boolean;
  /** Where an artifact arrives that is fetched piece by piece (pull-artifact.ts); it survives a restart. */
  arriving(sha256: string): string;
  /** Removes what arrived of artifacts other than these. */
  discardArriving(wanted: ReadonlySet<string>): void;
  /** Digests of all artifacts, in no order. */
  digests(): Set<string>;
  describe(): StoreroomDescription;
  freeBytes(): number;
}

/** `<digest>` for the first inode, `<digest>.2` and so on for further ones. */
const artifactName = /^([0-9a-f]{64})(?:\.\d{1,4})?$/;
const incomingPrefix = '.incoming-';
const arrivingPrefix = '.arriving-';
const quarantinePrefix = '.quarantine-';
const readOnly = 0o444;

/** Opens (and makes, 0700: session users reach artifacts through links alone) the storeroom; removes a crash's leftovers. */
export function openStoreroom(directory: string): Storeroom {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(directory))
    if (name.startsWith(incomingPrefix)) rmSync(join(directory, name), { force: true });
  return {
    directory,
    ingest: (content) => ingestArtifact(directory, content),
    inodesOf: (sha256) => listInodes(directory, sha256),
    addInode: (sha256) => addInode(directory, sha256),
    takeBack: (sha256, file) => takeBack(directory, sha256, file),
    remove: (sha256) => removeInodes(directory, sha256),
    quarantine: (sha256) => quarantine(directory, sha256),
    quarantined: () => listQuarantined(directory),
    discardQuarantined: (sha256) => discardQuarantined(directory, sha256),
    arriving: (sha256) => join(directory, `${arrivingPrefix}${sha256}`),
    discardArriving: (wanted) => discardArriving(directory, wanted),
    digests: () => listDigests(directory),
    describe: () => describeStoreroom(directory),
    freeBytes: () => freeBytesOf(directory),
  };
}

async function ingestArtifact(directory: string, content: AsyncIterable<Uint8Array>): Promise<IngestResult> {
  const incoming = join(directory, `${incomingPrefix}${randomUUID()}`);
  try {
    const { sha256, sizeBytes } = await writeIncoming(incoming, content);
    if (listInodes(directory, sha256).some(({ stats }) => stats.size === BigInt(sizeBytes)))
      return { sha256, sizeBytes, added: false };
    // rename(2) is what makes the artifact visible, whole; syncing the directory makes that last.
    await rename(incoming, join(directory, sha256));
    await syncDirectory(directory);
    return { sha256, sizeBytes, added: true };
  } catch (error) {
    throw asFtpNodeError(error);
  } finally {
    await rm(incoming, { force: true });
  }
}

function inodeFile(directory: string, sha256: string, number: number): string {
  return join(directory, number === 1 ? sha256 : `${sha256}.${number}`);
}

function listInodes(directory: string, sha256: string): ArtifactInode[] {
  const inodes: ArtifactInode[] = [];
  for (let number = 1; number <= inodesPerArtifactMax; number += 1) {
    const file = inodeFile(directory, sha256, number);
    const stats = lstatSync(file, { bigint: true, throwIfNoEntry: false });
    if (stats === undefined || !stats.isFile()) break;
    inodes.push({ file, stats });
  }
  return inodes;
}

async function addInode(directory: string, sha256: string): Promise<void> {
  const inodes = listInodes(directory, sha256);
  const newest = inodes.at(-1);
  if (newest === undefined || inodes.length >= inodesPerArtifactMax)
    throw new FtpNodeError('artifact_missing', 'The artifact cannot be linked any more on this node.');
  const incoming = join(directory, `${incomingPrefix}${randomUUID()}`);
  try {
    await copyFile(newest.file, incoming, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    chmodSync(incoming, readOnly);
    await using handle = await open(incoming, 'r');
    await handle.utimes(Number(newest.stats.atimeMs) / 1000, Number(newest.stats.mtimeMs) / 1000);
    await handle.sync();
    await rename(incoming, inodeFile(directory, sha256, inodes.length + 1));
    await syncDirectory(directory);
  } catch (error) {
    throw asFtpNodeError(error);
  } finally {
    await rm(incoming, { force: true });
  }
}

async function takeBack(directory: string, sha256: string, file: string): Promise<boolean> {
  try {
    await using handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const { ino, dev } = await handle.stat({ bigint: true });
    const hash = createHash('sha256');
    await pipeline(handle.createReadStream({ autoClose: false }), hash);
    if (hash.digest('hex') !== sha256) return false;
    const target = inodeFile(directory, sha256, 1);
    await link(file, target);
    const linked = lstatSync(target, { bigint: true });
    if (linked.ino === ino && linked.dev === dev) {
      await syncDirectory(directory);
      return true;
    }
    await rm(target);
    return false;
  } catch (error) {
    // Gone, exchanged, or published again meanwhile.
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EEXIST'].includes(systemCodeOf(error) ?? '')) return false;
    throw asFtpNodeError(error);
  }
}

/** The last inode first: the others are only found from the first on. */
function removeInodes(directory: string, sha256: string): void {
  try {
    for (const { file } of listInodes(directory, sha256).toReversed()) rmSync(file, { force: true });
  } catch (error) {
    throw asFtpNodeError(error);
  }
}

/** One copy is enough to look at. */
function quarantine(directory: string, sha256: string): void {
  try {
    for (const { file } of listInodes(directory, sha256).toReversed())
      renameSync(file, join(directory, `${quarantinePrefix}${sha256}`));
  } catch (error) {
    throw asFtpNodeError(error);
  }
}

function listQuarantined(directory: string): QuarantinedArtifact[] {
  return readdirSync(directory)
    .filter((name) => name.startsWith(quarantinePrefix))
    .map((name) => {
      const { size, ctimeMs } = lstatSync(join(directory, name));
      const sha256 = name.slice(quarantinePrefix.length);
      return { sha256, sizeBytes: size, sinceMs: Math.round(ctimeMs) };
    })
    .toSorted((left, right) => left.sinceMs - right.sinceMs);
}

function discardQuarantined(directory: string, sha256: string): boolean {
  const file = join(directory, `${quarantinePrefix}${sha256}`);
  if (lstatSync(file, { throwIfNoEntry: false }) === undefined) return false;
  try {
    rmSync(file, { force: true });
    return true;
  } catch (error) {
    throw asFtpNodeError(error);
  }
}

function discardArriving(directory: string, wanted: ReadonlySet<string>): void {
  for (const name of readdirSync(directory))
    if (name.startsWith(arrivingPrefix) && !wanted.has(name.slice(arrivingPrefix.length)))
      rmSync(join(directory, name), { force: true });
}

function listDigests(directory: string): Set<string> {
  const digests = new Set<string>();
  for (const name of readdirSync(directory)) {
    const digest = artifactName.exec(name)?.[1];
    if (digest !== undefined) digests.add(digest);
  }
  return digests;
}

function describeStoreroom(directory: string): StoreroomDescription {
  const digests = listDigests(directory);
  let totalBytes = 0;
  for (const digest of digests) totalBytes += Number(listInodes(directory, digest)[0]?.stats.size ?? 0);
  return { artifactCount: digests.size, totalBytes, freeBytes: freeBytesOf(directory) };
}

/** Space for an unprivileged writer (statfs(2), f_bavail), in bytes. */
function freeBytesOf(directory: string): number {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOSYS') return Number.MAX_SAFE_INTEGER;
    throw asFtpNodeError(error);
  }
}
