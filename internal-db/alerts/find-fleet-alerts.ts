// Judges what is known of the fleet: sites with appliances that are missing, one alert each, rollouts that have stopped by
// themselves, and signatures by people that end soon. Pure. Called by find-alerts.ts.
import type { MissingSite } from '../store/fleet-watch.ts';
import { alertTexts } from '../texts/service-texts.ts';
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
    ...alertTexts.rolloutStopped({ id, version, reason: stateReason }),
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
        ...alertTexts.fleetEnding(what, days),
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
    ...alertTexts.applianceCopied({ uid, name }),
    graceMs: 0,
  }));
  const refused = refusedAppliances.map(({ kind, senderCount }): Finding => ({
    kind: 'appliances_refused',
    severity: 'warning',
    subject: kind,
    ...alertTexts.strangers(kind, senderCount),
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
        ...alertTexts.manySitesMissing(missingSitesToldMax),
        graceMs: 0,
      },
    ];
  return sites.map(({ account, site, missingCount }) => ({
    kind: 'appliances_missing',
    severity: 'warning',
    subject: site === null ? account : `${account}/${site}`,
    ...alertTexts.siteMissing(account, site, missingCount),
    graceMs: 0,
  }));
}
