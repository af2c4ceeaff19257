// Gives the shared keys to the internal-dbs that ask for them: those that the operators have made members of the cluster, and
// nobody else. Called by start-services.ts on a schedule.
import type { Logger } from '#commlink/log.ts';
import type { Member } from '#commlink/node-config.ts';
import type { NodeKeys } from '#commlink/node-keys.ts';
import { appendAudit } from '../audit/append-audit.ts';
import type { Clock } from '../clock.ts';
import type { Store } from '../store/store.ts';
import { writeKeyDocument } from './key-documents.ts';
import { keyRequestKeptMs, keyRequestsPerRoundMax } from './limits.ts';

/** What is needed for that. */
export interface KeyHandOver {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly cluster: string;
  /** This node's own, which sign. */
  readonly node: NodeKeys;
  readonly databaseKeys: NodeKeys;
  readonly member: (nodeId: string) => Member | undefined;
}

/** Answers those that wait. */
export async function handOverKeys(handOver: KeyHandOver): Promise<void> {
  const { store, clock, log, member, cluster, node, databaseKeys } = handOver;
  let strangerCount = 0;
  for (const nodeId of await store.read.keyRequests.waiting(keyRequestsPerRoundMax)) {
    const recipient = member(nodeId);
    if (recipient?.role !== 'internal-db') {
      strangerCount += 1;
      continue;
    }
    const answer = await writeKeyDocument(databaseKeys, { cluster, giver: node, recipient });
    const atMs = clock.nowMs();
    await store.transaction(async (transaction) => {
      await transaction.keyRequests.answer(nodeId, answer);
      const event = { atMs, actor: 'internal-db', action: 'database.keysGiven', subject: recipient.name };
      await appendAudit(transaction, { ...event, detail: { node: nodeId } });
    });
    log.info({ node: recipient.name }, 'gave the keys of the database to another internal-db');
  }
  // Not a member, or not yet as far as is known here: it asks again.
  if (strangerCount === 0) return;
  await store.transaction(({ keyRequests }) => keyRequests.deleteBefore(clock.nowMs() - keyRequestKeptMs));
}
