// The reconciler: makes the accounts directory what the ledger says, and asks internal-db whether it agrees with the
// ledger. Callers: main.ts, at start and on a schedule. It mends while staging goes on, so it looks at the ledger again,
// synchronously, right before each thing that it does. It trusts the ledger, then the storeroom, and no name on the disk.
import { lstatSync, rmSync } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { reconcilePageDeliveries } from '../limits.ts';
import { systemCodeOf } from '../node-error.ts';
import { parseStagedPlace } from './staged-place.ts';
import { finishStaging } from './staging.ts';
import type { StagerContext } from './stager-context.ts';
import { endDeliveries, unlinkUnlessLive } from './unstaging.ts';

/** What one run found and mended. All zero when nothing was wrong. */
export interface ReconcileResult {
  /** Found in the accounts directory without a record, or in place of a recorded file: removed. */
  readonly removedCount: number;
  /** Recorded without a link: linked again. */
  readonly relinkedCount: number;
  /** Recorded, but the artifact is gone: ended, and reported as failed. */
  readonly failedCount: number;
  /** Artifacts whose inodes have other links than those of live deliveries: only said, since nobody knows whose. */
  readonly strayLinkCount: number;
}

/** Compares and mends once. */
export async function reconcileDisk(context: StagerContext): Promise<ReconcileResult> {
  const removedCount = await removeUnrecorded(context, '');
  const { relinkedCount, failedCount } = await restoreRecorded(context);
  const strayLinkCount = countStrayLinks(context);
  const result = { removedCount, relinkedCount, failedCount, strayLinkCount };
  if (Object.values(result).some((count) => count > 0))
    context.log.warn(result, 'the reconciler found differences between ledger and disk, and mended them');
  return result;
}

/** Walks the accounts directory without following links; one directory in memory at a time. */
async function removeUnrecorded(context: StagerContext, relative: string): Promise<number> {
  let removedCount = 0;
  for (const name of await entryNames(join(context.links.directory, relative))) {
    const place = relative === '' ? name : `${relative}/${name}`;
    const stats = lstatSync(join(context.links.directory, place), { throwIfNoEntry: false });
    if (stats?.isDirectory()) {
      removedCount += await removeUnrecorded(context, place);
      context.links.prune(place);
    } else if (stats !== undefined && !isRecorded(context, place)) {
      rmSync(join(context.links.directory, place), { force: true });
      removedCount += 1;
    }
  }
  return removedCount;
}

async function entryNames(directory: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const entry of await opendir(directory)) names.push(entry.name);
  } catch (error) {
    // Pruned since it was seen.
    if (systemCodeOf(error) !== 'ENOENT') throw error;
  }
  return names;
}

/** True when this is a link to the artifact of a live delivery of exactly this place. */
function isRecorded(context: StagerContext, relative: string): boolean {
  const slash = relative.indexOf('/');
  const place = slash < 0 ? null : parseStagedPlace(relative.slice(0, slash), relative.slice(slash + 1));
  if (place === null) return false;
  const [record] = context.deliveries.at(place.account, place.path);
  return record !== undefined && context.links.isLinked(place, record.sha256);
}

async function restoreRecorded(
  context: StagerContext,
): Promise<{ relinkedCount: number; failedCount: number }> {
  let relinkedCount = 0;
  let failedCount = 0;
  let after = '';
  for (;;) {
    const page = context.deliveries.page(after, reconcilePageDeliveries);
    for (const { delivery } of page) {
      const mended = await restoreDelivery(context, delivery);
      if (mended === 'relinked') relinkedCount += 1;
      if (mended === 'failed') failedCount += 1;
    }
    const last = page.at(-1);
    if (last === undefined) return { relinkedCount, failedCount };
    after = last.delivery;
  }
}

async function restoreDelivery(
  context: StagerContext,
  delivery: string,
): Promise<'unchanged' | 'relinked' | 'failed'> {
  const record = context.deliveries.find(delivery);
  if (record === null || record.stagedUntilMs <= context.now()) return 'unchanged';
  const place = parseStagedPlace(record.account, record.path);
  if (place === null) {
    await endDeliveries(context, [{ delivery, reason: 'unknown' }]);
    return 'failed';
  }
  if (record.state === 'staged' && context.links.isLinked(place, record.sha256)) return 'unchanged';
  const result = await finishStaging(context, record, place);
  if (result.staged) return 'relinked';
  unlinkUnlessLive(context, record.account, record.path);
  return 'failed';
}

/** Every artifact's inodes have one link each in the storeroom, and one for each live (account, path). */
function countStrayLinks(context: StagerContext): number {
  let strayCount = 0;
  for (const sha256 of context.storeroom.digests()) {
    const inodes = context.storeroom.inodesOf(sha256);
    const links = inodes.reduce((sum, { stats }) => sum + Number(stats.nlink), 0);
    const expected = inodes.length + context.deliveries.countPlaces(sha256);
    if (links === expected) continue;
    strayCount += 1;
    context.log.warn(
      { sha256, links, expected },
      'an artifact has another number of links than was recorded',
    );
  }
  return strayCount;
}
