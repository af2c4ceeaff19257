// Fetches one target of the catalog: from one source after the other, going on where the last one stopped (also after a restart),
// bounded by the catalog's size, and taken only when its SHA-256 is the catalog's. Configuration files are fetched from secure
// sources alone. Caller: the cycle. Trusts no source.
import { createHash } from 'node:crypto';
import { open, stat, statfs, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { CatalogTarget } from '#commlink/fleet/catalog-entries.ts';
import type { Source } from '#commlink/fleet/sources.ts';
import { AgentError } from '../agent-error.ts';
import { downloadRateMin, downloadSilenceMs, freeBytesKept, sourcesMax } from '../limits.ts';
import type { Disk } from '../state/disk.ts';
import { PacedFile, watchRate, type RateLimits } from './paced-file.ts';
import { fetchFrom, isSecure } from './transport.ts';

/** What to fetch, from where, and how. */
export interface Download {
  readonly target: CatalogTarget;
  /** Best first. */
  readonly sources: readonly Source[];
  readonly staging: string;
  readonly disk: Disk;
  readonly bandwidth: number | null;
  readonly signal: AbortSignal;
  readonly rate?: RateLimits;
}

/** A target that is here, whole and right. */
export interface Downloaded {
  readonly file: string;
  readonly fetchedBytes: number;
  /** How many bytes were here already from an earlier try. */
  readonly resumedBytes: number;
  /** The node that sent the end; null when it was all here. */
  readonly node: string | null;
  /** What went wrong on the way, by node. */
  readonly failures: readonly string[];
}

const digestBufferBytes = 65_536;
const rateDefault: RateLimits = { silenceMs: downloadSilenceMs, ...downloadRateMin };

/** Fetches. Throws AgentError `no_source` (with what each source did wrong) or `disk_full`. */
export async function downloadTarget(download: Download): Promise<Downloaded> {
  const { target, staging, disk } = download;
  const [file, part] = [path.join(staging, target.sha256), path.join(staging, `${target.sha256}.part`)];
  const nothing = { file, fetchedBytes: 0, resumedBytes: 0, node: null, failures: [] };
  if (await isRight(file, target)) return nothing;
  await disk.remove(file);
  await checkRoom(staging, target.sizeBytes - (await lengthOf(part)));
  const resumedBytes = await lengthOf(part);
  const failures: string[] = [];
  let fetchedBytes = 0;
  for (const source of usable(download)) {
    const tried = await fetchWhole(download, part, source);
    fetchedBytes += tried.fetchedBytes;
    if (tried.message === null) {
      await disk.sync(part);
      await disk.move(part, file);
      return { file, fetchedBytes, resumedBytes, node: source.node, failures };
    }
    failures.push(`${source.node} (${source.transport}): ${tried.message}`);
  }
  throw new AgentError('no_source', failures.join('; ').slice(0, 400) || 'No node has it yet.');
}

/** A configuration file may hold secrets: never in clear. */
function usable({ target, sources }: Download): readonly Source[] {
  const fitting = target.custom.kind === 'file' ? sources.filter(isSecure) : sources;
  return fitting.slice(0, sourcesMax);
}

interface Tried {
  /** What went wrong; null when the target is here and right. */
  readonly message: string | null;
  readonly fetchedBytes: number;
}

/** Goes on where others stopped. When the whole is wrong then, it may be theirs that is: the source begins anew, once. */
async function fetchWhole(download: Download, part: string, source: Source): Promise<Tried> {
  const { target, disk } = download;
  let fetchedBytes = 0;
  for (let isFirst = (await lengthOf(part)) > 0; ; isFirst = false) {
    const tried = await tryOne(download, part, source);
    fetchedBytes += tried.fetchedBytes;
    if (tried.message !== null) return { ...tried, fetchedBytes };
    if (await isRight(part, target)) return { message: null, fetchedBytes };
    const isShort = (await lengthOf(part)) < target.sizeBytes;
    if (isShort) return { message: 'the file ends too early', fetchedBytes };
    await disk.remove(part);
    if (!isFirst) return { message: 'the content is not what the catalog names', fetchedBytes };
  }
}

async function tryOne(
  { target, bandwidth, signal, disk, rate = rateDefault }: Download,
  part: string,
  source: Source,
): Promise<Tried> {
  if (signal.aborted) return { message: 'stopped', fetchedBytes: 0 };
  const offsetBytes = await lengthOf(part);
  const handle = await openPart(disk, part);
  const stopping = new AbortController();
  const pace = { offsetBytes, sizeBytes: target.sizeBytes, bandwidth, signal };
  const into = new PacedFile(disk, { handle, path: part }, pace);
  let slowness: AgentError | null = null;
  // An allowance below the least rate is no slowness of the source.
  const bytesPerSecond = Math.min(rate.bytesPerSecond, (bandwidth ?? Infinity) / 2);
  const watch = watchRate(into, { ...rate, bytesPerSecond }, (error) => {
    slowness = error;
    stopping.abort();
  });
  try {
    const whole = AbortSignal.any([signal, stopping.signal]);
    if (offsetBytes < target.sizeBytes) await fetchFrom(source, { offsetBytes, into, signal: whole });
    return { message: null, fetchedBytes: into.fetchedBytes };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw error;
    return { message: messageOf(slowness ?? error), fetchedBytes: into.fetchedBytes };
  } finally {
    watch.stop();
    into.destroy();
    await handle.close();
  }
}

/** What is there goes on. */
async function openPart(disk: Disk, part: string): Promise<FileHandle> {
  try {
    return await disk.create(part);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return open(part, 'r+');
    throw error;
  }
}

function messageOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  return `${code ?? ''} ${message}`
    .trim()
    .replaceAll(/[^\x20-\x7e]/g, '?')
    .slice(0, 160);
}

async function lengthOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

async function isRight(file: string, { sizeBytes, sha256 }: CatalogTarget): Promise<boolean> {
  if ((await lengthOf(file)) !== sizeBytes) return false;
  return (await digestFile(file)) === sha256;
}

/** The SHA-256 of a file, hexadecimal. One buffer serves for all of it: a stream would leave megabytes to be collected. */
export async function digestFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafeSlow(digestBufferBytes);
  const handle = await open(file, 'r');
  try {
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
}

/** Throws AgentError `disk_full` when fewer bytes are free than are needed and to be kept. */
export async function checkRoom(folder: string, neededBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= neededBytes + freeBytesKept) return;
  throw new AgentError('disk_full', `${neededBytes} bytes are needed, and ${bavail * bsize} are free.`);
}
