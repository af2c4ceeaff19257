// Takes an artifact off the list of what was fetched, and has internal-db told that this node holds it no more, so that no delivery
// is sent here for it and it is ordered again where it is placed here. Callers: make-room.ts, verify-storeroom.ts, staging.ts and the
// reconciler.
import type { NodeReport } from '#commlink/methods/documents.ts';
import type { StagerContext } from '../stager/stager-context.ts';

/** Why it is not here any more. */
export type LossReason = Extract<NodeReport['event'], { type: 'artifact.lost' }>['why'];

/** Notes it within the caller's transaction; the caller wakes the sender after that. */
export function noteLost(
  { kept, outbox, now }: Pick<StagerContext, 'kept' | 'outbox' | 'now'>,
  sha256: string,
  why: LossReason,
): void {
  kept.remove(sha256);
  outbox.add({ type: 'artifact.lost', sha256, why }, now());
}

/** Notes it, if internal-db was told that it is here and it is not: somebody removed it. */
export async function reportMissing(context: StagerContext, sha256: string): Promise<void> {
  const { kept, storeroom, ledger, wakeSender, log } = context;
  if (kept.find(sha256) === null || storeroom.inodesOf(sha256).length > 0) return;
  await ledger.commit(() => noteLost(context, sha256, 'missing'));
  log.warn({ sha256 }, 'an artifact that was fetched is gone from the storeroom');
  wakeSender();
}
