// What every engine of the store must do. An engine's test calls `testStoreContract` with a factory that opens an empty
// store; the second call of `open` on the same place must find what the first has written.
import type { Test } from 'tap';
import type { Store } from '#internal-db/store/store.ts';
import { newRecordId } from '#internal-db/record-id.ts';
import { hashSecret } from '#internal-db/secret-token.ts';

/** Opens a store; `place` is a directory of the test's own. */
export type OpenStore = (place: string) => Store | Promise<Store>;

const account = (name: string) =>
  ({ id: newRecordId('acc'), name, displayName: name, state: 'active', createdAtMs: 1 }) as const;

/** Accounts, a product, a release, a file, an entitlement: the rows that others need. */
export async function seedStore(store: Store) {
  const acme = account('acme');
  const user = {
    id: newRecordId('usr'),
    accountId: acme.id,
    name: 'jo',
    displayName: 'Jo',
    passwordHash: null,
    role: 'owner' as const,
    email: null,
    language: 'en' as const,
    createdAtMs: 1,
  };
  const product = { id: newRecordId('prd'), name: 'tool', title: 'Tool', description: '', createdAtMs: 1 };
  const release = {
    id: newRecordId('rel'),
    productId: product.id,
    version: '1.0.0',
    channel: 'stable',
    state: 'published' as const,
    createdAtMs: 1,
    publishedAtMs: 1,
  };
  const artifact = {
    id: newRecordId('art'),
    releaseId: release.id,
    name: 'tool.bin',
    sizeBytes: Number.MAX_SAFE_INTEGER,
    sha256: 'a'.repeat(64),
    platform: null,
    mediaType: 'application/octet-stream',
    createdAtMs: 1,
  };
  const entitlement = {
    id: newRecordId('ent'),
    accountId: acme.id,
    account: 'acme',
    productId: product.id,
    product: 'tool',
    versions: '*',
    channels: ['stable', 'beta'],
    notBeforeMs: null,
    notAfterMs: null,
    downloadsMax: 2,
    licenceAgreement: null,
    grantedBy: 'test',
    grantedAtMs: 1,
    grantReason: 'because',
    revokedAtMs: null,
    revokedBy: null,
    revokeReason: null,
  };
  await store.transaction(async (transaction) => {
    await transaction.accounts.insert(acme);
    await transaction.accounts.insertUser(user);
    await transaction.catalog.insertProduct(product);
    await transaction.catalog.insertRelease(release);
    await transaction.catalog.insertArtifact(artifact);
    await transaction.entitlements.insert(entitlement);
  });
  return { acme, user, product, release, artifact, entitlement };
}

type Seeded = Awaited<ReturnType<typeof seedStore>>;

const newDelivery = (seeded: Seeded, login: string) => ({
  id: newRecordId('dlv'),
  accountId: seeded.acme.id,
  artifactId: seeded.artifact.id,
  entitlementId: seeded.entitlement.id,
  nodeId: 'n'.repeat(43),
  nodeName: 'ftp1',
  login,
  passwordHash: hashSecret('secret'),
  requestedBy: 'user:jo',
  requestedAtMs: 10,
  expiresAtMs: 100,
  arrivedBytes: null,
});

