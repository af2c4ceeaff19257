// One look of the watcher: who has missed a beat, and how rollouts stand. It reads the database by itself, so that counting a large
// fleet keeps nobody waiting, and hands what it found to internal-db, which judges it again and writes. Called by main.ts.
import { missingPerCallMax } from '#commlink/methods/fleet-watch-methods.ts';
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { fleetWatchMethods } from '#commlink/methods/fleet-watch-methods.ts';
import { countWaves, findTroubled } from '../fleet/rollouts/count-waves.ts';
import type { StoreReads } from '../store/store.ts';
import { pausedWatchMs } from './limits.ts';

type Table = typeof fleetWatchMethods;
type Terms = ResultOf<Table, 'fleetWatch.terms'>;

/** internal-db, as the watcher knows it. */
export interface WatchedCentre {
  terms(): Promise<Terms>;
  missing(found: ParamsOf<Table, 'fleetWatch.missing'>): Promise<unknown>;
  counted(found: ParamsOf<Table, 'fleetWatch.counted'>): Promise<unknown>;
}

/** The watcher, without its process. */
export class FleetWatch {
  readonly #read: Pick<StoreReads, 'fleetWatch' | 'rollouts'>;
  readonly #centre: WatchedCentre;
  /** Since when it has looked without a break. */
  #sinceMs: number | null = null;
  #lookedAtMs = 0;

  constructor(read: Pick<StoreReads, 'fleetWatch' | 'rollouts'>, centre: WatchedCentre) {
    this.#read = read;
    this.#centre = centre;
  }

  /** Looks; resolves with how long to wait for the next look. */
  async look(): Promise<number> {
    const terms = await this.#centre.terms();
    const { nowMs, beatIntervalMs } = terms;
    if (this.#sinceMs === null || nowMs - this.#lookedAtMs > pausedWatchMs + beatIntervalMs)
      this.#sinceMs = nowMs;
    this.#lookedAtMs = nowMs;
    await this.#lookForMissing(terms, this.#sinceMs);
    await this.#lookAtRollouts(terms);
    return Math.min(Math.max(Math.floor(beatIntervalMs / 60), 500), 10_000);
  }

  /** Nobody is missed in the first cycle: until then beats may have gone unheard for want of somebody to take them. */
  async #lookForMissing(terms: Terms, sinceMs: number): Promise<void> {
    const { nowMs, takesBeatsSinceMs, beatIntervalMs, missingGraceMs } = terms;
    const allowedMs = beatIntervalMs + missingGraceMs;
    if (nowMs < Math.max(sinceMs, takesBeatsSinceMs) + allowedMs) return;
    const beforeMs = nowMs - allowedMs;
    for (;;) {
      const uids = await this.#read.fleetWatch.silentSince(beforeMs, missingPerCallMax);
      if (uids.length > 0) await this.#centre.missing({ uids, beforeMs });
      if (uids.length < missingPerCallMax) return;
    }
  }

  async #lookAtRollouts({ nowMs, beatIntervalMs }: Terms): Promise<void> {
    for (const rollout of await this.#read.rollouts.inState('running')) {
      const time = { nowMs, intervalMs: beatIntervalMs };
      const counts = await countWaves(this.#read, rollout, time);
      const isSound = counts.failed + counts.missing === 0;
      const troubled = isSound ? [] : await findTroubled(this.#read, rollout, time);
      await this.#centre.counted({ rollout: rollout.id, waveCount: rollout.waveCount, counts, troubled });
    }
  }
}
