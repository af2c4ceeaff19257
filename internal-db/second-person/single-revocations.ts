// Revocations that are made one by one, counted by who makes them: many of them are as good as a table, which needs a second
// person. The audit log has those that were made, by whichever internal-db and before whichever restart; those that are being made
// here are counted in memory, too, so that many at the same time are seen. Called by propose.ts.
import type { ServiceContext } from '../service-context.ts';
import type { StaffRecord } from '../store/staff.ts';
import { singleRevocationsPerHourMax } from './limits.ts';

const hourMs = 3_600_000;
const timesOf = new WeakMap<ServiceContext['store'], Map<string, number[]>>();

/** Counts one more; whether there were too many in this hour. */
export async function isOneOfMany(
  { store, clock }: Pick<ServiceContext, 'store' | 'clock'>,
  { id, name }: Pick<StaffRecord, 'id' | 'name'>,
): Promise<boolean> {
  const atMs = clock.nowMs();
  const counted = timesOf.get(store) ?? new Map<string, number[]>();
  timesOf.set(store, counted);
  const times = (counted.get(id) ?? []).filter((ms) => ms > atMs - hourMs);
  counted.set(id, times);
  if (times.length >= singleRevocationsPerHourMax) return true;
  times.push(atMs);
  const made = await store.read.audit.search(
    {
      actor: `staff:${name}`,
      action: 'entitlement.revoke',
      firstWord: null,
      fromMs: atMs - hourMs,
      toMs: null,
    },
    { before: null, limit: singleRevocationsPerHourMax },
  );
  return made.length >= singleRevocationsPerHourMax;
}
