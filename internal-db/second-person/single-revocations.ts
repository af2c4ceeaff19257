// Revocations that are made one by one, counted by who makes them: many of them are as good as a table, which needs a second
// person. Counted in memory, before they are made, so that many at the same time are counted, too. Called by propose.ts.
import type { ServiceContext } from '../service-context.ts';
import { singleRevocationsPerHourMax } from './limits.ts';

const hourMs = 3_600_000;
const timesOf = new WeakMap<ServiceContext['store'], Map<string, number[]>>();

/** Counts one more; whether there were too many in this hour. */
export function isOneOfMany(store: ServiceContext['store'], staffId: string, atMs: number): boolean {
  const counted = timesOf.get(store) ?? new Map<string, number[]>();
  timesOf.set(store, counted);
  const times = (counted.get(staffId) ?? []).filter((ms) => ms > atMs - hourMs);
  counted.set(staffId, times);
  if (times.length >= singleRevocationsPerHourMax) return true;
  times.push(atMs);
  return false;
}
