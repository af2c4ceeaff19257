// The ledger: durable, joined and undone transactions, migrations, and the outbox's numbers without gaps.
import { randomBytes } from 'node:crypto';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { openLedger } from '#ftp-node/ledger/ledger.ts';
import { openReportOutbox } from '#ftp-node/ledger/report-outbox.ts';

const id = (kind: string): string => `${kind}_${randomBytes(16).toString('base64url')}`;

function open(t: Test) {
  const file = join(t.testdir({}), 'ledger.db');
  const ledger = openLedger(file);
  t.teardown(() => {
    if (ledger.database.isOpen) ledger.close();
  });
  return { file, ledger, outbox: openReportOutbox(ledger) };
}

t.test('is private, and opens again', async (t) => {
  const { file, ledger, outbox } = open(t);
  outbox.add({ type: 'delivery.staged', delivery: id('dlv') }, 1);
  t.equal(statSync(file).mode & 0o777, 0o600);
  ledger.close();
  const again = openLedger(file);
  t.equal(openReportOutbox(again).count(), 1);
  again.close();
});

t.test('a ledger of a newer version, and one that is none, are refused plainly', async (t) => {
  const directory = t.testdir({});
  const newer = join(directory, 'newer.db');
  openLedger(newer).close();
  const database = new DatabaseSync(newer);
  database.exec('pragma user_version = 99');
  database.close();
  t.throws(() => openLedger(newer), { code: 'LEDGER_NEWER' });
  const corrupt = join(directory, 'corrupt.db');
  writeFileSync(corrupt, randomBytes(8192));
  t.throws(() => openLedger(corrupt), { code: 'LEDGER_CORRUPT' });
});

t.test('work that comes together is committed together, and fails alone', async (t) => {
  const { ledger, outbox } = open(t);
  const event = () => ({ type: 'delivery.staged', delivery: id('dlv') }) as const;
  const results = await Promise.allSettled([
    ledger.commit(() => outbox.add(event(), 1)),
    ledger.commit(() => {
      outbox.add(event(), 2);
      throw new Error('no');
    }),
    ledger.commit(() => outbox.add(event(), 3)),
  ]);
  t.same(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  t.same(
    outbox.take(10).map(({ atMs, sequence }) => [sequence, atMs]),
    [
      [1, 1],
      [2, 3],
    ],
  );
});

t.test(
  'work with patience joins what comes next, waits no longer than that, and is not lost at closing',
  async (t) => {
    const { file, ledger, outbox } = open(t);
    const event = () => ({ type: 'delivery.staged', delivery: id('dlv') }) as const;
    const settled: string[] = [];
    const note = (name: string) => (): void => void settled.push(name);
    const hour = 3_600_000;
    const patient = ledger.commit(() => outbox.add(event(), 1), hour).then(note('patient'));
    await nextTurn();
    t.same([outbox.count(), settled], [0, []], 'it waits');
    await ledger.commit(() => outbox.add(event(), 2)).then(note('urgent'));
    await patient;
    t.same(settled, ['patient', 'urgent'], 'in the order of coming');
    t.same(
      outbox.take(10).map(({ atMs }) => atMs),
      [1, 2],
    );
    await ledger.commit(() => outbox.add(event(), 3), 5);
    t.equal(outbox.count(), 3, 'alone, when nothing comes');
    const atClosing = ledger.commit(() => outbox.add(event(), 4), hour);
    ledger.close();
    await atClosing;
    const again = openLedger(file);
    t.equal(openReportOutbox(again).count(), 4);
    again.close();
  },
);

const download = (sentBytes: number, one: string) =>
  ({
    type: 'download',
    download: one,
    delivery: one,
    account: 'acme',
    path: 'a/b/c',
    protocol: 'ftp',
    address: '127.0.0.1',
    principal: 'user:a',
    offsetBytes: 0,
    sentBytes,
    sizeBytes: 10,
    startedAtMs: 1,
    endedAtMs: null,
    outcome: 'running',
  }) as const;

t.test('progress that was not sent is replaced, progress that was sent is not', async (t) => {
  const { outbox } = open(t);
  const one = id('dwn');
  outbox.addProgress(download(1, one), 1, 100);
  outbox.addProgress(download(2, one), 2, 100);
  t.equal(outbox.count(), 1);
  t.match(outbox.take(10), [{ sequence: 1, event: { sentBytes: 2 } }]);
  outbox.addProgress(download(3, one), 3, 100);
  t.match(outbox.take(10), [{ event: { sentBytes: 2 } }, { sequence: 2, event: { sentBytes: 3 } }]);
});

t.test(
  'that an artifact is held waits once, sent or not, and is told again after it was accepted',
  async (t) => {
    const { outbox } = open(t);
    const held = (byte: string) => ({
      type: 'artifact.held' as const,
      sha256: byte.repeat(32),
      pinned: true,
    });
    outbox.addHeld(held('ab'), 1);
    outbox.take(10);
    outbox.addHeld(held('ab'), 2);
    outbox.addHeld(held('cd'), 3);
    t.match(outbox.take(10), [{ atMs: 1 }, { atMs: 3 }]);
    outbox.accept(2);
    outbox.addHeld(held('ab'), 4);
    t.equal(outbox.count(), 1);
  },
);

t.test('no progress is added to a long backlog, but what must be reported is', async (t) => {
  const { outbox } = open(t);
  outbox.addProgress(download(1, id('dwn')), 1, 1);
  outbox.addProgress(download(1, id('dwn')), 1, 1);
  outbox.add(download(1, id('dwn')), 1);
  t.equal(outbox.count(), 2);
});

t.test(
  'numbers are never used again, also after everything was accepted and the ledger opened again',
  async (t) => {
    const { file, ledger, outbox } = open(t);
    for (let n = 0; n < 3; n += 1) outbox.add({ type: 'delivery.staged', delivery: id('dlv') }, n);
    outbox.accept(3);
    ledger.close();
    const again = openLedger(file);
    const later = openReportOutbox(again);
    later.add({ type: 'delivery.staged', delivery: id('dlv') }, 9);
    t.same(
      later.take(5).map(({ sequence }) => sequence),
      [4],
    );
    again.close();
    openLedger(file);
  },
);

for (const [what, before, accepted, expected] of [
  ['internal-db knows later numbers: the ledger was lost', 0, 1000, [1001, 1002, 1003]],
  ['internal-db knows earlier numbers: it was restored', 500, 100, [101, 102, 103]],
  ['internal-db has some of them already', 0, 1, [1, 2, 3]],
  ['internal-db is just before them', 500, 500, [501, 502, 503]],
] as const)
  t.test(what, async (t) => {
    const { outbox } = open(t);
    const event = { type: 'delivery.staged', delivery: id('dlv') } as const;
    for (let n = 0; n < before + 3; n += 1) outbox.add(event, n);
    outbox.accept(before);
    outbox.continueAfter(accepted);
    t.same(
      outbox.take(5).map(({ sequence }) => sequence),
      expected,
    );
    outbox.add(event, 1);
    t.equal(outbox.take(5).at(-1)?.sequence, expected[2] + 1);
  });
