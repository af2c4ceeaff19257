// Deliveries and downloads, for the command line and the console: stage for a customer, list.
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { adminMethods } from '#commlink/methods/admin-methods.ts';
import { cancelDelivery } from '../deliveries/cancel-delivery.ts';
import { viewDelivery, viewDownload } from '../deliveries/delivery-view.ts';
import { requestDelivery } from '../deliveries/request-delivery.ts';
import type { ServiceContext } from '../service-context.ts';
import { findAccountId } from './find-by-name.ts';

type Table = typeof adminMethods;

/**
 * Decides as for the customer and stages through a web-front. RpcError when the node could not be asked. A delivery that
 * was not staged, or of which nobody knows, is cancelled.
 */
export async function stageForAccount(
  context: ServiceContext,
  order: ParamsOf<Table, 'delivery.stage'>,
): Promise<ResultOf<Table, 'delivery.stage'>> {
  const { actor, lifetimeMs, ...wanted } = order;
  const outcome = await requestDelivery(context, {
    ...wanted,
    requestedBy: actor,
    address: null,
    lifetimeMs: lifetimeMs ?? context.settings().deliveryLifetimeMs,
  });
  if (!outcome.allowed) {
    const { reason, explanation } = outcome.refusal;
    return { staged: false, reason, explanation };
  }
  const { delivery, grant, credentials } = outcome;
  const giveUp = (reason: string) => cancelDelivery(context, { actor, delivery: delivery.id, reason });
  const answer = await context.relay.stage({ node: delivery.nodeId, grant }).catch(async (error: unknown) => {
    await giveUp('the node could not be asked');
    throw error;
  });
  if (!answer.staged) {
    await giveUp(`the node did not stage it: ${answer.failure}`);
    return { staged: false, reason: answer.failure, explanation: answer.explanation };
  }
  // The node's signed report makes it so in the database; this answer need not wait for that.
  const stagedAtMs = context.clock.nowMs();
  const staged = { ...viewDelivery(delivery), state: 'staged' as const, stagedAtMs };
  return { staged: true, delivery: staged, credentials, endpoints: answer.endpoints };
}

/** Deliveries, newest first. RpcError `not_found`: no such account. */
export async function listDeliveries(
  context: ServiceContext,
  filter: ParamsOf<Table, 'delivery.list'>,
): Promise<ResultOf<Table, 'delivery.list'>> {
  const { read } = context.store;
  const accountId = await findAccountId(read, filter.account);
  const deliveries = await read.deliveries.list({ accountId, state: filter.state, limit: filter.limit });
  return { deliveries: deliveries.map(viewDelivery) };
}

/** Downloads, newest first. RpcError `not_found`: no such account. */
export async function listDownloads(
  context: ServiceContext,
  filter: ParamsOf<Table, 'download.list'>,
): Promise<ResultOf<Table, 'download.list'>> {
  const { read } = context.store;
  const accountId = await findAccountId(read, filter.account);
  const downloads = await read.downloads.list({ accountId, limit: filter.limit });
  return { downloads: downloads.map(viewDownload) };
}
