// What every engine of the store must do for a customer's deliveries and downloads: pages, filters, and whose a download was.
// Called beside store-contract.ts.
import type { Test } from 'tap';
import type { DownloadPageFilter } from '#internal-db/store/downloads.ts';
import { newRecordId } from '#internal-db/record-id.ts';
import { hashSecret } from '#internal-db/secret-token.ts';
import { seedStore, type OpenStore } from './store-contract.ts';

/** Tests an engine. */
export function testHistoryContract(t: Test, open: OpenStore): void {
  const openSeeded = async (t: Test) => {
    const store = await open(t.testdir({}));
    t.teardown(() => store.close());
    const seeded = await seedStore(store);
    const newDelivery = (index: number, requestedBy: string) => ({
      id: newRecordId('dlv'),
      accountId: seeded.acme.id,
      artifactId: seeded.artifact.id,
      entitlementId: seeded.entitlement.id,
      nodeId: 'n'.repeat(43),
      nodeName: 'ftp1',
      login: `d-aaaaaaaaa${'abcdefg'[index]}`,
      passwordHash: hashSecret('x'),
      requestedBy,
      requestedAtMs: 10 + Math.floor(index / 2),
      expiresAtMs: 100,
      arrivedBytes: null,
    });
    return { store, newDelivery, ...seeded };
  };

  t.test('deliveries come in pages, newest first, each once, by product, state and person', async (t) => {
    const { store, acme, newDelivery } = await openSeeded(t);
    const deliveries = [0, 1, 2, 3, 4].map((index) =>
      newDelivery(index, index === 1 ? 'user:kim' : 'user:jo'),
    );
    await store.transaction(async (tx) => {
      for (const delivery of deliveries) await tx.deliveries.insert(delivery);
      await tx.deliveries.end(deliveries[0]?.id ?? '', 'cancelled', 20);
    });
    const all = {
      accountId: acme.id,
      product: null,
      live: null,
      requestedBy: null,
      after: null,
      limit: 2,
    };
    const seen: string[] = [];
    let after: { requestedAtMs: number; id: string } | null = null;
    for (;;) {
      const page = await store.read.deliveries.page({ ...all, after });
      seen.push(...page.map(({ id }) => id));
      const last = page.at(-1);
      if (!last) break;
      after = { requestedAtMs: last.requestedAtMs, id: last.id };
    }
    t.same(seen.toSorted(), deliveries.map(({ id }) => id).toSorted());
    t.equal(seen[0], deliveries[4]?.id, 'the newest first');
    const count = async (filter: object) =>
      (await store.read.deliveries.page({ ...all, limit: 100, ...filter })).length;
    t.equal(await count({ live: true }), 4);
    t.equal(await count({ live: false }), 1);
    t.equal(await count({ requestedBy: 'user:kim' }), 1);
    t.equal(await count({ product: 'tool' }), 5);
    t.equal(await count({ product: 'too' }), 0);
    t.equal(await count({ accountId: 'acc_other' }), 0);
    const wanted = {
      accountId: acme.id,
      artifactId: deliveries[0]?.artifactId ?? '',
      requestedBy: 'user:jo',
    };
    const liveIds = async (change: object) =>
      (await store.read.deliveries.liveOfArtifact({ ...wanted, ...change })).map(({ id }) => id).toSorted();
    t.same(await liveIds({}), deliveries.flatMap(({ id }, index) => (index > 1 ? id : [])).toSorted());
    t.same(await liveIds({ requestedBy: 'user:kim' }), [deliveries[1]?.id]);
    t.same(await liveIds({ artifactId: 'art_other' }), []);
    t.same(await liveIds({ accountId: 'acc_other' }), []);
  });

  t.test('downloads come in pages, and each is that of whoever logged in or asked for it', async (t) => {
    const { store, acme, user, newDelivery } = await openSeeded(t);
    const delivery = newDelivery(0, 'user:kim');
    const token = {
      id: newRecordId('tok'),
      userId: user.id,
      name: 'ci',
      secretHash: hashSecret('secret'),
      scopes: ['downloads' as const],
      createdAtMs: 1,
      expiresAtMs: 100,
      lastUsedAtMs: null,
      revokedAtMs: null,
    };
    const appliance = `appliance:${newRecordId('apl')}`;
    const principals = [`delivery:${delivery.id}`, 'user:jo', `token:${token.id}`, appliance];
    const downloads = principals.map((principal, index) => ({
      id: newRecordId('dlv'),
      deliveryId: delivery.id,
      principal,
      path: 'tool/1.0.0/tool.bin',
      protocol: 'sftp' as const,
      address: '127.0.0.1',
      offsetBytes: 0,
      sentBytes: 5,
      sizeBytes: 5,
      startedAtMs: 10 + index,
      endedAtMs: 20,
      outcome: index === 0 ? ('aborted' as const) : ('complete' as const),
    }));
    await store.transaction(async (tx) => {
      await tx.deliveries.insert(delivery);
      await tx.sessions.insertToken(token);
      for (const download of downloads) await tx.downloads.put(download);
    });
    const all: DownloadPageFilter = {
      accountId: acme.id,
      product: null,
      downloadedBy: null,
      outcome: null,
      fromMs: null,
      untilMs: null,
      after: null,
      limit: 100,
    };
    const idsOf = async (filter: Partial<DownloadPageFilter>) =>
      (await store.read.downloads.page({ ...all, ...filter })).map(({ id }) =>
        downloads.findIndex((download) => download.id === id),
      );
    t.same(await idsOf({}), [3, 2, 1, 0]);
    t.same(await idsOf({ limit: 1 }), [3]);
    const second = { startedAtMs: 11, id: downloads[1]?.id ?? '' };
    t.same(await idsOf({ after: second }), [0]);
    t.same(await idsOf({ downloadedBy: 'user:jo' }), [2, 1], 'a password and a token');
    t.same(await idsOf({ downloadedBy: 'user:kim' }), [0], 'the login of the delivery');
    t.same(await idsOf({ downloadedBy: appliance }), [3]);
    t.same(await idsOf({ outcome: 'aborted' }), [0]);
    t.same(await idsOf({ fromMs: 11, untilMs: 12 }), [1]);
    t.same(await idsOf({ product: 'tool' }), [3, 2, 1, 0]);
    t.same(await idsOf({ product: 'too' }), []);
    t.same(await idsOf({ accountId: 'acc_other' }), []);
  });
}
