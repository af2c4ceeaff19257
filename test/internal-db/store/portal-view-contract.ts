// What every engine must do with views of the portal by staff, and with tokens and keys that lie about unused. Called by the
// engines' tests.
import type { Test } from 'tap';
import { newRecordId } from '#internal-db/record-id.ts';
import { hashSecret } from '#internal-db/secret-token.ts';
import type { PortalViewRecord } from '#internal-db/store/portal-views.ts';
import { seedStore, type OpenStore } from './store-contract.ts';

/** Tests them. */
export function testPortalViewContract(t: Test, open: OpenStore): void {
  t.test('a view is opened by its code, found by its secret, told, ended and forgotten', async (t) => {
    const store = await open(t.testdir({}));
    t.teardown(() => store.close());
    const { acme, user } = await seedStore(store);
    const staff = {
      id: newRecordId('stf'),
      name: 'sue',
      displayName: 'Sue',
      role: 'support' as const,
      passwordHash: 'x',
      createdAtMs: 1,
      endedAtMs: null,
    };
    const view = (change: Partial<PortalViewRecord>): PortalViewRecord => ({
      id: newRecordId('pvw'),
      accountId: acme.id,
      userId: user.id,
      staffId: staff.id,
      reason: 'Ticket 7',
      isTold: true,
      codeHash: null,
      secretHash: null,
      createdAtMs: 10,
      openedAtMs: null,
      expiresAtMs: 70,
      ...change,
    });
    const [first, silent, unused] = [hashSecret('one'), hashSecret('two'), hashSecret('three')];
    const [told, untold] = [view({ codeHash: first }), view({ codeHash: silent, isTold: false })];
    await store.transaction(async ({ staff: people, portalViews }) => {
      await people.insert(staff);
      for (const one of [told, untold, view({ codeHash: unused })]) await portalViews.insertView(one);
    });
    const { portalViews } = store.read;
    t.match(await portalViews.viewByCode(first), { view: told, user: { name: 'jo' }, staffName: 'sue' });
    const secretHash = hashSecret('secret');
    await store.transaction(async (transaction) => {
      const opened = { id: told.id, secretHash, atMs: 20, expiresAtMs: 1000 };
      await transaction.portalViews.openView(opened);
      const other = { id: untold.id, secretHash: hashSecret('other'), atMs: 30, expiresAtMs: 1000 };
      await transaction.portalViews.openView(other);
    });
    t.equal(await portalViews.viewByCode(first), undefined, 'a code is good for once');
    t.match(await portalViews.viewBySecret(secretHash), {
      view: { id: told.id, openedAtMs: 20, expiresAtMs: 1000, isTold: true },
    });
    const ofAccount = { accountId: acme.id, userId: null, limit: 10 };
    const row = { id: told.id, userName: 'jo', reason: 'Ticket 7', openedAtMs: 20 };
    t.same(await portalViews.toldViews(ofAccount), [row]);
    t.same(await portalViews.toldViews({ ...ofAccount, userId: user.id }), [row]);
    t.same(await portalViews.toldViews({ ...ofAccount, userId: 'usr_other' }), []);
    await store.transaction(({ staff: people }) => people.setEnded(staff.id, 40));
    t.equal(await portalViews.viewBySecret(secretHash), undefined, 'who has left has no view');
    await store.transaction(async (transaction) => {
      await transaction.staff.setEnded(staff.id, null);
      await transaction.portalViews.endView(told.id, 50);
      await transaction.portalViews.forgetViews({ openedBeforeMs: 0, unusedBeforeMs: 100 });
    });
    t.equal(await portalViews.viewBySecret(secretHash), undefined);
    t.equal(await portalViews.viewByCode(unused), undefined, 'forgotten');
    t.same(await portalViews.toldViews(ofAccount), [row], 'what was seen stays');
  });

  t.test('unused tokens are found until their owner was told', async (t) => {
    const store = await open(t.testdir({}));
    t.teardown(() => store.close());
    const { user } = await seedStore(store);
    const token = {
      id: newRecordId('tok'),
      userId: user.id,
      name: 'nightly',
      secretHash: hashSecret('token'),
      scopes: ['read' as const],
      createdAtMs: 10,
      expiresAtMs: 1000,
      lastUsedAtMs: null,
      revokedAtMs: null,
    };
    await store.transaction(({ sessions }) => sessions.insertToken(token));
    const find = (atMs = 500, sinceMs = 100) =>
      store.read.unusedCredentials.unusedToTell({ atMs, sinceMs, limit: 10 });
    t.same(await find(), [], 'nobody could be told');
    await store.transaction(({ people }) => people.setEmail(user.id, 'jo@acme.test'));
    const { id, name, userId } = token;
    t.same(await find(), [{ kind: 'token', id, name, userId, lastUsedAtMs: null }]);
    t.same(await find(500, 9), [], 'it was made since');
    t.same(await find(1000), [], 'it has ended');
    await store.transaction(({ unusedCredentials }) =>
      unusedCredentials.noteTold({ kind: 'token', id, atMs: 500 }),
    );
    t.same(await find(), []);
  });
}
