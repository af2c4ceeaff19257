// How a rollout goes on by itself: from how far it has come and what became of its appliances to its next progress, or null when
// nothing changes. Pure. Called by the watcher, and again by internal-db before it writes.
import { isWindowOpen } from '#commlink/fleet/maintenance-window.ts';
import type {
  RolloutProgress,
  RolloutRecord,
  StopThresholds,
  TroubledAccount,
  WaveCounts,
} from '../../store/rollouts.ts';
import { settledPercentMin, unsettledWaveMsMax } from './limits.ts';

/** What it is judged from. `releaseState`: of the release that it brings. */
export interface RolloutFacts {
  readonly nowMs: number;
  readonly rollout: RolloutRecord;
  readonly releaseState: 'draft' | 'published' | 'withdrawn';
  readonly counts: WaveCounts;
  /** Whose appliances failed or fell silent: who stops it is to be seen. */
  readonly troubled: readonly TroubledAccount[];
}

/** The next progress of a running rollout: it stops, its wave has settled, the next wave begins, or all is done. */
export function advanceRollout(facts: RolloutFacts): RolloutProgress | null {
  const { rollout, nowMs, releaseState, counts } = facts;
  if (rollout.state !== 'running') return null;
  const stop = whyStop(facts);
  if (stop !== null)
    return { ...progressOf(rollout), state: 'stopped', stateReason: stop, stateSinceMs: nowMs };
  // A draft may have its rollout already: it begins when it is published.
  if (releaseState === 'draft') return null;
  if (rollout.waveCount === 0) return openWave(facts);
  if (rollout.waveSettledAtMs === null) {
    if (hasSettled(counts)) return { ...progressOf(rollout), waveSettledAtMs: nowMs };
    if (!isStuck(facts)) return null;
    const stateReason = `${explainFailures(facts)}, and nobody else is left in the wave`;
    return { ...progressOf(rollout), state: 'stopped', stateReason, stateSinceMs: nowMs };
  }
  const soakMs = rollout.waves[rollout.waveCount - 1]?.soakMs ?? 0;
  if (nowMs - rollout.waveSettledAtMs < soakMs) return null;
  if (rollout.waveCount < rollout.waves.length) return openWave(facts);
  return {
    ...progressOf(rollout),
    state: 'completed',
    stateReason: 'all waves have settled',
    stateSinceMs: nowMs,
  };
}

/** How far it has come, as it stands. */
export function progressOf(rollout: RolloutRecord): RolloutProgress {
  const { state, waveCount, openPercent, waveOpenedAtMs, waveSettledAtMs, stateReason, stateSinceMs } =
    rollout;
  return { state, waveCount, openPercent, waveOpenedAtMs, waveSettledAtMs, stateReason, stateSinceMs };
}

function openWave({ rollout, nowMs }: RolloutFacts): RolloutProgress | null {
  const wave = rollout.waves[rollout.waveCount];
  if (wave === undefined || !isWindowOpen(rollout.windows, nowMs)) return null;
  return {
    ...progressOf(rollout),
    waveCount: rollout.waveCount + 1,
    openPercent: wave.percent,
    waveOpenedAtMs: nowMs,
    waveSettledAtMs: null,
  };
}

/** Enough of those who may have it have it. A wave that is nobody's has settled; whoever is missing is not waited for. */
function hasSettled({ sent, pending, missing, installed }: WaveCounts): boolean {
  return installed * 100 >= (sent + pending - missing) * settledPercentMin;
}

/** Below the thresholds, and yet it can't settle by itself: all have told what became of them, some time ago. */
function isStuck({ rollout, nowMs, counts }: RolloutFacts): boolean {
  const { sent, pending, missing, installed, failed } = counts;
  if (nowMs - (rollout.waveOpenedAtMs ?? nowMs) < unsettledWaveMsMax) return false;
  return failed > 0 && pending === 0 && installed + failed + missing >= sent;
}

function explainFailures({ counts: { failed, installed }, troubled }: RolloutFacts): string {
  return `${failed} of ${failed + installed} installations failed${nameAccounts(troubled)}`;
}

function whyStop(facts: RolloutFacts): string | null {
  const { rollout, releaseState, counts, troubled } = facts;
  const { thresholds } = rollout;
  if (releaseState === 'withdrawn') return 'the release was withdrawn';
  const { reached, sent, installed, failed, missing } = counts;
  if (
    isTooMany(failed, {
      of: failed + installed,
      percentMax: thresholds.failedPercentMax,
      reached,
      thresholds,
    })
  )
    return explainFailures(facts);
  if (isTooMany(missing, { of: sent, percentMax: thresholds.missingPercentMax, reached, thresholds }))
    return `${missing} of ${sent} appliances were not heard of since they were sent it${nameAccounts(troubled)}`;
  return null;
}

/** A customer can have appliances fail that are none: then all of them are that one's. */
function nameAccounts(troubled: readonly TroubledAccount[]): string {
  if (troubled.length === 0) return '';
  return ` (${troubled.map(({ account, applianceCount }) => `${account}: ${applianceCount}`).join(', ')})`;
}

function isTooMany(
  count: number,
  limit: { of: number; percentMax: number; reached: number; thresholds: StopThresholds },
): boolean {
  const { of, percentMax, reached, thresholds } = limit;
  return count > 0 && count >= Math.min(thresholds.countMin, reached) && count * 100 > of * percentMax;
}
