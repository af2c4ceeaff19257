// Who is behind, and why: what is known of an appliance and what was chosen for it, in one word. Pure. Called by list-behind.ts and
// for an appliance's page.
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
