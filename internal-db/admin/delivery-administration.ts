// Deliveries and downloads, for the command line and the console: stage for a customer, list.
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import type { adminMethods } from '#commlink/methods/admin-methods.ts';
import { cancelDelivery } from '../deliveries/cancel-delivery.ts';
import { viewDelivery, viewDownload } from '../deliveries/delivery-view.ts';
import { requestDelivery } from '../deliveries/request-delivery.ts';
import { stagingRetriesMax } from '../limits.ts';
import type { ServiceContext } from '../service-context.ts';
import { customerRefusals } from '../texts/service-texts.ts';
import { findAccountId } from './find-by-name.ts';

type Table = typeof adminMethods;

/**
 * Decides as for the customer and stages through a web-front; at another node where one could not be asked or did not stage.
 * RpcError when no node could be asked. What was not staged, or of which nobody knows, is cancelled.
 */
export async function stageForAccount(
  context: ServiceContext,
  order: ParamsOf<Table, 'delivery.stage'>,
): Promise<ResultOf<Table, 'delivery.stage'>> {
  const insteadOf: string[] = [];
  for (;;) {
    const attempt = await stageAtOneNode(context, order, insteadOf);
    if (attempt.outcome) return attempt.outcome;
    insteadOf.push(attempt.failed.delivery);
    const isLast = insteadOf.length > stagingRetriesMax || !hasAnotherNode(context, insteadOf.length);
    if (!isLast) continue;
    await cancelDelivery(context, { actor: order.actor, ...attempt.failed });
    return attempt.failure();
  }
}

type Staging = ResultOf<Table, 'delivery.stage'>;
/** `failure` throws where the node could not be asked. */
type Attempt =
  | { readonly outcome: Staging }
  | {
      readonly outcome: null;
      readonly failed: { readonly delivery: string; readonly reason: string };
      readonly failure: () => Staging;
    };

function hasAnotherNode({ documents }: ServiceContext, failedCount: number): boolean {
  return documents.ftpNodes().length > failedCount;
}

async function stageAtOneNode(
  context: ServiceContext,
  order: ParamsOf<Table, 'delivery.stage'>,
  insteadOf: readonly string[],
): Promise<Attempt> {
  const { actor, lifetimeMs, ...wanted } = order;
  const outcome = await requestDelivery(context, {
    ...wanted,
    requestedBy: actor,
    address: null,
    lifetimeMs: lifetimeMs ?? context.settings().deliveryLifetimeMs,
    insteadOf,
  });
  if (!outcome.allowed) {
    const { reason, explanation } = outcome.refusal;
    return { outcome: { staged: false, reason, explanation } };
  }
  const { delivery, grant, credentials } = outcome;
  const failed = (reason: string, failure: () => Staging): Attempt => ({
    outcome: null,
    failed: { delivery: delivery.id, reason },
    failure,
  });
  if (grant === null) {
    const endpoints = context.directory.find(delivery.nodeId)?.description.endpoints;
    if (endpoints)
      return { outcome: { staged: 'later', delivery: viewDelivery(delivery), credentials, endpoints } };
    return failed('the node has not been heard of', () => {
      throw new RpcError('unavailable', customerRefusals.nobodyFetches);
    });
  }
  try {
    const answer = await context.relay.stage({ node: delivery.nodeId, grant });
    if (!answer.staged) {
      const { failure: reason, explanation } = answer;
      return failed(`the node did not stage it: ${reason}`, () => ({ staged: false, reason, explanation }));
    }
    // The node's signed report makes it so in the database; this answer need not wait for that.
    const stagedAtMs = context.clock.nowMs();
    const staged = { ...viewDelivery(delivery), state: 'staged' as const, stagedAtMs };
    return { outcome: { staged: true, delivery: staged, credentials, endpoints: answer.endpoints } };
  } catch (error) {
    return failed('the node could not be asked', () => {
      throw error;
    });
  }
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
