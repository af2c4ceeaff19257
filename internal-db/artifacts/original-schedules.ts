// What is done about originals by itself: whether the bucket can be used is asked also while nobody needs it, and what nothing
// needs any more is removed. Started by start-services.ts.
import { bucketLookIntervalMs, originalRemovalIntervalMs } from '../limits.ts';
import { startSchedule, type Schedule } from '../schedule.ts';
import type { ServiceContext } from '../service-context.ts';
import { removeOriginals } from './remove-originals.ts';

/** Starts it; each process looks for itself. */
export function scheduleOriginals(context: ServiceContext): Schedule[] {
  const { artifacts, log } = context;
  const looks = startSchedule({
    name: 'place of originals',
    intervalMs: bucketLookIntervalMs,
    log,
    work: () => artifacts.originals.look(),
  });
  looks.nudge();
  const removals = startSchedule({
    name: 'removal of originals',
    intervalMs: originalRemovalIntervalMs,
    log,
    work: () => removeOriginals(context),
  });
  return [looks, removals];
}
