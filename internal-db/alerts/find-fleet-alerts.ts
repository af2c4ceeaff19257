// Judges what is known of the fleet: sites with appliances that are missing, one alert each, rollouts that have stopped by
// themselves, and signatures by people that end soon. Pure. Called by find-alerts.ts.
import type { MissingSite } from '../store/fleet-watch.ts';
import type { Finding } from './alert.ts';
import type { AlertFacts } from './alert-facts.ts';
import { fleetEndingMs, missingSitesToldMax } from './limits.ts';

const dayMs = 86_400_000;
const urgentDays = 7;

/** Sites and rollouts. */
export function judgeFleet({
  missingSites,
  stoppedRollouts,
}: Pick<AlertFacts, 'missingSites' | 'stoppedRollouts'>): Finding[] {
  const stopped = stoppedRollouts.map(({ id, version, stateReason }): Finding => ({
    kind: 'rollout_stopped',
    severity: 'critical',
    subject: id,
    text: `The rollout of ${version} has stopped by itself: ${stateReason}.`,
    advice: `Look at its appliances, then let it go on, abort it or roll it back: consign rollout status ${id}`,
    graceMs: 0,
  }));
  return [...stopped, ...judgeMissing(missingSites)];
}

/** After the end appliances install nothing new: they can't tell it from an old state that somebody shows them. */
export function judgeFleetEnds({ fleetEnds, nowMs }: Pick<AlertFacts, 'fleetEnds' | 'nowMs'>): Finding[] {
  return fleetEnds
    .filter(({ expiresAtMs }) => expiresAtMs - nowMs < fleetEndingMs)
    .map(({ what, expiresAtMs }): Finding => {
      const days = Math.floor((expiresAtMs - nowMs) / dayMs);
      return {
        kind: 'fleet_metadata_ending',
        severity: days < urgentDays ? 'critical' : 'warning',
        subject: what,
        text:
          days < 0
            ? `The ${what} has ended: appliances install nothing new.`
            : `The ${what} ends in ${days} days; appliances install nothing new then.`,
        advice: 'Have its holders sign it again. See: consign fleet status',
        graceMs: 0,
      };
    });
}

/** Machines that are not what they say they are. */
export function judgeStrangers({
  quarantined,
  refusedAppliances,
}: Pick<AlertFacts, 'quarantined' | 'refusedAppliances'>): Finding[] {
  const copied = quarantined.map(({ uid, name }): Finding => ({
    kind: 'appliance_quarantined',
    severity: 'critical',
    subject: uid,
    text: `Two machines use the identity of ${name}: neither gets anything new.`,
    advice: `Switch the copy off, then give the right one new keys: consign appliance restore ${uid}`,
    graceMs: 0,
  }));
  const refused = refusedAppliances.map(({ kind, senderCount }): Finding => ({
    kind: 'appliances_refused',
    severity: 'warning',
    subject: kind,
    text:
      kind === 'unknown'
        ? `Within the hour, ${senderCount} came under names that no appliance has.`
        : `Within the hour, messages came in the names of ${senderCount} appliances that these have not signed.`,
    advice: 'See from where: consign appliance refused',
    graceMs: 0,
  }));
  return [...copied, ...refused];
}

/** The watcher has waited long enough already. */
function judgeMissing(sites: readonly MissingSite[]): Finding[] {
  if (sites.length > missingSitesToldMax)
    return [
      {
        kind: 'appliances_missing',
        severity: 'critical',
        subject: 'many sites',
        text: `Appliances at more than ${missingSitesToldMax} sites have missed a beat.`,
        advice: 'So many at once: look at the web-fronts first, and at what is between them and the sites.',
        graceMs: 0,
      },
    ];
  return sites.map(({ account, site, missingCount }) => {
    const who = missingCount === 1 ? 'An appliance' : `${missingCount} appliances`;
    const where = site === null ? account : `${account}, site ${site},`;
    return {
      kind: 'appliances_missing',
      severity: 'warning',
      subject: site === null ? account : `${account}/${site}`,
      text: `${who} of ${where} ${missingCount === 1 ? 'has' : 'have'} missed a beat.`,
      advice: `See which: consign appliance list --account ${account} --missing`,
      graceMs: 0,
    };
  });
}
