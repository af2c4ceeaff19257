// A rollout as operators see it. Called by the services of this folder.
import type { Rollout } from '#commlink/methods/rollout-admin-methods.ts';
import type { RolloutRecord } from '../../store/rollouts.ts';
import { describeMaintenanceWindow } from './maintenance-windows.ts';

/** With the product's name instead of its id. */
export function describeRollout(rollout: RolloutRecord, product: string): Rollout {
  const { targets, thresholds, windows, waves } = rollout;
  return {
    id: rollout.id,
    product,
    version: rollout.version,
    kind: rollout.kind,
    state: rollout.state,
    stateReason: rollout.stateReason,
    stateSinceMs: rollout.stateSinceMs,
    groups: [...targets.groups],
    tags: [...targets.tags],
    waves: waves.map(({ percent, soakMs }) => ({ percent, soakMs })),
    windows: windows.map(describeMaintenanceWindow),
    failedPercentMax: thresholds.failedPercentMax,
    missingPercentMax: thresholds.missingPercentMax,
    stopCountMin: thresholds.countMin,
    waveCount: rollout.waveCount,
    openPercent: rollout.openPercent,
    waveOpenedAtMs: rollout.waveOpenedAtMs,
    waveSettledAtMs: rollout.waveSettledAtMs,
    previousVersion: rollout.previousVersion,
    reason: rollout.reason,
    createdBy: rollout.createdBy,
    createdAtMs: rollout.createdAtMs,
  };
}
