// Drops fetched artifacts, the one that was used longest ago first: never one that is placed here, nor one that is staged or being
// staged. Looking, writing down and removing are one synchronous step, so that no staging comes between: staging.ts looks for the
// artifact again in the transaction that records the delivery, and from then on nothing here drops it. Callers: the puller, for room and
// for the size of the cache, and `consign storeroom gc`.
import { droppedAtATime } from '../limits.ts';
import type { StagerContext } from '../stager/stager-context.ts';
import { noteLost } from './report-lost.ts';

/** What was dropped. */
export interface DroppedArtifacts {
  readonly count: number;
  readonly bytes: number;
}

/** Drops until so much is free; nothing at all when dropping everything would not be enough. Throws FtpNodeError `input_output`. */
export function makeRoomFor(context: StagerContext, wantedBytes: number): DroppedArtifacts {
  const { storeroom, kept } = context;
  const canFit = storeroom.freeBytes() + kept.summary().droppableBytes >= wantedBytes;
  return dropUntil(context, () => !canFit || storeroom.freeBytes() >= wantedBytes);
}

/** Drops until `isEnough`, or until nothing is left that may be dropped. Throws FtpNodeError `input_output`. */
export function dropUntil(context: StagerContext, isEnough: () => boolean): DroppedArtifacts {
  const dropped = { count: 0, bytes: 0 };
  while (!isEnough()) {
    const candidates = context.kept.droppable(droppedAtATime);
    if (candidates.length === 0) break;
    for (const { sha256, sizeBytes } of candidates) {
      if (isEnough()) break;
      if (!dropArtifact(context, sha256)) continue;
      dropped.count += 1;
      dropped.bytes += sizeBytes;
    }
  }
  if (dropped.count > 0) {
    context.log.info(dropped, 'artifacts were dropped to make room');
    context.wakeSender();
  }
  return dropped;
}

/**
 * Drops one, if it may be. The file goes before the commit: after a crash in between the reconciler finds it missing and tells so,
 * while the other order would leave a file that nobody would ever drop.
 */
export function dropArtifact(context: StagerContext, sha256: string): boolean {
  return context.ledger.transaction(() => {
    if (!context.kept.isDroppable(sha256)) return false;
    noteLost(context, sha256, 'dropped');
    context.storeroom.remove(sha256);
    return true;
  });
}
