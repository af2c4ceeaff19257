// What every engine of the store must do with links to identity providers, and with what is known of their sessions; a part of
// store-contract.ts, called beside it.
import type { Test } from 'tap';
import { newRecordId } from '#internal-db/record-id.ts';
import { hashSecret } from '#internal-db/secret-token.ts';
import type { IdentityLinkRecord } from '#internal-db/store/identity-links.ts';
import { seedStore, type OpenStore } from './store-contract.ts';

/** The contract. */
export function testIdentityLinkContract(t: Test, open: OpenStore): void {
  t.test(
    'somebody at a provider is one user and one member of staff; a link takes its sessions along',
    async (t) => {
      const store = await open(t.testdir({}));
      t.teardown(() => store.close());
      const { user } = await seedStore(store);
      const who = { issuer: 'https://id.example', subject: 'Jo' };
      const link = (change: Partial<IdentityLinkRecord> = {}): IdentityLinkRecord => ({
        id: newRecordId('idl'),
        ownerKind: 'user',
        ownerId: user.id,
        ...who,
        createdAtMs: 5,
        lastUsedAtMs: null,
        ...change,
      });
      const first = link();
      const staff = link({ ownerKind: 'staff', ownerId: newRecordId('stf') });
      await store.transaction(async ({ identityLinks }) => {
        await identityLinks.insertLink(first);
        await identityLinks.insertLink(staff);
      });
      await t.rejects(
        store.transaction((tx) => tx.identityLinks.insertLink(link({ ownerId: newRecordId('usr') }))),
        { code: 'taken' },
      );
      const { identityLinks } = store.read;
      t.same(await identityLinks.linkOf('user', who), first);
      t.same(await identityLinks.linkOf('staff', who), staff);
      t.equal(
        await identityLinks.linkOf('user', { ...who, subject: 'jo' }),
        undefined,
        'letters count as they are',
      );
      t.equal(await identityLinks.linkOf('user', { ...who, issuer: 'https://id.example/' }), undefined);
      await store.transaction((tx) => tx.identityLinks.touchLink(first.id, 9));
      t.match(await identityLinks.linksOf(user.id), [{ id: first.id, lastUsedAtMs: 9 }]);

      const sessionHash = hashSecret('a session');
      const session = {
        sessionHash,
        linkId: first.id,
        provider: 'acme',
        sealedIdToken: 'sealed',
        expiresAtMs: 100,
      };
      await store.transaction((tx) => tx.identityLinks.insertProviderSession(session));
      const kept = await identityLinks.providerSession(sessionHash);
      t.match(kept, { linkId: first.id, provider: 'acme', sealedIdToken: 'sealed', expiresAtMs: 100 });
      await store.transaction((tx) => tx.identityLinks.deleteExpiredProviderSessions(99));
      t.ok(await identityLinks.providerSession(sessionHash));
      const remove = (ownerId: string) =>
        store.transaction((tx) => tx.identityLinks.deleteLink(ownerId, first.id));
      t.equal(await remove(staff.ownerId), false, 'somebody else’s');
      t.ok(await identityLinks.providerSession(sessionHash));
      t.equal(await remove(user.id), true);
      t.equal(await identityLinks.providerSession(sessionHash), undefined);
      t.equal(await store.transaction((tx) => tx.identityLinks.deleteLinksOf(staff.ownerId)), 1);
      t.same(await identityLinks.linksOf(staff.ownerId), []);
    },
  );
}
