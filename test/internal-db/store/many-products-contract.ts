// What every engine of the store must do where a page asks about many products at once. Called beside store-contract.ts.
import type { Test } from 'tap';
import { newRecordId } from '#internal-db/record-id.ts';
import { seedStore, type OpenStore } from './store-contract.ts';

/** Tests an engine. */
export function testManyProductsContract(t: Test, open: OpenStore): void {
  t.test('many products are answered at once, each with what is its own', async (t) => {
    const store = await open(t.testdir({}));
    t.teardown(() => store.close());
    const seeded = await seedStore(store);
    const other = { ...seeded.product, id: newRecordId('prd'), name: 'other', title: 'Other' };
    const foreign = { ...seeded.product, id: newRecordId('prd'), name: 'foreign', title: 'Foreign' };
    const newRelease = (terms: { productId: string; version: string; channel: string }) =>
      ({ ...seeded.release, id: newRecordId('rel'), ...terms }) as const;
    const stable = { productId: other.id, channel: 'stable' };
    const entitlement = {
      ...seeded.entitlement,
      id: newRecordId('ent'),
      productId: other.id,
      product: 'other',
    };
    await store.transaction(async (tx) => {
      for (const product of [other, foreign]) await tx.catalog.insertProduct(product);
      await tx.entitlements.insert(entitlement);
      for (const version of ['9.0.0', '10.0.0']) {
        await tx.catalog.insertRelease(newRelease({ ...stable, version }));
      }
      await tx.catalog.insertRelease({ ...newRelease({ ...stable, version: '12.0.0' }), state: 'draft' });
      for (const { id } of [other, foreign]) {
        await tx.catalog.insertRelease(newRelease({ productId: id, version: '11.0.0', channel: 'beta' }));
      }
    });
    const ids = [seeded.product.id, other.id, foreign.id];
    const { entitlements, catalog, published } = store.read;

    const found = await entitlements.ofAccountAndProducts(seeded.acme.id, ids);
    t.same(new Set(found), new Set([seeded.entitlement, entitlement]));
    t.same(await entitlements.ofAccountAndProducts(seeded.acme.id, [other.id]), [entitlement]);
    t.same(await entitlements.ofAccountAndProducts(newRecordId('acc'), ids), [], 'nothing of other accounts');
    t.same(await entitlements.completeDownloadCounts([], 1), new Map());
    t.same(new Set(await catalog.productsByIds(ids)), new Set([seeded.product, other, foreign]));

    const newest = await published.newestInChannel(ids, 'stable');
    t.same(
      new Map(newest.map(({ productId, version }) => [productId, version])),
      new Map([
        [seeded.product.id, '1.0.0'],
        [other.id, '10.0.0'],
      ]),
      'by version, published only, and none where the channel has none',
    );
  });
}
