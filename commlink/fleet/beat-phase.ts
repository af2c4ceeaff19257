// When in its interval an appliance beats: at a place that its name decides, so that a fleet that was switched on at once spreads
// by itself. Called by the agent.
import { createHash } from 'node:crypto';

/** Milliseconds from 0 to the interval, the same for a uid each time. */
export function beatPhaseMs(uid: string, intervalMs: number): number {
  return createHash('sha256').update(uid).digest().readUIntBE(0, 6) % intervalMs;
}
