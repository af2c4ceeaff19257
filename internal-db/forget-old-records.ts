// Deletes what is kept for a while only: answers to requests with an Idempotency-Key, and messages to webhooks.
// Started by start-services.ts.
import { idempotentAnswerKeptMs } from './idempotency/limits.ts';
import { expiryBatchMax } from './limits.ts';
import type { ServiceContext } from './service-context.ts';
import { startSchedule, type Schedule } from './schedule.ts';
import { forgetIntervalMs, webhookMessagesKeptMs } from './webhooks/limits.ts';

/** Starts doing so, now and then. */
export function scheduleForgetting(context: ServiceContext): Schedule {
  return startSchedule({
    name: 'forgetting',
    intervalMs: forgetIntervalMs,
    log: context.log,
    work: () => forgetOldRecords(context),
  });
}

/** Deletes one batch of each. */
export async function forgetOldRecords({
  store,
  clock,
}: Pick<ServiceContext, 'store' | 'clock'>): Promise<void> {
  const nowMs = clock.nowMs();
  await store.transaction(async ({ idempotentRequests, webhooks }) => {
    await idempotentRequests.deleteBegunBefore(nowMs - idempotentAnswerKeptMs, expiryBatchMax);
    await webhooks.deleteMessagesBefore(nowMs - webhookMessagesKeptMs, expiryBatchMax);
  });
}
