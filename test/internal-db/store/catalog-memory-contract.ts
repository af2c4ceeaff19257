// What is remembered of the catalog, on every engine: it is read once while nothing changes, and each change of a product, a release
// or a file is seen by the next question, also one that another connection made. Called beside store-contract.ts.
import type { Test } from 'tap';
import { CatalogMemory } from '#internal-db/catalog/catalog-memory.ts';
import { newRecordId } from '#internal-db/record-id.ts';
import type { Store, StoreReads, Transaction } from '#internal-db/store/store.ts';
import { seedStore, type OpenStore } from './store-contract.ts';

/** Counts what is asked beside the state's name. */
function counted({ catalog, published, ...others }: StoreReads): { read: StoreReads; asked: () => number } {
  let count = 0;
  const counting = <Reads extends object>(reads: Reads): Reads =>
    new Proxy(reads, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return (...parameters: unknown[]): unknown => {
          if (name !== 'stateName') count += 1;
          return Reflect.apply(value, target, parameters);
        };
      },
    });
  const read = { ...others, catalog: counting(catalog), published: counting(published) };
  return { read, asked: () => count };
}

/** Tests an engine. */
export function testCatalogMemoryContract(t: Test, open: OpenStore): void {
  t.test('the catalog is remembered while it stands, and no longer', async (t) => {
    const store: Store = await open(t.testdir({}));
    t.teardown(() => store.close());
    const { product, release, artifact } = await seedStore(store);
    const { read, asked } = counted(store.read);
    const memory = new CatalogMemory(read);
    const look = async () => {
      const catalog = await memory.current();
      const page = { productId: product.id, channel: null, belowPrecedence: null, limit: 9 };
      return {
        product: await catalog.productByName('tool'),
        versions: (await catalog.releases(page)).map(({ version }) => version),
        channels: await catalog.channels(product.id, 9),
        platforms: await catalog.platformOrderOf(product.id),
        files: (await catalog.artifactsOf(release.id)).map(({ name }) => name),
        notes: await catalog.notesOf(release.id),
      };
    };
    const first = await look();
    t.match(first, { product, versions: ['1.0.0'], channels: ['stable'], files: ['tool.bin'], notes: '' });
    const once = asked();
    t.equal(once, 6);
    t.same(await look(), first);
    await store.transaction(({ settings }) => settings.put('configuration_version', '7'));
    t.same(await look(), first);
    t.equal(asked(), once, 'what is no change of the catalog has nothing read again');

    const beta = { ...release, id: newRecordId('rel'), version: '2.0.0', channel: 'beta' };
    const file = { ...artifact, id: newRecordId('art'), name: 'tool.exe' };
    const changes: readonly [change: (tx: Transaction) => Promise<unknown>, seen: object][] = [
      [({ catalog }) => catalog.setNotes(release.id, 'Mended.'), { notes: 'Mended.' }],
      [({ catalog }) => catalog.insertArtifact(file), { files: ['tool.bin', 'tool.exe'] }],
      [({ catalog }) => catalog.setPlatformOrder(product.id, ['linux-x64']), { platforms: ['linux-x64'] }],
      [
        ({ catalog }) => catalog.insertRelease(beta),
        { versions: ['2.0.0', '1.0.0'], channels: ['beta', 'stable'] },
      ],
      [({ catalog }) => catalog.setReleaseState(release.id, 'withdrawn', 5), { versions: ['2.0.0'] }],
    ];
    for (const [change, seen] of changes) {
      await store.transaction(change);
      t.match(await look(), seen);
    }
    const undone = store.transaction(async (tx) => {
      await tx.catalog.setNotes(release.id, 'Never said.');
      throw new Error('undone');
    });
    await t.rejects(undone, { message: 'undone' });
    t.match(await look(), { notes: 'Mended.' });

    const before = asked();
    const catalog = await memory.current();
    for (const _ of [1, 2]) t.equal(await catalog.productByName('nobody’s'), undefined);
    const page = { productId: product.id, channel: null, belowPrecedence: beta.version, limit: 9 };
    for (const _ of [1, 2]) await catalog.releases(page);
    t.equal(asked() - before, 4, 'what anybody can make up is not remembered');
  });

  t.test('each state of the catalog has a name of its own', async (t) => {
    const store: Store = await open(t.testdir({}));
    t.teardown(() => store.close());
    const names = [await store.read.catalog.stateName()];
    const { release } = await seedStore(store);
    names.push(await store.read.catalog.stateName());
    for (const notes of ['one', 'two', 'one']) {
      await store.transaction(({ catalog }) => catalog.setNotes(release.id, notes));
      names.push(await store.read.catalog.stateName());
    }
    t.equal(new Set(names).size, names.length);
  });
}
