// What became of the appliances that a rollout has reached. Called by the watcher, and for those who look at a rollout.
import type { CountedWaves, RolloutRecord, TroubledAccount, WaveCounts } from '../../store/rollouts.ts';
import type { StoreReads } from '../../store/store.ts';
import { catalogFetchMsMax, troubledAccountsMax } from './limits.ts';

interface CountTime {
  readonly nowMs: number;
  readonly intervalMs: number;
}

/** Counts now. Before the first wave all are none. */
export async function countWaves(
  store: Pick<StoreReads, 'rollouts'>,
  rollout: RolloutRecord,
  time: CountTime,
): Promise<WaveCounts> {
  return await store.rollouts.count(wavesOf(rollout, time));
}

/** The accounts whose appliances failed or fell silent, for who looks into it. */
export async function findTroubled(
  store: Pick<StoreReads, 'rollouts'>,
  rollout: RolloutRecord,
  time: CountTime,
): Promise<TroubledAccount[]> {
  return await store.rollouts.troubledAccounts(wavesOf(rollout, time), troubledAccountsMax);
}

function wavesOf(rollout: RolloutRecord, { nowMs, intervalMs }: CountTime): CountedWaves {
  const { productId, version, targets, slotOffset, openPercent, waveOpenedAtMs } = rollout;
  // Who has just beaten may be about to fetch its catalog, and is not one who may not have the version.
  const untilMs = nowMs - Math.min(catalogFetchMsMax, Math.floor(intervalMs / 2));
  const sinceMs = waveOpenedAtMs ?? nowMs;
  // Who lets a rollout go on that has stopped gives those that failed another chance.
  const troubleSinceMs = rollout.state === 'running' ? rollout.stateSinceMs : 0;
  return { productId, version, targets, slotOffset, openPercent, sinceMs, untilMs, troubleSinceMs };
}
