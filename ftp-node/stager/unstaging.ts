// Unstaging: on a signed order, or when the time is over. Callers: the commlink's `delivery.unstage`, the expiry timer
// and the reconciler. The record goes first, so that nothing that was ended is ever linked again after a crash; the
// link next; then the transfers and sessions that still hold the file open.
import { RpcError } from '#commlink/rpc-error.ts';
import type { UnstageOrder } from '#commlink/methods/documents.ts';
import { grantLifetimeMsMax } from '../limits.ts';
import { parseStagedPlace } from './staged-place.ts';
import type { StagerContext } from './stager-context.ts';

/** Why a delivery ends. */
export type EndReason = UnstageOrder['deliveries'][number]['reason'];

/** What was done. */
export interface UnstagingResult {
  readonly unstagedCount: number;
  readonly cutTransferCount: number;
}

/** Carries out an order of internal-db. Idempotent. Throws RpcError `refused` when the order is not for this node. */
export async function unstageByOrder(context: StagerContext, orderText: string): Promise<UnstagingResult> {
  const order = context.verifier.verify('unstage-order', orderText);
  if (order === null || order.cluster !== context.cluster || order.node !== context.node)
    throw new RpcError('refused', 'The unstage order is not valid at this node.');
  return endDeliveries(context, order.deliveries);
}

/**
 * Ends live deliveries. One that is not known here is remembered as ended, since an order may overtake the grant that it
 * takes back.
 */
export async function endDeliveries(
  context: StagerContext,
  endings: readonly { readonly delivery: string; readonly reason: EndReason }[],
): Promise<UnstagingResult> {
  const ended = await context.ledger.commit(() =>
    endings.flatMap(({ delivery, reason }) => {
      const record = context.deliveries.find(delivery);
      context.deliveries.markEnded(delivery, context.now() + grantLifetimeMsMax);
      if (record === null || !context.deliveries.remove(delivery)) return [];
      context.outbox.add({ type: 'delivery.ended', delivery, reason }, context.now());
      return [record];
    }),
  );
  for (const { account, path } of ended) unlinkUnlessLive(context, account, path);
  for (const { delivery, account } of ended) context.log.info({ delivery, account }, 'delivery ended');
  if (ended.length > 0) context.wakeSender();
  // Also for those that had ended before: an order that is repeated must cut what the first one could not reach.
  const cutTransferCount = await context.cutDeliveries(endings.map(({ delivery }) => delivery));
  return { unstagedCount: ended.length, cutTransferCount };
}

/** Removes the link of a place that no delivery needs any more. */
export function unlinkUnlessLive(context: StagerContext, account: string, path: string): void {
  const place = parseStagedPlace(account, path);
  if (place !== null && context.deliveries.at(account, path).length === 0) context.links.unlink(place);
}
