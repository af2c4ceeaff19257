// Deletes what is kept for a while only: answers to requests with an Idempotency-Key, messages to webhooks, uploads.
// Started by start-services.ts.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { forgetUploads } from './artifacts/uploads.ts';
import { idempotentRequestKeptMs } from './idempotency/limits.ts';
import { expiryBatchMax } from './limits.ts';
import type { ServiceContext } from './service-context.ts';
import { startSchedule, type Schedule } from './schedule.ts';
import { forgetBatchesMax, forgetIntervalMs, webhookMessagesKeptMs } from './webhooks/limits.ts';

/** Starts doing so, now and then. */
export function scheduleForgetting(context: ServiceContext): Schedule {
  return startSchedule({
    name: 'forgetting',
    intervalMs: forgetIntervalMs,
    log: context.log,
    work: async () => {
      if (context.store.leadership.isOurs) await forgetOldRecords(context);
      await forgetUploads(context);
    },
  });
}

/** Deletes them batch by batch, so that others get their turn between; what is above the limit waits for the next run. */
export async function forgetOldRecords({
  store,
  clock,
}: Pick<ServiceContext, 'store' | 'clock'>): Promise<void> {
  const nowMs = clock.nowMs();
  for (let batchCount = 0; batchCount < forgetBatchesMax; batchCount += 1) {
    const deletedCounts = await store.transaction(async ({ idempotentRequests, webhooks }) => [
      await idempotentRequests.deleteBegunBefore(nowMs - idempotentRequestKeptMs, expiryBatchMax),
      await webhooks.deleteMessagesBefore(nowMs - webhookMessagesKeptMs, expiryBatchMax),
    ]);
    if (deletedCounts.every((count) => count < expiryBatchMax)) return;
    await nextTurn();
  }
}
