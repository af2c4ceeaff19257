// The reconciler: makes the accounts directory what the ledger says, and asks internal-db whether it agrees with the
// ledger. Callers: open-stager.ts, at start, and reconcile-schedule.ts. It mends while staging goes on, so it looks at the
// ledger again, synchronously, right before each thing that it does. It trusts the ledger, then the storeroom, and no name
// on the disk.
import { lstatSync, rmSync } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { reportMissing } from '../artifacts/report-lost.ts';
import type { DeliveryRecord } from '../ledger/delivery-records.ts';
import { reconcilePageDeliveries } from '../limits.ts';
import { systemCodeOf } from '../node-error.ts';
import { parseStagedPlace } from './staged-place.ts';
import { finishStaging } from './staging.ts';
import type { StagerContext } from './stager-context.ts';
import { endDeliveries, unlinkUnlessLive } from './unstaging.ts';

/** What one run found and mended. All zero when nothing was wrong. */
export interface ReconcileResult {
  /** Artifacts that were gone from the storeroom and were put back from a customer's link. */
  readonly rescuedCount: number;
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
  // First, because a link without its artifact counts as unrecorded, and may be all that is left of it.
  const rescuedCount = await rescueArtifacts(context);
  const removedCount = await removeUnrecorded(context, '');
  const { relinkedCount, failedCount } = await restoreRecorded(context);
  await reportMissingArtifacts(context);
  const strayLinkCount = countStrayLinks(context);
  const result = { rescuedCount, removedCount, relinkedCount, failedCount, strayLinkCount };
  if (Object.values(result).some((count) => count > 0))
    context.log.warn(result, 'the reconciler found differences between ledger and disk, and mended them');
  return result;
}

/** Puts artifacts that somebody removed from the storeroom back, where a live delivery still has a link to them. */
async function rescueArtifacts(context: StagerContext): Promise<number> {
  let rescuedCount = 0;
  for (const { account, path, sha256 } of recordedDeliveries(context)) {
    const place = parseStagedPlace(account, path);
    if (place === null || context.storeroom.inodesOf(sha256).length > 0) continue;
    const file = join(context.links.directory, place.relative);
    if (!(await context.storeroom.takeBack(sha256, file))) continue;
    rescuedCount += 1;
    context.log.warn(
      { sha256 },
      "an artifact was gone from the storeroom; it is back from a customer's link",
    );
  }
  return rescuedCount;
}

/** Tells internal-db of artifacts that were fetched and are gone. */
async function reportMissingArtifacts(context: StagerContext): Promise<void> {
  for (let after = ''; ;) {
    const page = context.kept.page(after, reconcilePageDeliveries);
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.sha256;
    for (const { sha256 } of page) await reportMissing(context, sha256);
  }
}

/** All deliveries in the order of their ids, a page at a time; those that come meanwhile may be missing. */
function* recordedDeliveries(context: StagerContext): Generator<DeliveryRecord> {
  for (let after = ''; ;) {
    const page = context.deliveries.page(after, reconcilePageDeliveries);
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.delivery;
  }
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
  for (const { delivery } of recordedDeliveries(context)) {
    const mended = await restoreDelivery(context, delivery);
    if (mended === 'relinked') relinkedCount += 1;
    if (mended === 'failed') failedCount += 1;
  }
  return { relinkedCount, failedCount };
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
