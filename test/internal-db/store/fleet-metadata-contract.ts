// What every engine must do with the fleet's signed metadata and keys. Called by the engines' tests.
import type { Test } from 'tap';
import type { FleetRoot } from '#internal-db/store/fleet-metadata.ts';
import type { OpenStore } from './store-contract.ts';

const rootOf = (repository: FleetRoot['repository'], version: number): FleetRoot => ({
  repository,
  version,
  text: `${repository} ${version}`,
  installedAtMs: version,
});

/** Tests them. */
export function testFleetMetadataContract(t: Test, open: OpenStore): void {
  t.test('roots are kept, each once, and read in their order', async (t) => {
    const store = await open(t.testdir({}));
    t.teardown(() => store.close());
    const { fleetMetadata } = store.read;
    t.equal(await fleetMetadata.newestRoot('director'), undefined);
    const roots = [2, 10, 1].map((version) => rootOf('director', version));
    await store.transaction(async (transaction) => {
      for (const root of [...roots, rootOf('packages', 1)]) await transaction.fleetMetadata.insertRoot(root);
    });
    t.same(await fleetMetadata.newestRoot('director'), rootOf('director', 10));
    t.same(await fleetMetadata.rootsAfter('director', 1, 5), [rootOf('director', 2), rootOf('director', 10)]);
    t.same(await fleetMetadata.rootsAfter('director', 0, 1), [rootOf('director', 1)]);
    const again = store.transaction((transaction) =>
      transaction.fleetMetadata.insertRoot(rootOf('director', 2)),
    );
    await t.rejects(again, { code: 'taken' });
  });

  t.test('of other metadata the newest is kept, and keys until they are deleted', async (t) => {
    const store = await open(t.testdir({}));
    t.teardown(() => store.close());
    const { fleetMetadata } = store.read;
    const metadata = {
      repository: 'packages',
      role: 'snapshot',
      version: 2 ** 40,
      expiresAtMs: 9,
      text: 'a',
    } as const;
    const key = {
      publicKey: 'k',
      repository: 'packages',
      role: 'snapshot',
      sealedKey: 's',
      madeAtMs: 1,
    } as const;
    await store.transaction(async (transaction) => {
      await transaction.fleetMetadata.putOfRole({ ...metadata, version: 1 });
      await transaction.fleetMetadata.putOfRole(metadata);
      await transaction.fleetMetadata.insertOnlineKey(key);
      await transaction.fleetMetadata.insertOnlineKey({ ...key, publicKey: 'other' });
      await transaction.fleetMetadata.deleteOnlineKey('other');
      await transaction.fleetMetadata.putPackageKey('ab', 'old', 1);
      await transaction.fleetMetadata.putPackageKey('ab', 'new', 2);
    });
    t.same(await fleetMetadata.ofRole('packages', 'snapshot'), metadata);
    t.equal(await fleetMetadata.ofRole('director', 'snapshot'), undefined);
    t.same(await fleetMetadata.onlineKeys(), [key]);
    t.equal(await fleetMetadata.packageKey('ab'), 'new');
    t.equal(await fleetMetadata.packageKey('cd'), undefined);
  });
}
