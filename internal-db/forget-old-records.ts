// Deletes what is kept for a while only: answers to requests with an Idempotency-Key, messages to webhooks, logins, uploads, links,
// invitations and codes whose time is over, orders that were carried out, days and timelines of appliances. The test of the
// records' lifetimes has a row for each table. Started by start-services.ts.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { forgetUploads } from './artifacts/uploads.ts';
import {
  applianceDaysKept,
  applianceEventsKeptMs,
  enrolmentCodesKeptMs,
  refusalsKeptMs,
} from './fleet/limits.ts';
import { idempotentRequestKeptMs } from './idempotency/limits.ts';
import {
  accessEventsKeptMs,
  artifactLossesKeptMs,
  bansKeptMs,
  expiryBatchMax,
  invitationsKeptMs,
  portalViewsKeptMs,
  unstageOrdersKeptMs,
} from './limits.ts';
import type { ServiceContext } from './service-context.ts';
import { startSchedule, type Schedule } from './schedule.ts';
import { forgetBatchesMax, forgetIntervalMs, webhookMessagesKeptMs } from './webhooks/limits.ts';

const dayMs = 86_400_000;

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

/** Deletes them, the many batch by batch, so that others get their turn between; what is above the limit waits for the next run. */
export async function forgetOldRecords({
  store,
  clock,
}: Pick<ServiceContext, 'store' | 'clock'>): Promise<void> {
  const nowMs = clock.nowMs();
  await store.transaction(async (transaction) => {
    const { people, identityLinks, bans, nodes, portalViews, artifactLosses, appliances, beats } =
      transaction;
    await people.deleteExpiredLinks(nowMs);
    await people.forgetInvitations(nowMs - invitationsKeptMs);
    await identityLinks.deleteExpiredProviderSessions(nowMs);
    await bans.deleteOver(nowMs - bansKeptMs);
    await artifactLosses.forgetLosses(nowMs - artifactLossesKeptMs);
    await nodes.forgetOrders(nowMs - unstageOrdersKeptMs);
    await appliances.deleteCodesOver(nowMs - enrolmentCodesKeptMs);
    await beats.deleteRefusalsBefore(nowMs - refusalsKeptMs);
    await portalViews.forgetViews({ openedBeforeMs: nowMs - portalViewsKeptMs, unusedBeforeMs: nowMs });
  });
  for (let batchCount = 0; batchCount < forgetBatchesMax; batchCount += 1) {
    const deletedCounts = await store.transaction(async (transaction) => {
      const { idempotentRequests, webhooks, accessEvents, beats } = transaction;
      return [
        await idempotentRequests.deleteBegunBefore(nowMs - idempotentRequestKeptMs, expiryBatchMax),
        await accessEvents.deleteBefore(nowMs - accessEventsKeptMs, expiryBatchMax),
        await webhooks.deleteMessagesBefore(nowMs - webhookMessagesKeptMs, expiryBatchMax),
        await beats.deleteEventsBefore(nowMs - applianceEventsKeptMs, expiryBatchMax),
        await beats.deleteDaysBefore(Math.floor(nowMs / dayMs) - applianceDaysKept, expiryBatchMax),
      ];
    });
    if (deletedCounts.every((count) => count < expiryBatchMax)) return;
    await nextTurn();
  }
}
