// Ends deliveries and sessions whose time is over, and notes the highest time seen. Called on a schedule by main.ts.
// Nothing waits for it: logins and sessions compare the time themselves, and the nodes unlink by themselves.
import { expireProposals } from './second-person/proposals.ts';
import { overStaffSessionKeptMs } from './console/kept-forms/limits.ts';
import type { ServiceContext } from './service-context.ts';
import { clockBehindWarningMs, expiryBatchMax } from './limits.ts';

/** Marks overdue deliveries and proposals as expired, a batch a transaction, and deletes expired sessions. */
export async function expireRecords(context: Pick<ServiceContext, 'store' | 'clock'>): Promise<void> {
  const { store, clock } = context;
  const atMs = clock.nowMs();
  for (;;) {
    const overdue = await store.read.deliveries.overdue(atMs, expiryBatchMax);
    if (overdue.length === 0) break;
    await store.transaction(async (transaction) => {
      for (const delivery of overdue) {
        await transaction.deliveries.end(delivery.id, 'expired', delivery.expiresAtMs);
      }
    });
  }
  await expireProposals(context);
  const { sessions } = await store.read.settings.expiredCounts(atMs);
  // For a while the console knows whose session it was: what is typed meanwhile is kept for them.
  const { staffSessions } = await store.read.settings.expiredCounts(atMs - overStaffSessionKeptMs);
  if (sessions + staffSessions === 0) return;
  await store.transaction(async (transaction) => {
    await transaction.sessions.deleteExpiredSessions(atMs);
    await transaction.staff.deleteExpiredSessions(atMs - overStaffSessionKeptMs);
  });
}

/** Writes the highest time seen down (see clock.ts) and warns when the machine's clock is behind it. */
export async function recordClock(context: Pick<ServiceContext, 'store' | 'clock' | 'log'>): Promise<void> {
  const { store, clock, log } = context;
  const behindMs = clock.behindMs();
  if (behindMs > clockBehindWarningMs) {
    log.warn({ behindMs }, "the machine's clock is behind times seen before; set it right");
  }
  const nowMs = clock.nowMs();
  await store.transaction(async ({ settings }) => {
    const notedMs = Number((await settings.get('clock_high_water_ms')) ?? 0);
    if (notedMs < nowMs) await settings.put('clock_high_water_ms', String(nowMs));
  });
}
