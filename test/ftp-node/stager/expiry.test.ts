// Expiry follows the wall clock, also when that jumps; the clock is the only thing here that is not real.
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { recordingLog } from '../../commlink/two-nodes.ts';
import { openDeliveryLogins } from '#ftp-node/ledger/delivery-logins.ts';
import { openDeliveryRecords } from '#ftp-node/ledger/delivery-records.ts';
import { openKeptArtifacts } from '#ftp-node/ledger/kept-artifacts.ts';
import { openLedger } from '#ftp-node/ledger/ledger.ts';
import { openReportOutbox } from '#ftp-node/ledger/report-outbox.ts';
import { startExpiry } from '#ftp-node/stager/expiry.ts';
import { parseStagedPlace } from '#ftp-node/stager/staged-place.ts';
import type { StagerContext } from '#ftp-node/stager/stager-context.ts';
import { finishStaging } from '#ftp-node/stager/staging.ts';
import { openAccountLinks } from '#ftp-node/storeroom/account-links.ts';
import { openStoreroom } from '#ftp-node/storeroom/storeroom.ts';
import { newId, waitUntil } from '../running-node.ts';

async function prepare(t: Test) {
  const base = t.testdir({});
  const ledger = openLedger(join(base, 'ledger.db'));
  t.teardown(() => ledger.close());
  const storeroom = openStoreroom(join(base, 'storeroom'));
  const clock = { offsetMs: 0 };
  const { log, lines } = recordingLog();
  const context: StagerContext = {
    cluster: 'local',
    node: 'n',
    ledger,
    deliveries: openDeliveryRecords(ledger),
    logins: openDeliveryLogins(ledger),
    kept: openKeptArtifacts(ledger),
    outbox: openReportOutbox(ledger),
    storeroom,
    links: openAccountLinks(join(base, 'accounts'), storeroom),
    verifier: { verify: () => null },
    log,
    now: () => Date.now() + clock.offsetMs,
    wakeSender: () => undefined,
    cutDeliveries: async () => 0,
  };
  const content = randomBytes(100);
  await storeroom.ingest(
    (async function* () {
      yield content;
    })(),
  );
  const stage = async (file: string, lifeMs: number): Promise<string> => {
    const place = parseStagedPlace('acme', `tool/1.0.0/${file}`)!;
    const record = {
      delivery: newId('dlv'),
      grant: newId('grt'),
      account: place.account,
      path: place.path,
      sha256: createHash('sha256').update(content).digest('hex'),
      sizeBytes: content.length,
      mediaType: 'a/b',
      publishedAtMs: 1,
      stagedUntilMs: context.now() + lifeMs,
    };
    await ledger.commit(() => context.deliveries.add(record, 1));
    await finishStaging(context, { ...record, state: 'staging' }, place);
    return join(base, 'accounts', place.relative);
  };
  const timer = startExpiry(context);
  t.teardown(() => timer.stop());
  return { clock, stage, lines, context };
}

t.test('a clock that jumps forward ends what is over by the new time, and is warned about', async (t) => {
  const { clock, stage, lines } = await prepare(t);
  const short = await stage('short.bin', 60_000);
  const long = await stage('long.bin', 40 * 86_400_000);
  clock.offsetMs = 3_600_000;
  await waitUntil(() => !existsSync(short), 'the end');
  t.ok(existsSync(long));
  t.ok(lines.some(({ msg }) => msg.startsWith('The clock was set by 3600 s.')));
});

t.test('a clock that jumps back ends nothing early, and what is over by then', async (t) => {
  const { clock, stage, lines } = await prepare(t);
  const file = await stage('file.bin', 1000);
  clock.offsetMs = -3_600_000;
  await waitUntil(
    () => lines.some(({ msg }) => msg.startsWith('The clock was set by -3600 s.')),
    'the warning',
  );
  t.ok(existsSync(file));
  clock.offsetMs = 2000;
  await waitUntil(() => !existsSync(file), 'the end');
});