/** The contract. */
export function testStoreContract(t: Test, open: OpenStore): void {
  t.test('what was committed is there after closing and opening again', async (t) => {
    const place = t.testdir({});
    const first = await open(place);
    const seeded = await seedStore(first);
    await first.close();
    const second = await open(place);
    t.teardown(() => second.close());
    t.same(await second.read.accounts.byName('acme'), seeded.acme);
    t.same(await second.read.accounts.userByName('jo'), { user: seeded.user, account: seeded.acme });
    t.same(await second.read.entitlements.ofAccount(seeded.acme.id), [seeded.entitlement]);
    t.same(await second.read.catalog.artifactsOfProduct(seeded.product.id), [seeded.artifact]);
  });

  t.test('a transaction that throws leaves nothing behind', async (t) => {
    const store = await open(t.testdir({}));
    t.teardown(() => store.close());
    const fault = new Error('half-way');
    const work = store.transaction(async (transaction) => {
      await transaction.accounts.insert(account('acme'));
      throw fault;
    });
    await t.rejects(work, fault);
    t.equal(await store.read.accounts.byName('acme'), undefined);
    await store.transaction((transaction) => transaction.accounts.insert(account('acme')));
    t.ok(await store.read.accounts.byName('acme'), 'the store goes on');
  });

  t.test('transactions do not interleave, whatever they await', async (t) => {
    const store = await open(t.testdir({}));
    t.teardown(() => store.close());
    const increment = () =>
      store.transaction(async (transaction) => {
        const before = Number((await transaction.settings.get('clock_high_water_ms')) ?? 0);
        await new Promise((resolve) => setTimeout(resolve, 1));
        await transaction.settings.put('clock_high_water_ms', String(before + 1));
      });
    await Promise.all(Array.from({ length: 20 }, increment));
    t.equal(await store.read.settings.get('clock_high_water_ms'), '20');
  });

  t.test('one that fails takes nothing of its neighbours with it', async (t) => {
    const store = await open(t.testdir({}));
    t.teardown(() => store.close());
    const work = Array.from({ length: 30 }, (_, index) =>
      store.transaction(async (transaction) => {
        await transaction.accounts.insert(account(`account-${index}`));
        if (index % 3 === 0) throw new Error('this one fails');
        return index;
      }),
    );
    const outcomes = await Promise.allSettled(work);
    for (const [index, outcome] of outcomes.entries()) {
      t.equal(outcome.status, index % 3 === 0 ? 'rejected' : 'fulfilled');
      const found = await store.read.accounts.byName(`account-${index}`);
      t.equal(found !== undefined, index % 3 !== 0, `account-${index}`);
    }
  });

  t.test('a read outside sees nothing of a transaction before it is committed', async (t) => {
    const store = await open(t.testdir({}));
    t.teardown(() => store.close());
    await store.transaction(async (transaction) => {
      await transaction.accounts.insert(account('acme'));
      t.equal(await store.read.accounts.byName('acme'), undefined);
    });
    t.ok(await store.read.accounts.byName('acme'));
  });

  t.test('names that must be unique are taken once', async (t) => {
    const store = await open(t.testdir({}));
    t.teardown(() => store.close());
    const { release, product, user } = await seedStore(store);
    const taken = { code: 'taken' };
    const attempt = store.transaction.bind(store);
    await t.rejects(
      attempt((tx) => tx.accounts.insert(account('acme'))),
      taken,
    );
    await t.rejects(
      attempt((tx) => tx.accounts.insertUser({ ...user, id: newRecordId('usr') })),
      taken,
    );
    await t.rejects(
      attempt((tx) => tx.catalog.insertProduct({ ...product, id: newRecordId('prd') })),
      taken,
    );
    await t.rejects(
      attempt((tx) => tx.catalog.insertRelease({ ...release, id: newRecordId('rel') })),
      taken,
    );
  });

  t.test('a row that points nowhere is refused', async (t) => {
    const store = await open(t.testdir({}));
    t.teardown(() => store.close());
    const { user } = await seedStore(store);
    const orphan = { ...user, id: newRecordId('usr'), name: 'orphan', accountId: newRecordId('acc') };
    await t.rejects(
      store.transaction((tx) => tx.accounts.insertUser(orphan)),
      { code: 'store_fault' },
    );
  });

  t.test('a delivery lives until it ends, and ends once', async (t) => {
    const store = await open(t.testdir({}));
    t.teardown(() => store.close());
    const seeded = await seedStore(store);
    const delivery = newDelivery(seeded, 'd-aaaaaaaaaa');
    await store.transaction((tx) => tx.deliveries.insert(delivery));
    t.match(await store.read.deliveries.byLogin('d-aaaaaaaaaa'), {
      state: 'requested',
      account: 'acme',
      product: 'tool',
      version: '1.0.0',
      file: 'tool.bin',
      sizeBytes: Number.MAX_SAFE_INTEGER,
    });
    t.equal(await store.read.deliveries.liveCountOfAccount(seeded.acme.id), 1);
    t.equal((await store.read.deliveries.overdue(99, 10)).length, 0);
    t.equal((await store.read.deliveries.overdue(100, 10)).length, 1);
    await store.transaction((tx) => tx.deliveries.markStaged(delivery.id, 20));
    t.equal(await store.transaction((tx) => tx.deliveries.end(delivery.id, 'revoked', 30)), true);
    t.equal(await store.transaction((tx) => tx.deliveries.end(delivery.id, 'expired', 40)), false);
    await store.transaction((tx) => tx.deliveries.markStaged(delivery.id, 50));
    t.match(await store.read.deliveries.byId(delivery.id), {
      state: 'revoked',
      stagedAtMs: 20,
      endedAtMs: 30,
    });
    t.equal((await store.read.deliveries.liveOfAccount(seeded.acme.id)).length, 0);
    t.equal((await store.read.deliveries.liveOfRelease(seeded.release.id)).length, 0);
    const list = (state: 'revoked' | 'staged') =>
      store.read.deliveries.list({ accountId: seeded.acme.id, state, limit: 5 });
    t.equal((await list('revoked')).length, 1);
    t.equal((await list('staged')).length, 0);
  });

  t.test('a download that has ended keeps its outcome, and counts once it is complete', async (t) => {
    const store = await open(t.testdir({}));
    t.teardown(() => store.close());
    const seeded = await seedStore(store);
    const delivery = newDelivery(seeded, 'd-aaaaaaaaaa');
    const download = {
      id: newRecordId('dlv'),
      deliveryId: delivery.id,
      principal: 'user:jo',
      path: 'tool/1.0.0/tool.bin',
      protocol: 'ftps' as const,
      address: '127.0.0.1',
      offsetBytes: 0,
      sentBytes: 3,
      sizeBytes: 5,
      startedAtMs: 10,
      endedAtMs: null,
      outcome: 'running' as const,
    };
    await store.transaction(async (tx) => {
      await tx.deliveries.insert(delivery);
      await tx.downloads.put(download);
    });
    const count = async (untilMs: number) => {
      const counts = await store.read.entitlements.completeDownloadCounts([seeded.entitlement.id], untilMs);
      return counts.get(seeded.entitlement.id) ?? 0;
    };
    t.equal(await count(1000), 0);
    const done = { ...download, sentBytes: 5, endedAtMs: 20, outcome: 'complete' as const };
    await store.transaction((tx) => tx.downloads.put(done));
    await store.transaction((tx) => tx.downloads.put(download));
    t.match(await store.read.downloads.byId(download.id), {
      outcome: 'complete',
      sentBytes: 5,
      account: 'acme',
    });
    t.equal(await count(20), 1);
    t.equal(await count(19), 0, 'downloads that end later do not count yet');

    const again = newDelivery(seeded, 'd-bbbbbbbbbb');
    const byAppliance = (deliveryId: string, uid: string) => ({
      ...done,
      id: newRecordId('dlv'),
      deliveryId,
      principal: `appliance:${uid}`,
    });
    await store.transaction(async (tx) => {
      await tx.deliveries.insert(again);
      for (const deliveryId of [delivery.id, delivery.id, again.id])
        await tx.downloads.put(byAppliance(deliveryId, 'apl_a'));
      await tx.downloads.put(byAppliance(delivery.id, 'apl_b'));
      await tx.downloads.put({ ...done, id: newRecordId('dlv') });
    });
    t.equal(await count(20), 5, 'two of a person, and each delivery once for each appliance');
  });

  t.test('orders wait for each node apart until they are acknowledged', async (t) => {
    const store = await open(t.testdir({}));
    t.teardown(() => store.close());
    const order = (id: string, nodeName: string, createdAtMs: number) => ({
      id,
      nodeId: nodeName,
      nodeName,
      deliveries: [{ delivery: newRecordId('dlv'), reason: 'revoked' as const }],
      createdAtMs,
    });
    const orders = [
      order('a', 'dead', 1),
      order('b', 'dead', 2),
      order('c', 'dead', 3),
      order('d', 'alive', 4),
    ];
    await store.transaction(async (tx) => {
      for (const one of orders) await tx.nodes.insertOrder(one);
    });
    t.same(
      (await store.read.nodes.pendingOrders(2)).map((one) => one.id),
      ['a', 'b', 'd'],
    );
    await store.transaction((tx) => tx.nodes.acknowledgeOrder('a', { atMs: 9, cutTransferCount: 2 }));
    t.same(
      (await store.read.nodes.pendingOrders(9)).map((one) => one.id),
      ['b', 'c', 'd'],
    );
    t.match(await store.read.nodes.ordersByIds(['a']), [{ acknowledgedAtMs: 9, cutTransferCount: 2 }]);
    t.equal(await store.transaction((tx) => tx.nodes.endOrdersOf('dead', 10)), 2);
    t.same(
      (await store.read.nodes.pendingOrders(9)).map((one) => one.id),
      ['d'],
    );
    t.match(await store.read.nodes.ordersByIds(['a']), [{ acknowledgedAtMs: 9, cutTransferCount: 2 }]);
    t.match(await store.read.nodes.ordersByIds(['b']), [{ acknowledgedAtMs: 10, cutTransferCount: null }]);
  });

  t.test('the audit log refuses a second entry of the same number', async (t) => {
    const store = await open(t.testdir({}));
    t.teardown(() => store.close());
    const entry = {
      sequence: 1,
      atMs: 1,
      actor: 'a',
      action: 'b',
      subject: 'c',
      detail: '{}',
      hash: 'f'.repeat(64),
    };
    await store.transaction((tx) => tx.audit.append(entry));
    await t.rejects(
      store.transaction((tx) => tx.audit.append(entry)),
      { code: 'taken' },
    );
    t.same(await store.read.audit.last(), entry);
  });

  t.test('a closed store finishes what was queued and takes nothing new', async (t) => {
    const place = t.testdir({});
    const store = await open(place);
    const queued = store.transaction((tx) => tx.accounts.insert(account('acme')));
    await store.close();
    await queued;
    await t.rejects(
      store.transaction((tx) => tx.accounts.insert(account('other'))),
      { code: 'closed' },
    );
    const again = await open(place);
    t.teardown(() => again.close());
    t.ok(await again.read.accounts.byName('acme'));
  });

  t.test('bans run until they are over or ended, and are counted and forgotten', async (t) => {
    const store = await open(t.testdir({}));
    t.teardown(() => store.close());
    const ban = (network: string, createdAtMs: number, untilMs: number) => ({
      id: newRecordId('ban'),
      network,
      reason: 'guessing',
      bannedBy: 'internal-db',
      createdAtMs,
      untilMs,
    });
    const first = ban('203.0.113.7', 10, 100);
    const second = ban('203.0.113.0/24', 20, 90);
    await store.transaction(async ({ bans }) => {
      for (const one of [first, second, ban('198.51.100.1', 5, 15)]) await bans.insert(one);
    });
    const running = { endedAtMs: null, endReason: null };
    t.same(await store.read.bans.running(20, 10), [
      { ...second, ...running },
      { ...first, ...running },
    ]);
    t.match(await store.read.bans.running(20, 1), [{ id: first.id }], 'those that end last');
    t.match(await store.read.bans.running(90, 10), [{ id: first.id }]);
    const countOf = (sinceMs: number) =>
      store.read.bans.countSince({ network: '203.0.113.7', bannedBy: 'internal-db', sinceMs });
    t.same([await countOf(10), await countOf(11)], [1, 0]);
    const end = { atMs: 50, reason: 'lifted' };
    t.same(await store.transaction(({ bans }) => bans.end('203.0.113.7', end)), [{ ...first, ...running }]);
    t.same(await store.transaction(({ bans }) => bans.end('203.0.113.7', end)), [], 'once');
    t.match(await store.read.bans.running(50, 10), [{ id: second.id }]);
    t.equal(await countOf(10), 0, 'one that was lifted does not count');
    await store.transaction(({ bans }) => bans.deleteOver(100));
    t.same(await store.read.bans.running(0, 10), []);
  });
}
