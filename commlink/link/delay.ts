// Waiting, with a way out. Callers: dial-slot.ts, link-table.ts.
import { setTimeout as sleep } from 'node:timers/promises';

/** The reach of a timer: a longer one fires at once. */
export const timerMsMax = 2_147_483_647;

/** Resolves after `ms` (at most 24 days, a timer's reach) or when the signal aborts. Never rejects. */
export async function delay(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(Math.min(ms, timerMsMax), undefined, { signal, ref: false });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
