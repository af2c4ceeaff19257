// Who is behind, and why: what is known of an appliance and what was chosen for it, in one word. Pure. Called by list-behind.ts.
import type { Beat, WaitingPackage } from '#commlink/fleet/beat.ts';
import { packagePlaceOf } from '#commlink/fleet/fleet-names.ts';
import type { RunningProduct } from '../../store/fleet-watch.ts';
import type { ChoiceReason, ChosenVersion } from './choose-version.ts';

/**
 * Beside the reasons of a choice:
 * - `quarantined`  it gets nothing new
 * - `missing`      it was not heard of in time
 * - `failed`       it has tried, and the installation failed
 * - `installing`   its catalog names the version, and no beat has confirmed it yet
 * - `not_asked`    it has not fetched that catalog yet
 */
export type Standing =
  ChoiceReason | 'quarantined' | 'missing' | 'failed' | 'installing' | 'not_asked' | 'no_rollout';

/**
 * Of `installing`, where the appliance has said more:
 * - `unmet_dependency`  the version needs another package, or another version before
 * - `outside_window`    it waits for its maintenance window
 * - `no_source`         nobody gave it the package whole and right
 * - `disk_full`         there is no room for it
 * - `bad_package`       what it got is damaged
 */
const waitingReasons = ['unmet_dependency', 'outside_window'] as const;
const troubleReasons = ['no_source', 'disk_full', 'bad_package'] as const;
type WaitingReason = (typeof waitingReasons)[number] | (typeof troubleReasons)[number];

/** Null: it has what is newest for it. `newest`: of the releases that it may have. */
export function explainStanding(
  appliance: Pick<
    RunningProduct,
    'state' | 'missingSinceMs' | 'sentVersion' | 'confirmedVersion' | 'outcome' | 'outcomeVersion'
  >,
  chosen: ChosenVersion,
  newest: string | null,
): Standing | null {
  const { state, missingSinceMs, sentVersion, confirmedVersion, outcome, outcomeVersion } = appliance;
  const { version, reason } = chosen;
  const isOffered = version !== null && version !== confirmedVersion;
  if (!isOffered && confirmedVersion === newest) return null;
  if (state === 'quarantined') return 'quarantined';
  if (missingSinceMs !== null) return 'missing';
  if (!isOffered) return reason === 'rollout' ? 'no_rollout' : reason;
  if (outcomeVersion === version && outcome !== 'installed') return 'failed';
  return sentVersion === version ? 'installing' : 'not_asked';
}

/**
 * Why an appliance has its catalog and does not install: what its newest beat says of this version, in a word that is known and its own
 * sentence. Null when it says nothing. `report`: a BeatRecord's.
 */
export function explainWaiting(
  report: string,
  wanted: { readonly product: string; readonly version: string | null },
): { readonly why: WaitingReason; readonly detail: string } | null {
  const { waiting = [], problems = [] } = JSON.parse(report) as Partial<Pick<Beat, 'waiting' | 'problems'>>;
  const isWanted = ({ path }: WaitingPackage): boolean => {
    const place = packagePlaceOf(path);
    return place?.product === wanted.product && place.version === wanted.version;
  };
  const { code, about = '' } = waiting.find(isWanted) ?? {};
  const why = waitingReasons.find((reason) => reason === code);
  if (why !== undefined) return { why, detail: about };
  // An attempt that failed is told in the beat after it, and made again before the next: `about` begins with the package's path.
  const place = `${wanted.product}/${wanted.version}/`;
  const trouble = problems.findLast((problem) => problem.about.startsWith(place) && isTrouble(problem.code));
  const reason = troubleReasons.find((each) => each === trouble?.code);
  return trouble === undefined || reason === undefined
    ? null
    : { why: reason, detail: trouble.about.slice(trouble.about.indexOf(': ') + 2) };
}

function isTrouble(code: string): boolean {
  return (troubleReasons as readonly string[]).includes(code);
}
