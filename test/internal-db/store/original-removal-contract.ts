// What every engine must do with originals that nothing needs any more. Called by the engines' tests.
import type { Test } from 'tap';
import { newRecordId } from '#internal-db/record-id.ts';
import { seedStore, type OpenStore } from './store-contract.ts';

const node = 'n'.repeat(43);
const notedAtMs = 100;

/** Tests them. */
export function testOriginalRemovalContract(t: Test, open: OpenStore): void {
  t.test('an original is unneeded when nothing at all needs it, and is taken out whole', async (t) => {
    const store = await open(t.testdir({}));
    t.teardown(() => store.close());
    const { release, artifact } = await seedStore(store);
    const { sha256 } = artifact;
    const file = { sha256, sizeBytes: artifact.sizeBytes };
    const upload = { id: newRecordId('upl'), startedBy: 'x', name: 'a', sizeBytes: 1, fingerprint: 'f' };
    const unneeded = (beforeMs = 11) =>
      store.read.originalRemovals.unneeded({ beforeMs, nodeIds: [node], limit: 5 });
    await store.transaction(({ originals }) => originals.put({ ...file, keptAtMs: 5 }));
    t.same(await unneeded(), [], 'a release has it');
    await store.transaction(async ({ catalog, originals }) => {
      await catalog.setReleaseState(release.id, 'withdrawn', null);
      await originals.noteNeeded(release.id, 10);
      await originals.noteHeld(node, { sha256, isPinned: true, atMs: 10 });
      await originals.insertUpload({
        ...upload,
        releaseFile: null,
        sha256,
        createdAtMs: 1,
        finishedAtMs: null,
      });
    });
    t.same(await unneeded(), [], 'a node holds it as placed, and an upload is under way');
    await store.transaction(({ originals }) => originals.finishUpload(upload.id, 10));
    t.same(await unneeded(), []);
    await store.transaction(({ originals }) =>
      originals.noteHeld(node, { sha256, isPinned: false, atMs: 10 }),
    );
    t.same(await unneeded(10), [], 'needed until then');
    t.same(await unneeded(), [file]);
    t.equal(await store.read.originalRemovals.hasRemoved(release.id), false);
    await store.transaction(({ originalRemovals }) => originalRemovals.takeOut(sha256, notedAtMs));
    t.same(await unneeded(1000), []);
    t.same(await store.read.originalRemovals.knownOf([sha256, 'b'.repeat(64)]), []);
    t.same(await store.read.originals.holdersOf(sha256), []);
    t.equal(await store.read.originals.upload(upload.id), undefined);
    t.equal(await store.read.originalRemovals.hasRemoved(release.id), true);
    await store.transaction(({ originals }) => originals.put({ ...file, keptAtMs: 200 }));
    t.same(await store.read.originalRemovals.knownOf([sha256, 'b'.repeat(64)]), [sha256]);
    t.equal(await store.read.originalRemovals.hasRemoved(release.id), false, 'it is there again');
  });

  t.test(
    'a removal is noted once, renewed by its remover alone, and adopted when that is silent',
    async (t) => {
      const store = await open(t.testdir({}));
      t.teardown(() => store.close());
      const { read } = store;
      const removal = { sha256: 'a'.repeat(64), place: 'bucket', remover: 'db1', notedAtMs };
      await store.transaction(async ({ originalRemovals }) => {
        await originalRemovals.noteRemoval(removal);
        await originalRemovals.noteRemoval({ ...removal, remover: 'db2' });
        await originalRemovals.noteRemoval({ ...removal, place: 'db2', remover: 'db2' });
      });
      t.same(await read.originalRemovals.removalsBy('db1', ['bucket', 'db1'], 5), [removal]);
      t.same(await read.originalRemovals.removalsBy('db1', ['db1'], 5), []);
      t.equal(await read.originalRemovals.isBeingRemoved(removal.sha256, 'bucket'), true);
      t.equal(await read.originalRemovals.isBeingRemoved(removal.sha256, 'db1'), false);
      const stranger = { ...removal, remover: 'db2' };
      await store.transaction(async ({ originalRemovals }) => {
        t.equal(await originalRemovals.renewRemoval(stranger, 150), false);
        t.equal(await originalRemovals.renewRemoval(removal, 150), true);
        const adopted = { place: 'bucket', remover: 'db2', atMs: 200 };
        await originalRemovals.adoptRemovals({ ...adopted, beforeMs: 150 });
        t.equal(await originalRemovals.renewRemoval(removal, 150), true, 'not silent for so long');
        await originalRemovals.adoptRemovals({ ...adopted, beforeMs: 151 });
        t.equal(await originalRemovals.renewRemoval(removal, 210), false, "it is another's now");
        await originalRemovals.forgetRemoval(removal);
        t.equal(await originalRemovals.isBeingRemoved(removal.sha256, 'bucket'), true);
        await originalRemovals.forgetRemoval(stranger);
      });
      t.equal(await read.originalRemovals.isBeingRemoved(removal.sha256, 'bucket'), false);
    },
  );
}
