// What internal-db does for the watcher: tells it the terms, marks who is missing, and has rollouts go on. Called by admin-handlers.ts.
// The watcher has only looked: what it says is judged again here, in the transaction that writes it.
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { fleetWatchMethods } from '#commlink/methods/fleet-watch-methods.ts';
import { appendAudit } from '../../audit/append-audit.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { RolloutProgress, RolloutRecord } from '../../store/rollouts.ts';
import type { Transaction } from '../../store/store.ts';
import { EventList } from '../event-list.ts';
import { raiseGeneration } from '../fleet-generation.ts';
import { advanceRollout } from '../rollouts/advance-rollout.ts';
import { findRollout } from '../rollouts/rollout-administration.ts';

type Table = typeof fleetWatchMethods;

/** What the audit log calls who goes on by itself. */
const actor = 'internal-db';

/** `startedAtMs`: of this internal-db, before which it could take no beats. */
export function readWatchTerms(
  { clock, settings }: Pick<ServiceContext, 'clock' | 'settings'>,
  startedAtMs: number,
): ResultOf<Table, 'fleetWatch.terms'> {
  const { beatIntervalMs, missingGraceMs } = settings().fleet;
  return { nowMs: clock.nowMs(), takesBeatsSinceMs: startedAtMs, beatIntervalMs, missingGraceMs };
}

/** Marks them, each with an event of its own. */
export async function markMissing(
  { store, clock }: Pick<ServiceContext, 'store' | 'clock'>,
  { uids, beforeMs }: ParamsOf<Table, 'fleetWatch.missing'>,
): Promise<ResultOf<Table, 'fleetWatch.missing'>> {
  const atMs = clock.nowMs();
  return await store.transaction(async (transaction) => {
    let missingCount = 0;
    for (const uid of uids) {
      if (!(await transaction.fleetWatch.markMissing(uid, { beforeMs, atMs }))) continue;
      missingCount += 1;
      const events = new EventList(uid, atMs);
      events.add('missing', {});
      await events.write(transaction);
    }
    return { missingCount };
  });
}

/** Goes on, or stops, by the counts. RpcError `not_found`. */
export async function takeCounts(
  { store, clock }: Pick<ServiceContext, 'store' | 'clock'>,
  { rollout: id, waveCount, counts, troubled }: ParamsOf<Table, 'fleetWatch.counted'>,
): Promise<ResultOf<Table, 'fleetWatch.counted'>> {
  return await store.transaction(async (transaction) => {
    const { rollout, product } = await findRollout(transaction, id);
    const nowMs = clock.nowMs();
    const release = await transaction.catalog.release(rollout.productId, rollout.version);
    const releaseState = release?.state ?? 'withdrawn';
    const isSameWave = rollout.waveCount === waveCount;
    const next = isSameWave ? advanceRollout({ nowMs, rollout, releaseState, counts, troubled }) : null;
    if (next === null) return { state: rollout.state, waveCount: rollout.waveCount };
    await transaction.rollouts.setProgress(id, next);
    await noteProgress(transaction, { rollout, next, product, nowMs });
    return { state: next.state, waveCount: next.waveCount };
  });
}

/** A wave that has settled is no news to anybody; the rest is audited, and changes what catalogs name. */
async function noteProgress(
  transaction: Transaction,
  parts: { rollout: RolloutRecord; next: RolloutProgress; product: string; nowMs: number },
): Promise<void> {
  const { rollout, next, product, nowMs } = parts;
  const action = actionOf(rollout, next);
  if (action === null) return;
  const subject = `${product}/${rollout.version}`;
  const { waveCount: wave, openPercent: percent, stateReason: reason } = next;
  const detail = { rollout: rollout.id, wave, percent, ...(action === 'rollout.wave' ? {} : { reason }) };
  await appendAudit(transaction, { atMs: nowMs, actor, action, subject, detail });
  await raiseGeneration(transaction);
}

function actionOf(before: RolloutRecord, next: RolloutProgress): string | null {
  if (next.state === 'stopped') return 'rollout.stop';
  if (next.state === 'completed') return 'rollout.complete';
  return next.waveCount > before.waveCount ? 'rollout.wave' : null;
}
