// The storeroom read again by itself: when it is time, no faster than it may, and from where it was when the stager ended.
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { startStoreroomCheck } from '#ftp-node/artifacts/check-storeroom.ts';
import { openDeliveryLogins } from '#ftp-node/ledger/delivery-logins.ts';
import { openDeliveryRecords } from '#ftp-node/ledger/delivery-records.ts';
import { openKeptArtifacts } from '#ftp-node/ledger/kept-artifacts.ts';
import { openLedger } from '#ftp-node/ledger/ledger.ts';
import { openReportOutbox } from '#ftp-node/ledger/report-outbox.ts';
import type { StagerContext } from '#ftp-node/stager/stager-context.ts';
import { openAccountLinks } from '#ftp-node/storeroom/account-links.ts';
import { openStoreroom } from '#ftp-node/storeroom/storeroom.ts';
import { recordingLog } from '../../commlink/two-nodes.ts';

const dayMs = 86_400_000;
const fileBytes = 100_000;
const contents = [1, 2, 3].map(() => randomBytes(fileBytes));
const digests = contents.map((content) => createHash('sha256').update(content).digest('hex'));
const inOrder = digests.toSorted();

function openStager(t: Test) {
  const base = t.testdir({ storeroom: {} });
  for (const [index, sha256] of digests.entries())
    writeFileSync(join(base, 'storeroom', sha256), contents[index] ?? '', { mode: 0o444 });
  const ledger = openLedger(join(base, 'ledger.db'));
  t.teardown(() => ledger.close());
  const storeroom = openStoreroom(join(base, 'storeroom'));
  const outbox = openReportOutbox(ledger);
  const { log } = recordingLog();
  let nowMs = Date.now();
  const context: StagerContext = {
    cluster: 'local',
    node: 'n',
    ledger,
    deliveries: openDeliveryRecords(ledger),
    logins: openDeliveryLogins(ledger),
    kept: openKeptArtifacts(ledger),
    outbox,
    storeroom,
    links: openAccountLinks(join(base, 'accounts'), storeroom),
    verifier: { verify: () => null },
    log,
    now: () => nowMs,
    wakeSender: () => undefined,
    cutDeliveries: async () => 0,
  };
  const damage = (sha256: string): void => {
    const file = join(base, 'storeroom', sha256);
    chmodSync(file, 0o644);
    writeFileSync(file, randomBytes(fileBytes));
  };
  const isHere = (sha256: string): boolean => existsSync(join(base, 'storeroom', sha256));
  const lost = () => outbox.take(100).map(({ event }) => event);
  return { context, damage, isHere, lost, pass: (ms: number) => (nowMs += ms) };
}

const monthly = { intervalMs: 30 * dayMs, bytesPerSecondMax: 0 };
const [first = '', , last = ''] = inOrder;

t.test('what is damaged is found when it is time to look again, and told of', async (t) => {
  const { context, damage, isHere, lost, pass } = openStager(t);
  let settings = monthly;
  const checking = startStoreroomCheck(context, () => settings);
  t.teardown(() => checking.stop());
  await checking.look();
  t.same(lost(), [], 'all as they should be');
  damage(last);
  pass(29 * dayMs);
  await checking.look();
  t.ok(isHere(last), 'not yet');
  settings = { ...monthly, intervalMs: 0 };
  pass(2 * dayMs);
  await checking.look();
  t.ok(isHere(last), 'never');
  settings = monthly;
  await checking.look();
  t.notOk(isHere(last));
  t.match(lost(), [{ type: 'artifact.lost', sha256: last, why: 'damaged' }]);
  t.match(context.storeroom.quarantined(), [{ sha256: last, sizeBytes: fileBytes }]);
});

t.test('it keeps to its rate, and goes on after a restart where it was', async (t) => {
  const { context, damage, isHere } = openStager(t);
  // Three files take a second and a half.
  const slow = { ...monthly, bytesPerSecondMax: 2 * fileBytes };
  const before = startStoreroomCheck(context, () => slow);
  const startedAtMs = performance.now();
  const looking = before.look();
  await new Promise((resolve) => setTimeout(resolve, 800));
  await before.stop();
  await looking;
  t.ok(performance.now() - startedAtMs < 10_000, 'it ends in the middle of a file');
  damage(first);
  damage(last);
  const after = startStoreroomCheck(context, () => monthly);
  t.teardown(() => after.stop());
  await after.look();
  t.ok(isHere(first), 'it was read before');
  t.notOk(isHere(last), 'and this one was not');
});
