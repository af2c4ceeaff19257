// What the pages of the fleet are made from. Called by their routes, and by live-topics.ts, so that both speak of the same.
import { ApplianceUid } from '#commlink/methods/fleet-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { compileSchema } from '#commlink/schema.ts';
import { listRefusals, showAppliance } from '../../admin/appliance-administration.ts';
import { compareVersionsNewestFirst } from '../../decision/version-range.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { ApplianceDay, BeatRecord } from '../../store/fleet-beats.ts';
import { fleetTexts } from '../texts/console-texts.ts';
import type { ApplianceView } from './appliance-page.ts';
import type { FleetView } from './fleet-page.ts';
import { daysShown, failedListedMax, missingSitesListedMax, refusalsShownMax } from './limits.ts';

const uidCheck = compileSchema('uid', ApplianceUid);

/** The overview. */
export async function readFleet(context: ServiceContext): Promise<FleetView> {
  const { appliances, fleetWatch } = context.store.read;
  const versions = await fleetWatch.versionCounts();
  return {
    counts: await appliances.counts(null),
    versions: versions.toSorted(
      (left, right) =>
        left.product.localeCompare(right.product) ||
        compareVersionsNewestFirst(left.version ?? '0.0.0-0', right.version ?? '0.0.0-0'),
    ),
    missingSites: await fleetWatch.missingSites(missingSitesListedMax),
    failed: await fleetWatch.failedInstallations(failedListedMax),
    refusals: (await listRefusals(context, { after: null, limit: refusalsShownMax })).refusals,
  };
}

/** One appliance. RpcError `not_found`. */
export async function readAppliance(context: ServiceContext, uid: string): Promise<ApplianceView> {
  if (!uidCheck.matches(uid)) throw new RpcError('not_found', fleetTexts.noSuch);
  const { beats } = context.store.read;
  const facts = await showAppliance(context, { uid });
  const today = await beats.beatOf(uid);
  const days = await beats.days(uid, daysShown - 1);
  return { facts, days: today ? [...todayOf(today), ...days] : days };
}

/** The day that goes on is in the newest beat's row, and becomes a row of its own when it is over. */
function todayOf(beat: BeatRecord): ApplianceDay[] {
  const { uid, day, dayBeatCount, dayLoadMaxPercent, dayMemoryFreeMinBytes, dayDiskFreeMinBytes } = beat;
  if (dayBeatCount === 0) return [];
  return [
    {
      uid,
      day,
      beatCount: dayBeatCount,
      loadMaxPercent: dayLoadMaxPercent,
      memoryFreeMinBytes: dayMemoryFreeMinBytes,
      diskFreeMinBytes: dayDiskFreeMinBytes,
    },
  ];
}
