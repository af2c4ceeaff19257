// A node says that it holds a file no more. What it dropped to make room is as it should be; what was damaged or is missing goes
// into the audit log, and operators are told (alerts/). Either way the orders to hold it are made from what is held, so the next
// one has it sent again. Called by apply-reports.ts.
import type { NodeReport } from '#commlink/methods/documents.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { lossesAuditedPerNodeMax, lossesAuditedWithinMs } from '../limits.ts';
import type { ServiceContext } from '../service-context.ts';
import type { Transaction } from '../store/store.ts';

type LossEvent = Extract<NodeReport['event'], { type: 'artifact.lost' }>;

/** Takes the holding back. A file that the node was not known to hold is passed over, so that it fills no log with them. */
export async function applyLoss(
  { clock, documents, log }: Pick<ServiceContext, 'clock' | 'documents' | 'log'>,
  transaction: Transaction,
  { node: nodeId, event }: { node: string; event: LossEvent },
): Promise<void> {
  const { sha256, why } = event;
  const wasHeld = await transaction.originals.noteLost(nodeId, sha256);
  if (!wasHeld || why === 'dropped') return;
  const nodeName = documents.ftpNodes().find(({ id }) => id === nodeId)?.name ?? nodeId;
  const atMs = clock.nowMs();
  log.warn({ node: nodeName, sha256, why }, 'a node has lost a file that it held');
  // A node that says so again and again fills no audit log; the alert counts each file once anyway.
  const lately = await transaction.artifactLosses.lossesOf(nodeId, atMs - lossesAuditedWithinMs);
  if (lately.includes(sha256) || lately.length >= lossesAuditedPerNodeMax) return;
  await transaction.artifactLosses.noteLoss({ nodeId, nodeName, sha256, lostAtMs: atMs });
  const lost = { atMs, actor: `node:${nodeName}`, action: 'artifact.lost', subject: nodeName };
  await appendAudit(transaction, { ...lost, detail: { sha256, why } });
}
