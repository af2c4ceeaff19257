// Ends of downloads on a ledger that refuses to be written for a while, as on a full disk.
import { join } from 'node:path';
import t from 'tap';
import { createLogger } from '#commlink/log.ts';
import { openDownloadRegister } from '#ftp-node/downloads/download-register.ts';
import { openDeliveryRecords } from '#ftp-node/ledger/delivery-records.ts';
import { openDownloadRecords } from '#ftp-node/ledger/download-records.ts';
import { openLedger } from '#ftp-node/ledger/ledger.ts';
import { openReportOutbox, type ReportedEvent } from '#ftp-node/ledger/report-outbox.ts';
import type { StagerContext } from '#ftp-node/stager/stager-context.ts';
import { newId, waitUntil } from '../running-node.ts';

const delivery = newId('dlv');
const place = { account: 'acme', path: 'tool/1.0.0/tool.bin' };
const start = {
  ...place,
  principal: `delivery:${delivery}`,
  protocol: 'https',
  address: '127.0.0.1',
} as const;

t.test('an end that the disk refuses is recorded when there is room again', async (t) => {
  const ledger = openLedger(join(t.testdir({}), 'ledger.db'));
  const deliveries = openDeliveryRecords(ledger);
  const outbox = openReportOutbox(ledger);
  const fields = { ledger, deliveries, outbox, now: () => Date.now(), wakeSender: () => undefined };
  const context = { ...fields, log: createLogger('test', 'silent') } as unknown as StagerContext;
  const facts = { sha256: 'a'.repeat(64), sizeBytes: 10, mediaType: 'text/plain', publishedAtMs: 0 };
  const record = { delivery, grant: newId('grt'), ...place, ...facts, stagedUntilMs: Date.now() + 60_000 };
  ledger.transaction(() => {
    deliveries.add(record, Date.now() + 60_000);
    deliveries.markStaged(delivery);
  });
  const register = openDownloadRegister(context, openDownloadRecords(ledger));
  t.teardown(() => {
    register.stop();
    ledger.close();
  });
  const begin = async () => {
    const begun = await register.begin({ ...start, offsetBytes: 0, sizeBytes: 10, delivery }, 'server-1');
    return begun?.download ?? null;
  };
  const [whole, orphan] = [await begin(), await begin()];
  if (whole === null || orphan === null) throw new Error('nothing has begun');
  ledger.database.exec(
    "create trigger full before insert on report begin select raise(abort, 'database or disk is full'); end",
  );
  await register.end({ download: whole, sentBytes: 10, outcome: 'complete' }, 'server-1');
  await t.resolves(register.endAllOf('server-1'), 'and no session server that dies takes the stager along');
  ledger.database.exec('drop trigger full');
  await waitUntil(() => register.runningCount === 0, 'the ends to be recorded');
  const outcomes = outbox
    .take(10)
    .map(({ event }) => event)
    .filter((event): event is ReportedEvent & { type: 'download' } => event.type === 'download')
    .map(({ download, outcome, sentBytes }) => [download, outcome, sentBytes]);
  t.same(outcomes, [
    [whole, 'complete', 10],
    [orphan, 'aborted', 0],
  ]);
  const lasting = await begin();
  await waitUntil(() => outbox.count() === 3, 'one that lasts to be reported');
  t.match(outbox.take(3).at(-1)?.event, { download: lasting, outcome: 'running' });
});
