// What every engine of the store must do with SSH keys; a part of store-contract.ts, called beside it.
import type { Test } from 'tap';
import { newRecordId } from '#internal-db/record-id.ts';
import type { SshKeyRecord } from '#internal-db/store/ssh-keys.ts';
import { seedStore, type OpenStore } from './store-contract.ts';

/** The contract. */
export function testSshKeyContract(t: Test, open: OpenStore): void {
  t.test('a user has an SSH key once at a time, and is found by name and key', async (t) => {
    const store = await open(t.testdir({}));
    t.teardown(() => store.close());
    const { user, acme } = await seedStore(store);
    const publicKey = new Uint8Array([0, 255, 7]);
    const newKey = (): SshKeyRecord => ({
      id: newRecordId('key'),
      userId: user.id,
      name: 'laptop',
      keyType: 'ssh-ed25519',
      keyBits: 256,
      publicKey,
      createdAtMs: 5,
      expiresAtMs: null,
      lastUsedAtMs: null,
    });
    const first = newKey();
    await store.transaction((tx) => tx.sshKeys.insertSshKey(first));
    await t.rejects(
      store.transaction((tx) => tx.sshKeys.insertSshKey(newKey())),
      { code: 'taken' },
    );
    t.same(await store.read.sshKeys.sshKeyOfUser('jo', publicKey), { sshKey: first, user, account: acme });
    t.equal(await store.read.sshKeys.sshKeyOfUser('al', publicKey), undefined);
    t.equal(await store.read.sshKeys.sshKeyOfUser('jo', new Uint8Array([0, 255])), undefined);
    await store.transaction((tx) => tx.sshKeys.touchSshKey(first.id, 9));
    t.match(await store.read.sshKeys.sshKeysOf(user.id), [{ id: first.id, lastUsedAtMs: 9 }]);
    const removal = { id: first.id, userId: user.id, atMs: 10 };
    const remove = (userId: string) =>
      store.transaction((tx) => tx.sshKeys.removeSshKey({ ...removal, userId }));
    t.equal(await remove('usr_other'), false);
    t.equal(await remove(user.id), true);
    t.equal(await remove(user.id), false);
    t.equal(await store.read.sshKeys.sshKeyOfUser('jo', publicKey), undefined);
    t.same(await store.read.sshKeys.sshKeysOf(user.id), []);
    await store.transaction((tx) => tx.sshKeys.insertSshKey(newKey()));
    t.equal((await store.read.sshKeys.sshKeysOf(user.id)).length, 1, 'a removed key may come back');
  });
}
