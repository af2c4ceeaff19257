// Ends deliveries when their time is over, within a second, by the wall clock. Caller: main.ts starts it. It asks again
// at a short interval and keeps no long timers, so that a clock that is set, or a machine that slept, changes nothing.
import { clockJumpNoticeMs, expiryBatchDeliveries, expiryIntervalMs } from '../limits.ts';
import type { StagerContext } from './stager-context.ts';
import { endDeliveries } from './unstaging.ts';

/** The running timer. */
export interface ExpiryTimer {
  stop(): void;
}

/** Starts it. Failures are logged and tried again at the next tick. */
export function startExpiry(context: StagerContext): ExpiryTimer {
  const noticeJump = watchClock(context);
  let busy = false;
  const tick = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    try {
      noticeJump();
      await endExpired(context);
    } catch (error) {
      context.log.error({ err: error }, 'expired deliveries could not be ended; trying again');
    } finally {
      busy = false;
    }
  };
  const timer = setInterval(() => void tick(), expiryIntervalMs);
  return { stop: () => clearInterval(timer) };
}

/** Ends all deliveries whose time is over now, and forgets the grants that nobody could use any more. */
export async function endExpired(context: StagerContext): Promise<number> {
  let endedCount = 0;
  for (;;) {
    const expired = context.deliveries.expired(context.now(), expiryBatchDeliveries);
    if (expired.length === 0) return endedCount;
    const endings = expired.map(({ delivery }) => ({ delivery, reason: 'expired' as const }));
    endedCount += (await endDeliveries(context, endings)).unstagedCount;
  }
}

/** Says so when the wall clock went another way than the time that has passed: expiry follows the wall clock. */
function watchClock(context: StagerContext): () => void {
  let wallMs = context.now();
  let steadyMs = performance.now();
  return () => {
    const jumpMs = context.now() - wallMs - (performance.now() - steadyMs);
    wallMs = context.now();
    steadyMs = performance.now();
    if (Math.abs(jumpMs) < clockJumpNoticeMs) return;
    const seconds = Math.round(jumpMs / 1000);
    context.log.warn(
      { jumpMs: Math.round(jumpMs) },
      `The clock was set by ${seconds} s. Deliveries end by the new time; check the time service of this machine.`,
    );
  };
}
