// What every engine of the store must do about statistics and about looking through the audit log: part of the contract of
// stores. Called by an engine's test.
import type { Test } from 'tap';
import { newRecordId } from '#internal-db/record-id.ts';
import { hashSecret } from '#internal-db/secret-token.ts';
import type { DownloadRow } from '#internal-db/store/downloads.ts';
import type { Store } from '#internal-db/store/store.ts';
import { seedStore, type OpenStore } from './store-contract.ts';

const dayMs = 86_400_000;
const everything = { fromDay: 0, toDay: 100_000, productId: null, nodeName: null };
const firstPage = { after: null, limit: 10 };

async function seedDelivery(store: Store) {
  const seeded = await seedStore(store);
  const delivery = newRecordId('dlv');
  await store.transaction((tx) =>
    tx.deliveries.insert({
      id: delivery,
      accountId: seeded.acme.id,
      artifactId: seeded.artifact.id,
      entitlementId: seeded.entitlement.id,
      nodeId: 'n'.repeat(43),
      nodeName: 'ftp1',
      login: 'dl-1',
      passwordHash: hashSecret('secret'),
      requestedBy: 'user:jo',
      requestedAtMs: 10,
      expiresAtMs: 100,
      arrivedBytes: null,
    }),
  );
  const download = (change: Partial<DownloadRow>): DownloadRow => ({
    id: newRecordId('dlv'),
    deliveryId: delivery,
    principal: 'user:jo',
    path: 'tool/1.0.0/tool.bin',
    protocol: 'https',
    address: '127.0.0.1',
    offsetBytes: 0,
    sentBytes: 5,
    sizeBytes: 5,
    startedAtMs: dayMs,
    endedAtMs: dayMs + 1,
    outcome: 'complete',
    ...change,
  });
  return { ...seeded, delivery, download };
}

