// Keeps the fleet's metadata as any internal-db has changed it, and, by one of them, from ending. Called by start-services.ts.
import { startSchedule, type Schedule } from '../../schedule.ts';
import type { ServiceContext } from '../../service-context.ts';
import { metadataFollowIntervalMs } from './limits.ts';

/** Starts it. */
export function scheduleMetadata({ store, log, fleetMetadata }: ServiceContext): Schedule {
  return startSchedule({
    name: 'metadata of the fleet',
    intervalMs: metadataFollowIntervalMs,
    log,
    work: async () => {
      await fleetMetadata.follow();
      if (store.leadership.isOurs) await fleetMetadata.renew();
    },
  });
}
