// What is kept for a while only is all deleted in one run, however many batches that takes, and nothing else is.
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { forgetOldRecords } from '#internal-db/forget-old-records.ts';
import { idempotentRequestKeptMs } from '#internal-db/idempotency/limits.ts';
import { expiryBatchMax } from '#internal-db/limits.ts';
import { hashSecret } from '#internal-db/secret-token.ts';
import type { Transaction } from '#internal-db/store/store.ts';
import { webhookMessagesKeptMs } from '#internal-db/webhooks/limits.ts';
import { startRoom } from './support/running-room.ts';

const callerHash = hashSecret('caller');

async function putBoth({ idempotentRequests, webhooks }: Transaction, name: string, ageMs: [number, number]) {
  const [requestAgeMs, messageAgeMs] = ageMs;
  const begunAtMs = Date.now() - requestAgeMs;
  const request = { callerHash, requestKey: name, fingerprint: 'same', begunAtMs, sealedAnswer: null };
  await idempotentRequests.put(request);
  const atMs = Date.now() - messageAgeMs;
  await webhooks.insertMessage({ id: `msg_${name}`, eventType: 'login.refused', atMs, body: '{}' });
}

t.test('more than one batch is forgotten in one run', async (t) => {
  const { services, cluster } = await startRoom(t);
  const { store } = services.context;
  const oldCount = 2 * expiryBatchMax + 1;
  await store.transaction(async (transaction) => {
    for (let index = 0; index < oldCount; index += 1) {
      const ageMs: [number, number] = [idempotentRequestKeptMs + 60_000, webhookMessagesKeptMs + 60_000];
      await putBoth(transaction, `old-${index}`, ageMs);
    }
    await putBoth(transaction, 'new', [0, 0]);
  });
  const database = new DatabaseSync(cluster.config.databaseFile, { readOnly: true });
  t.teardown(() => database.close());
  const count = (table: string) =>
    database.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.['count'];
  t.equal(await store.read.idempotentRequests.countOf(callerHash), oldCount + 1);
  await forgetOldRecords(services.context);
  t.equal(await store.read.idempotentRequests.countOf(callerHash), 1);
  t.ok(await store.read.idempotentRequests.find(callerHash, 'new'));
  t.equal(count('webhook_messages'), 1);
});
