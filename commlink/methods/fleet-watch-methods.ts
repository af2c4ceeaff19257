// What the watcher, a process of its own beside internal-db, says to it over the administration socket: who is missing, and what
// became of a rollout's appliances. internal-db decides and writes. Spread into adminMethods.
import { method } from '../method-table.ts';
import { Type, strictObject } from '../schema.ts';
import { AtMs, Id, Slug } from './fields.ts';
import { ApplianceUid } from './fleet-methods.ts';
import { RolloutCounts, RolloutState } from './rollout-admin-methods.ts';

/** Appliances that one call names. */
export const missingPerCallMax = 500;

const DurationMs = Type.Integer({ minimum: 0, maximum: 7 * 86_400_000 });
const caller = { callers: ['operator'] as const, deadlineMs: 30_000 };

/** The rows. */
export const fleetWatchMethods = {
  /** What it goes by: how often appliances beat, what they are allowed beside, and since when beats could be taken. */
  'fleetWatch.terms': method({
    ...caller,
    mutates: false,
    params: strictObject({}),
    result: strictObject({
      nowMs: AtMs,
      takesBeatsSinceMs: AtMs,
      beatIntervalMs: DurationMs,
      missingGraceMs: DurationMs,
    }),
  }),
  /** Marks those of them that were still not heard of. */
  'fleetWatch.missing': method({
    ...caller,
    mutates: true,
    params: strictObject({
      uids: Type.Array(ApplianceUid, { minItems: 1, maxItems: missingPerCallMax }),
      beforeMs: AtMs,
    }),
    result: strictObject({ missingCount: Type.Integer({ minimum: 0 }) }),
  }),
  /** Has a rollout go on, or stop, by these counts, if it still has so many waves open. */
  'fleetWatch.counted': method({
    ...caller,
    mutates: true,
    params: strictObject({
      rollout: Id,
      waveCount: Type.Integer({ minimum: 0 }),
      counts: RolloutCounts,
      /** Whose appliances failed or fell silent, those with the most first. */
      troubled: Type.Array(strictObject({ account: Slug, applianceCount: Type.Integer({ minimum: 1 }) }), {
        maxItems: 10,
      }),
    }),
    result: strictObject({ state: RolloutState, waveCount: Type.Integer({ minimum: 0 }) }),
  }),
} as const;
