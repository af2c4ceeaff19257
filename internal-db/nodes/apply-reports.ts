// Takes in what an ftp-node reports: verifies each report with that node's key, applies those that come next in its
// sequence, and answers only after the transaction is durable. Called for `node.report`.
// Replays change nothing. A gap stops there: the node sends again from the sequence that is answered, so that a relay
// can't drop a report unnoticed. Of an unknown node, the first report is taken whatever its number.
import { RpcError } from '#commlink/rpc-error.ts';
import type { NodeReport } from '#commlink/methods/documents.ts';
import { endDeliveriesNoLongerAllowed } from '../deliveries/end-deliveries.ts';
import type { ServiceContext } from '../service-context.ts';
import { noteNewestVersion } from '../statistics/note-newest-version.ts';
import type { DeliveryEnd, DeliveryRecord } from '../store/deliveries.ts';
import type { Transaction } from '../store/store.ts';
import { raiseEvent, type WebhookEvent } from '../webhooks/webhook-event.ts';
import { applyLoss } from './apply-loss.ts';

type ReportedEvent = NodeReport['event'];
type ReportedDownload = Extract<ReportedEvent, { type: 'download' }>;

/** Before the uid of an appliance that has downloaded something. */
const appliancePrefix = 'appliance:';

/** Verifies and applies a node's reports; returns a signed receipt for what is durable. RpcError `refused`. */
export async function applyReports(
  context: ServiceContext,
  node: string,
  texts: readonly string[],
): Promise<{ receipt: string }> {
  const reports = texts
    .map((text) => context.documents.verifyReport(node, text))
    .toSorted((left, right) => left.sequence - right.sequence);
  const outcome = await context.store.transaction(async (transaction) => {
    const known = await transaction.nodes.byId(node);
    let accepted = known?.lastSequence ?? (reports[0]?.sequence ?? 1) - 1;
    let lastReportAtMs = known?.lastReportAtMs ?? 0;
    const orders: string[] = [];
    const applied: NodeReport[] = [];
    for (const report of reports) {
      if (report.sequence <= accepted) continue;
      if (report.sequence !== accepted + 1) break;
      orders.push(...(await applyEvent(context, transaction, report)));
      applied.push(report);
      accepted = report.sequence;
      lastReportAtMs = report.atMs;
    }
    if (accepted !== known?.lastSequence) {
      await transaction.nodes.put({ id: node, lastSequence: accepted, lastReportAtMs });
    }
    return { accepted, orders, applied };
  });
  for (const report of outcome.applied) context.metrics.countReport(report);
  const newest = reports.at(-1)?.sequence ?? 0;
  if (newest > outcome.accepted) {
    context.log.warn({ node, accepted: outcome.accepted, newest }, 'a report is missing; asked for it again');
  }
  // Not awaited by the node: its own report must not wait for its own unstaging.
  context.orders.superviseSending(outcome.orders);
  if (outcome.applied.some(({ event }) => event.type === 'artifact.held')) context.artifacts.arrivals.nudge();
  return { receipt: context.documents.signReceipt(node, texts, outcome.accepted) };
}

/** Applies one event; returns the orders that follow from it. Events that do not fit are logged and passed over. */
async function applyEvent(
  context: ServiceContext,
  transaction: Transaction,
  report: NodeReport,
): Promise<string[]> {
  const { event, node, atMs } = report;
  if (event.type === 'artifact.held') {
    await transaction.originals.noteHeld(node, { sha256: event.sha256, isPinned: event.pinned, atMs });
    return [];
  }
  if (event.type === 'artifact.lost') {
    await applyLoss(context, transaction, { node, event });
    return [];
  }
  const delivery = await transaction.deliveries.byId(event.delivery);
  if (!delivery || (delivery.nodeId !== node && !(await isOfFurtherNode(transaction, report)))) {
    context.log.warn(
      { node, delivery: event.delivery, type: event.type },
      'report on a foreign delivery ignored',
    );
    return [];
  }
  switch (event.type) {
    case 'delivery.staged':
      await transaction.deliveries.markStaged(delivery.id, atMs);
      context.metrics.observeStaging(atMs - delivery.requestedAtMs);
      return [];
    case 'delivery.failed':
      context.log.warn({ node, delivery: delivery.id, why: event.explanation }, 'a node could not stage');
      await transaction.deliveries.end(delivery.id, 'failed', atMs);
      return [];
    case 'delivery.ended':
      await transaction.deliveries.end(delivery.id, endOf(event.reason), atMs);
      return [];
    case 'download':
      return await applyDownload(context, transaction, { event, delivery });
    default:
      throw new RpcError('bad_request', 'The report is of an unknown type.');
  }
}

/** From a node that a delivery was moved away from, only what customers still fetch there counts. */
async function isOfFurtherNode({ places }: Transaction, { event, node }: NodeReport): Promise<boolean> {
  if (event.type !== 'download') return false;
  return (await places.ofDeliveries([event.delivery])).some(({ nodeId }) => nodeId === node);
}

function endOf(reason: Extract<ReportedEvent, { type: 'delivery.ended' }>['reason']): DeliveryEnd {
  // A node ends what internal-db does not know; where internal-db does, the customer has to ask again.
  return reason === 'unknown' ? 'cancelled' : reason;
}

async function applyDownload(
  context: ServiceContext,
  transaction: Transaction,
  reported: { event: ReportedDownload; delivery: DeliveryRecord },
): Promise<string[]> {
  const { event, delivery } = reported;
  if (event.account !== delivery.account) {
    context.log.warn({ delivery: delivery.id }, 'report of a download for another account ignored');
    return [];
  }
  const { type: _type, download: id, delivery: deliveryId, account: _account, ...columns } = event;
  await transaction.downloads.put({ id, deliveryId, ...columns });
  if (event.endedAtMs !== null) await raiseEvent(transaction, downloadFinished(event, delivery));
  if (event.outcome !== 'complete') return [];
  await noteNewestVersion(transaction, delivery);
  const entitlement = await transaction.entitlements.byId(delivery.entitlementId);
  if (!entitlement || entitlement.downloadsMax === null) return [];
  // The last download that the entitlement includes ends what is still staged under it.
  const { accountId, product } = delivery;
  const atMs = Math.max(context.clock.nowMs(), event.endedAtMs ?? 0);
  const ended = await endDeliveriesNoLongerAllowed(transaction, { accountId, product, atMs });
  return ended.orders;
}

function downloadFinished(event: ReportedDownload, delivery: DeliveryRecord): WebhookEvent {
  const { download, principal, protocol, address, sentBytes, sizeBytes, outcome } = event;
  const { id, account, product, version, file, requestedBy } = delivery;
  const transfer = { download, protocol, address, sentBytes, sizeBytes, outcome };
  const appliance = principal.startsWith(appliancePrefix) ? principal.slice(appliancePrefix.length) : null;
  const data = { delivery: id, account, product, version, file, requestedBy, appliance, ...transfer };
  return { type: 'download.finished', atMs: event.endedAtMs ?? event.startedAtMs, data };
}