/** The contract. */
export function testStatisticsContract(t: Test, open: OpenStore): void {
  t.test('each download is summed once, when it ends, on the day when it ends', async (t) => {
    const store = await open(t.testdir({}));
    t.teardown(() => store.close());
    const { acme, product, release, download } = await seedDelivery(store);
    const { statistics } = store.read;
    const put = (row: DownloadRow) => store.transaction((tx) => tx.downloads.put(row));
    const running = download({ endedAtMs: null, sentBytes: 1, outcome: 'running' });
    await put(running);
    t.same(await statistics.downloadsByDay(everything), [], 'one that runs is not counted');
    await put({ ...running, sentBytes: 3 });
    const ended = { ...running, sentBytes: 5, outcome: 'complete' as const, endedAtMs: 2 * dayMs + 7 };
    await put(ended);
    await put(ended);
    t.same(await statistics.downloadsByDay(everything), [
      { key: 2, outcome: 'complete', downloadCount: 1, sentBytes: 5 },
    ]);
    await put(download({}));
    await put(download({ outcome: 'aborted', sentBytes: 2 }));
    const sums = [
      { key: 1, outcome: 'aborted', downloadCount: 1, sentBytes: 2 },
      { key: 1, outcome: 'complete', downloadCount: 1, sentBytes: 5 },
    ];
    t.same(await statistics.downloadsByDay({ ...everything, toDay: 1 }), sums);
    t.same(await statistics.downloadsByDay({ ...everything, fromDay: 3 }), []);
    t.same(await statistics.downloadsByDay({ ...everything, nodeName: 'ftp2' }), []);
    t.match(await statistics.downloadsByDay({ ...everything, productId: product.id }), [...sums, {}]);
    const both = [
      { outcome: 'aborted', downloadCount: 1, sentBytes: 2 },
      { outcome: 'complete', downloadCount: 2, sentBytes: 10 },
    ];
    const named = (key: string) => both.map((sum) => ({ key, ...sum }));
    t.same(await statistics.downloadsByProduct(everything), named('tool'));
    t.same(await statistics.downloadsByNode(everything), named('ftp1'));
    const { id: accountId, name, displayName } = acme;
    t.same(await statistics.holdersOf(release.id, firstPage), [
      {
        accountId,
        account: name,
        displayName,
        firstAtMs: dayMs + 1,
        lastAtMs: ended.endedAtMs,
        downloadCount: 2,
      },
    ]);
    t.equal(await statistics.holderCount(release.id), 1);
    t.same(await statistics.holdersOf(release.id, { ...firstPage, after: accountId }), []);
  });

  t.test('sums do not grow beyond what a program can read', async (t) => {
    const store = await open(t.testdir({}));
    t.teardown(() => store.close());
    const { download } = await seedDelivery(store);
    const huge = { sentBytes: Number.MAX_SAFE_INTEGER };
    for (const endedAtMs of [1, 2, dayMs + 1])
      await store.transaction((tx) => tx.downloads.put(download({ ...huge, endedAtMs })));
    const [sum] = await store.read.statistics.downloadsByNode(everything);
    t.match(sum, { downloadCount: 3, ...huge });
    t.match(await store.read.statistics.storageOfProducts(5), [
      { product: 'tool', fileCount: 1, sizeBytes: huge.sentBytes },
    ]);
  });

  t.test('what nodes hold is summed up, each file once', async (t) => {
    const store = await open(t.testdir({}));
    t.teardown(() => store.close());
    const { delivery, artifact } = await seedDelivery(store);
    const nodeId = 'n'.repeat(43);
    t.same(await store.read.statistics.storageOfNodes(), [], 'nothing before it is staged');
    const held = { isPinned: false, atMs: 1 };
    await store.transaction(async ({ deliveries, originals }) => {
      await deliveries.markStaged(delivery, 2);
      for (const [sha256, sizeBytes] of [
        ['b'.repeat(64), 5],
        ['c'.repeat(64), 7],
      ] as const) {
        await originals.put({ sha256, sizeBytes, keptAtMs: 1 });
        await originals.noteHeld(nodeId, { ...held, sha256 });
      }
      await originals.noteHeld('other', { ...held, sha256: 'c'.repeat(64) });
    });
    const found = await store.read.statistics.storageOfNodes();
    t.same(
      found.find((one) => one.nodeId === nodeId),
      {
        nodeId,
        fetched: { fileCount: 2, sizeBytes: 12 },
        staged: { fileCount: 1, sizeBytes: artifact.sizeBytes },
      },
    );
    t.match(
      found.find((one) => one.nodeId === 'other'),
      { fetched: { fileCount: 1, sizeBytes: 7 }, staged: { fileCount: 0, sizeBytes: 0 } },
    );
  });

  t.test('accounts are counted by the newest release that they have', async (t) => {
    const store = await open(t.testdir({}));
    t.teardown(() => store.close());
    const { acme, product, release } = await seedStore(store);
    const { statistics } = store.read;
    t.equal(await statistics.newestOf(product.id, acme.id), undefined);
    const newer = { ...release, id: newRecordId('rel'), version: '2.0.0' };
    const newest = { productId: product.id, accountId: acme.id, releaseId: release.id };
    await store.transaction((tx) => tx.catalog.insertRelease(newer));
    await store.transaction((tx) => tx.statistics.putNewest(newest));
    t.same(await statistics.newestOf(product.id, acme.id), { releaseId: release.id, version: '1.0.0' });
    await store.transaction((tx) => tx.statistics.putNewest({ ...newest, releaseId: newer.id }));
    const counts = { publishedCount: 2, draftCount: 0, withdrawnCount: 0 };
    t.same(await statistics.productSummaries(), [
      { name: 'tool', title: 'Tool', newestVersion: '2.0.0', ...counts },
    ]);
    t.same(await statistics.accountsByNewest(product.id), [{ releaseId: newer.id, accountCount: 1 }]);
    t.match(await statistics.accountsAt(newer.id, firstPage), [{ account: 'acme', releaseId: newer.id }]);
    t.same(await statistics.accountsAt(release.id, firstPage), []);
  });

  t.test('the audit log is searched by who, what, on what and when', async (t) => {
    const store = await open(t.testdir({}));
    t.teardown(() => store.close());
    const entry = (sequence: number, change: { actor?: string; action?: string; subject?: string }) => ({
      sequence,
      atMs: sequence * 10,
      actor: 'staff:ann',
      action: 'entitlement.grant',
      subject: 'acme tool',
      detail: '{}',
      hash: 'f'.repeat(64),
      ...change,
    });
    const entries = [
      entry(1, {}),
      entry(2, { actor: 'staff:bob' }),
      entry(3, { action: 'staff.signIn', subject: 'ann' }),
      entry(4, { subject: 'acme' }),
      entry(5, { subject: 'acmeville x' }),
    ];
    for (const one of entries) await store.transaction((tx) => tx.audit.append(one));
    const any = { actor: null, action: null, firstWord: null, fromMs: null, toMs: null };
    const found = async (filter: Partial<typeof any> | object, before: number | null = null, limit = 10) =>
      (await store.read.audit.search({ ...any, ...filter }, { before, limit })).map((one) => one.sequence);
    t.same(await found({}), [5, 4, 3, 2, 1]);
    t.same(await found({}, 4, 2), [3, 2]);
    t.same(await found({ actor: 'staff:ann' }), [5, 4, 3, 1]);
    t.same(await found({ action: 'staff.signIn' }), [3]);
    t.same(await found({ firstWord: 'acme' }), [4, 2, 1]);
    t.same(await found({ firstWord: 'acme' }, 4), [2, 1]);
    t.same(await found({ fromMs: 20, toMs: 40 }), [4, 3, 2]);
    t.same(await found({ actor: 'staff:ann', firstWord: 'acme', toMs: 39 }), [1]);
    t.same(await found({ actor: `' OR 1=1 --` }), []);
    t.match(
      (await store.read.audit.search({ ...any, action: 'staff.signIn' }, { before: null, limit: 1 }))[0],
      {
        ...entries[2],
      },
    );
  });
}
