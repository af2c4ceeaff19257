// The clock of a start: it goes on from the highest time that the database knows. An operator who deleted the note of it has given that
// time up, as one that a wrong clock had brought in; the audit log says so from now on. Called by build-context.ts.
import { appendAudit } from './audit/append-audit.ts';
import { createClock, type Clock } from './clock.ts';
import type { Store } from './store/store.ts';

/** See clock.ts. Where a later time is given up, an entry with the time of now is the audit log's last. */
export async function startClock(store: Store): Promise<Clock> {
  const noted = await store.read.settings.get('clock_high_water_ms');
  const audited = (await store.read.audit.last())?.atMs ?? 0;
  // Noted on a schedule and at the end; after a crash the audit log may know a later time.
  if (noted !== undefined) return createClock(Math.max(Number(noted), audited));
  const clock = createClock(0);
  if (audited > clock.nowMs())
    await store.transaction((transaction) =>
      appendAudit(transaction, {
        atMs: clock.nowMs(),
        actor: 'internal-db',
        action: 'clock.giveUp',
        subject: 'clock',
        detail: { fromMs: audited },
      }),
    );
  return clock;
}
