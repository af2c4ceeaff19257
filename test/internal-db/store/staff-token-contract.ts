// What every engine of the store must do with tokens of the staff; a part of store-contract.ts, called beside it.
import type { Test } from 'tap';
import { newRecordId } from '#internal-db/record-id.ts';
import type { StaffTokenRecord } from '#internal-db/store/staff-tokens.ts';
import type { OpenStore } from './store-contract.ts';

const staffNamed = (name: string) =>
  ({
    id: newRecordId('stf'),
    name,
    displayName: name,
    role: 'support',
    passwordHash: 'x',
    createdAtMs: 1,
    endedAtMs: null,
  }) as const;

/** The contract. */
export function testStaffTokenContract(t: Test, open: OpenStore): void {
  t.test(
    'tokens of the staff are found by their hash, listed while they live, and revoked once',
    async (t) => {
      const store = await open(t.testdir({}));
      t.teardown(() => store.close());
      const [ann, bob] = [staffNamed('ann'), staffNamed('bob')];
      const tokenOf = (staffId: string, byte: number): StaffTokenRecord => ({
        id: newRecordId('sat'),
        staffId,
        name: 'nightly',
        scope: byte % 2 === 0 ? 'read' : 'write',
        secretHash: new Uint8Array(32).fill(byte),
        createdAtMs: byte,
        expiresAtMs: 100 + byte,
        lastUsedAtMs: null,
        revokedAtMs: null,
      });
      const [first, second, theirs] = [tokenOf(ann.id, 1), tokenOf(ann.id, 2), tokenOf(bob.id, 3)];
      await store.transaction(async ({ staff, staffTokens }) => {
        for (const person of [ann, bob]) await staff.insert(person);
        for (const token of [first, second, theirs]) await staffTokens.insert(token);
      });
      const { staffTokens } = store.read;
      t.same(await staffTokens.byHash(first.secretHash), { staff: ann, token: first });
      t.equal(await staffTokens.byHash(new Uint8Array(32).fill(9)), undefined);
      const idsAt = async (atMs: number) => (await staffTokens.liveOf(ann.id, atMs)).map(({ id }) => id);
      t.same(await idsAt(50), [second.id, first.id], 'the newest first');
      t.same(await idsAt(101), [second.id], 'one that is over is not listed');
      await store.transaction(({ staffTokens: writing }) => writing.touch(first.id, 7));
      t.match(await staffTokens.byHash(first.secretHash), { token: { lastUsedAtMs: 7 } });
      const revoke = (id: string, staffId: string) =>
        store.transaction((transaction) => transaction.staffTokens.revoke({ id, staffId, atMs: 8 }));
      t.equal(await revoke(first.id, bob.id), false, 'only the owner’s');
      t.equal(await revoke(first.id, ann.id), true);
      t.equal(await revoke(first.id, ann.id), false, 'once');
      t.match(await staffTokens.byHash(first.secretHash), { token: { revokedAtMs: 8 } });
      const all = await store.transaction((transaction) => transaction.staffTokens.revokeAllOf(ann.id, 9));
      t.equal(all, 1);
      t.same(await idsAt(50), []);
      t.match(await staffTokens.byHash(theirs.secretHash), { token: { revokedAtMs: null } });
      const again = { ...tokenOf(bob.id, 4), secretHash: theirs.secretHash };
      await t.rejects(
        store.transaction((transaction) => transaction.staffTokens.insert(again)),
        {
          code: 'taken',
        },
      );
    },
  );
}
