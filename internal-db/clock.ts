// Time, in one place. `nowMs` never goes backwards, not even over restarts: where the machine's clock is behind the
// highest time seen (kept in the database), it goes on from there at the pace of the monotonic clock. So a clock that
// jumps back revives no session, delivery or entitlement that has ended; the status and the log say that it is behind.
// A clock that was far ahead by mistake leaves the time ahead, but for what passes while internal-db stands still; to give that
// up, stop every internal-db and delete `clock_high_water_ms` from the table `settings`. The note is then begun anew.
// Documents for other nodes are compared with their clocks, so `toWallMs` takes the difference out again.
import { performance } from 'node:perf_hooks';

/** The time that everything is decided by. */
export interface Clock {
  /** Milliseconds since 1970 UTC, never less than before. */
  nowMs(): number;
  /** The machine's own clock. */
  wallMs(): number;
  /** How far the machine's clock is behind `nowMs`; 0 when all is well. */
  behindMs(): number;
}

/** Builds the clock. `highWaterMs` is the highest time that was seen before, 0 for none. */
export function createClock(highWaterMs: number): Clock {
  let highestMs = highWaterMs;
  let highestAtMonotonicMs = performance.now();
  const nowMs = (): number => {
    const monotonicMs = performance.now();
    const runOnMs = Math.floor(highestMs + (monotonicMs - highestAtMonotonicMs));
    const wallMs = Date.now();
    if (wallMs < runOnMs) return runOnMs;
    highestMs = wallMs;
    highestAtMonotonicMs = monotonicMs;
    return wallMs;
  };
  return { nowMs, wallMs: () => Date.now(), behindMs: () => Math.max(0, nowMs() - Date.now()) };
}

/** A time of `nowMs`'s scale as other nodes' clocks have it, for what goes into documents. */
export function toWallMs(clock: Clock, atMs: number): number {
  const behindMs = clock.behindMs();
  // Small differences are the two clocks' ticks, not a jump.
  return behindMs < 1000 ? atMs : Math.max(0, atMs - behindMs);
}
