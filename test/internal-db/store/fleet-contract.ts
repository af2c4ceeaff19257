// What every engine must do with types, sites and files of a fleet, with appliances, their codes, beats and catalogs. Called by the
// engines' tests.
import type { Test } from 'tap';
import { newRecordId } from '#internal-db/record-id.ts';
import { hashSecret } from '#internal-db/secret-token.ts';
import type { ApplianceRecord, EnrolmentCodeRecord } from '#internal-db/store/fleet-appliances.ts';
import { otherSenders } from '#internal-db/store/fleet-beats.ts';
import type { FleetFileRecord, FileScope } from '#internal-db/store/fleet-types.ts';
import type { Store } from '#internal-db/store/store.ts';
import { putSmallFleet } from '../fleet/support/small-fleet.ts';
import { seedStore, type OpenStore } from './store-contract.ts';

const anyOne = {
  accountId: null,
  typeId: null,
  siteId: null,
  groupName: null,
  tag: null,
  state: null,
  isMissing: null,
} as const;

async function setUp(t: Test, open: OpenStore, count = 3) {
  const store = await open(t.testdir({}));
  t.teardown(() => store.close());
  const seeded = await seedStore(store);
  const fleet = await putSmallFleet(store, {
    accountId: seeded.acme.id,
    productId: seeded.product.id,
    count,
  });
  return { store, ...seeded, ...fleet, uid: fleet.uids[0] ?? '' };
}

/** Tests them. */
export function testFleetContract(t: Test, open: OpenStore): void {
  t.test('appliances are listed in pages, narrowed down, and counted by state', async (t) => {
    const { store, acme, uids, siteId, uid } = await setUp(t, open);
    const { appliances } = store.read;
    const first = await appliances.page({ filter: anyOne, after: null, limit: 2 });
    t.same(
      first.map(({ name }) => name),
      ['box-0', 'box-1'],
    );
    const after = { name: 'box-1', uid: uids[1] ?? '' };
    const rest = await appliances.page({ filter: anyOne, after, limit: 9 });
    t.match(rest, [{ name: 'box-2', account: 'acme', type: 'box', lastBeatAtMs: null, tags: [] }]);
    await store.transaction(async (transaction) => {
      await transaction.appliances.setTags(uid, ['pilot', 'lab']);
      await transaction.appliances.setGroup(uid, 'early');
      await transaction.appliances.setState(uids[2] ?? '', { state: 'retired', reason: 'old', atMs: 9 });
    });
    const found = async (filter: object) =>
      (await appliances.page({ filter: { ...anyOne, ...filter }, after: null, limit: 9 })).map(
        ({ name }) => name,
      );
    t.same(await found({ tag: 'pilot' }), ['box-0']);
    t.same(await found({ groupName: 'early', accountId: acme.id }), ['box-0']);
    t.same(await found({ siteId }), ['box-0', 'box-1']);
    t.same(await found({ state: 'retired' }), ['box-2']);
    t.same(await found({ isMissing: true }), []);
    t.same(await appliances.tagsOf(uid), ['lab', 'pilot']);
    t.same(await appliances.counts(acme.id), { active: 2, quarantined: 0, retired: 1, missing: 0 });
    t.same(await appliances.counts(null), { active: 2, quarantined: 0, retired: 1, missing: 0 });
  });

  t.test('a code is used once, before its end, and not when it was withdrawn', async (t) => {
    const { store, acme, typeId, uid } = await setUp(t, open);
    const code = (name: string, change: Partial<EnrolmentCodeRecord> = {}): EnrolmentCodeRecord => ({
      id: newRecordId('enc'),
      codeHash: hashSecret(name),
      accountId: acme.id,
      typeId,
      siteId: null,
      groupName: 'default',
      label: name,
      uid: null,
      madeBy: 'test',
      madeAtMs: 1,
      expiresAtMs: 100,
      usedAtMs: null,
      usedByUid: null,
      withdrawnAtMs: null,
      ...change,
    });
    const [one, two, three] = [code('one'), code('two', { madeAtMs: 2 }), code('three', { madeAtMs: 3 })];
    await store.transaction(async ({ appliances }) => {
      for (const each of [one, two, three]) await appliances.insertCode(each);
    });
    t.equal(await store.read.appliances.openCodeCount(acme.id, 50), 3);
    t.match(await store.read.appliances.codeByHash(hashSecret('two')), { id: two.id, label: 'two' });
    const use = (id: string, atMs: number) =>
      store.transaction(({ appliances }) => appliances.useCode(id, { uid, atMs }));
    t.equal(await use(one.id, 50), true);
    t.equal(await use(one.id, 51), false, 'once');
    t.equal(await use(two.id, 100), false, 'it is over');
    const withdraw = (accountId: string) =>
      store.transaction(({ appliances }) => appliances.withdrawCode(three.id, { accountId, atMs: 60 }));
    t.equal(await withdraw(newRecordId('acc')), false, 'somebody else’s');
    t.equal(await withdraw(acme.id), true);
    t.equal(await use(three.id, 61), false);
    const listed = await store.read.appliances.codesOf(acme.id, 9);
    t.match(listed, [{ label: 'three', type: 'box' }, { label: 'two' }, { label: 'one', usedByUid: uid }]);
    await store.transaction(({ appliances }) => appliances.deleteCodesOver(101));
    t.same(await store.read.appliances.codesOf(acme.id, 9), []);
  });

  t.test('a beat replaces the one that it was judged by, and no other', async (t) => {
    const { store, uid } = await setUp(t, open);
    const known = await store.read.beats.beatOf(uid);
    t.match(known, { lastBeatAtMs: null, counter: 0, nonce: '', olderBoots: [] });
    if (!known) return;
    const beat = {
      ...known,
      lastBeatAtMs: 70,
      counter: 1,
      nonce: 'n1',
      bootId: 'b1',
      olderBoots: ['b0'],
      machine: '{}',
    };
    const put = (nonce: string) => store.transaction(({ beats }) => beats.putBeat(beat, nonce));
    t.equal(await put('other'), false);
    t.equal(await put(''), true);
    t.match(await store.read.beats.beating(uid), {
      uid,
      state: 'active',
      catalog: null,
      beat: { nonce: 'n1', olderBoots: ['b0'] },
    });
    const catalog = {
      uid,
      generation: 4,
      freshUntilMs: 90,
      version: 7,
      sha256: 'ab',
      choice: 'c',
      madeAtMs: 70,
      fetchedAtMs: null,
      metadata: '{}',
    };
    await store.transaction(async ({ beats }) => {
      await beats.putCatalog(catalog);
      await beats.confirmCatalog(uid, { generation: 5, freshUntilMs: 80 });
      await beats.setFetched(uid, 75);
    });
    t.match(await store.read.beats.beating(uid), {
      catalog: { generation: 5, freshUntilMs: 80, version: 7 },
    });
    t.match(await store.read.beats.catalogOf(uid), { fetchedAtMs: 75, choice: 'c' });
    const keys = { signingKey: 'new', sealingKey: 'new', hardware: 'h', atMs: 99 };
    await store.transaction(async ({ appliances, beats }) => {
      await appliances.replaceKeys(uid, keys);
      await beats.dropCatalogs([uid]);
    });
    t.match(await store.read.beats.beating(uid), {
      signingKey: 'new',
      catalog: { generation: -1 },
      beat: { counter: 0, nonce: '' },
    });
  });

  t.test('what was sent and what was confirmed stand apart; what is named no more goes', async (t) => {
    const { store, uid, product } = await setUp(t, open);
    const products = [{ productId: product.id, version: '1.0.0' }];
    const files = [{ path: 'files/a', sha256: 'aa' }];
    await store.transaction(({ beats }) => beats.putSent(uid, { products, files, atMs: 5 }));
    const confirmed = { products: [{ productId: product.id, version: '0.9.0' }], files: [], atMs: 6 };
    await store.transaction(({ beats }) => beats.putConfirmed(uid, confirmed));
    const { beats } = store.read;
    t.match(await beats.productsOf(uid), [
      { product: 'tool', sentVersion: '1.0.0', confirmedVersion: '0.9.0' },
    ]);
    t.match(await beats.filesOf(uid), [{ path: 'files/a', sentSha256: 'aa', confirmedSha256: null }]);
    const outcome = {
      productId: product.id,
      outcome: 'failed',
      outcomeVersion: '1.0.0',
      outcomeCode: 'x',
      outcomeAtMs: 7,
    };
    await store.transaction(async (transaction) => {
      await transaction.beats.putOutcome(uid, outcome as Parameters<typeof transaction.beats.putOutcome>[1]);
      await transaction.beats.putSent(uid, { products: [], files: [], atMs: 8 });
    });
    t.match(await beats.productsOf(uid), [
      { sentVersion: null, confirmedVersion: '0.9.0', outcome: 'failed' },
    ]);
    t.same(await beats.filesOf(uid), []);
  });

  t.test('an installation has failed while that version is the one that is wanted', async (t) => {
    const { store, uid, product } = await setUp(t, open);
    const send = (version: string) =>
      store.transaction(({ beats }) =>
        beats.putSent(uid, { products: [{ productId: product.id, version }], files: [], atMs: 5 }),
      );
    const end = (outcome: 'failed' | 'installed', outcomeVersion: string) => {
      const ended = { productId: product.id, outcome, outcomeVersion, outcomeCode: 'x', outcomeAtMs: 6 };
      return store.transaction(({ beats }) => beats.putOutcome(uid, ended));
    };
    const failed = async () =>
      (await store.read.fleetWatch.failedInstallations(9)).map(({ version }) => version);
    await send('1.0.0');
    await end('failed', '1.0.0');
    t.same(await failed(), ['1.0.0']);
    await send('1.1.0');
    t.same(await failed(), [], 'nobody wants that one any more');
    await end('failed', '1.1.0');
    t.same(await failed(), ['1.1.0']);
    await end('installed', '1.1.0');
    t.same(await failed(), []);
  });

  t.test('events, days and refusals are kept in order, and forgotten', async (t) => {
    const { store, uid } = await setUp(t, open);
    const day = { uid, day: 3, beatCount: 5, loadMaxPercent: 50, memoryFreeMinBytes: 1, diskFreeMinBytes: 2 };
    const refused = { kind: 'unknown', subject: 'apl_x', address: '::1', count: 2, rowsMax: 1 };
    await store.transaction(async ({ beats }) => {
      for (const kind of ['restarted', 'confirmed'])
        await beats.addEvent({ uid, atMs: 10, kind, detail: '{}' });
      await beats.addDay(day);
      await beats.addDay({ ...day, day: 4 });
      await beats.countRefusal(refused, 10);
      await beats.countRefusal({ ...refused, count: 3 }, 11);
      for (const subject of ['apl_y', 'apl_z']) await beats.countRefusal({ ...refused, subject }, 9);
    });
    const { beats } = store.read;
    t.same(
      (await beats.events(uid, 9)).map(({ kind }) => kind),
      ['confirmed', 'restarted'],
    );
    t.same(
      (await beats.days(uid, 9)).map((each) => each.day),
      [4, 3],
    );
    t.equal(await beats.eventCountSince(uid, 10), 2);
    t.equal(await beats.eventCountSince(uid, 11), 0);
    const turnedAway = await beats.refusals(null, 9);
    t.match(turnedAway, [
      { subject: 'apl_x', refusedCount: 5, firstAtMs: 10, lastAtMs: 11 },
      { subject: otherSenders, refusedCount: 4, firstAtMs: 9 },
    ]);
    const [newest] = await beats.refusals(null, 1);
    t.same([newest, ...(await beats.refusals(newest ?? null, 9))], turnedAway, 'and page by page');
    t.same(await beats.refusedSince(11), [{ kind: 'unknown', senderCount: 1 }]);
    t.same(await beats.refusedSince(12), []);
    await store.transaction(async (transaction) => {
      t.equal(await transaction.beats.deleteEventsBefore(11, 9), 2);
      t.equal(await transaction.beats.deleteDaysBefore(4, 9), 1);
      await transaction.beats.deleteRefusalsBefore(12);
    });
    t.same([await beats.events(uid, 9), await beats.refusals(null, 9)], [[], []]);
  });

  t.test('of several files of one name the closest counts', async (t) => {
    const { store, uid, typeId, siteId, artifact } = await setUp(t, open);
    const file = (scope: FileScope, scopeName: string, path: string): FleetFileRecord => ({
      id: newRecordId('ffl'),
      name: 'site.conf',
      scope,
      scopeName,
      artifactId: artifact.id,
      productId: null,
      path,
      mode: 0o640,
      ownerName: null,
      ownerGroup: null,
      reload: ['systemctl', 'reload', 'x'],
      putBy: 'test',
      putAtMs: 1,
    });
    await put(store, file('type', typeId, '/type'));
    await put(store, file('group', 'default', '/group'));
    const wish = { uid, typeId, groupName: 'default', siteId };
    t.match(await store.read.fleetTypes.filesFor(wish), [
      { path: '/group', product: 'tool', version: '1.0.0', reload: ['systemctl', 'reload', 'x'] },
    ]);
    await put(store, file('appliance', uid, '/own'));
    await put(store, file('appliance', uid, '/own again'));
    t.match(await store.read.fleetTypes.filesFor(wish), [
      { path: '/own again', artifact: { id: artifact.id } },
    ]);
    t.match(await store.read.fleetTypes.filesFor({ ...wish, uid: 'other' }), [{ path: '/group' }]);
    const place = { scope: 'appliance' as const, scopeName: uid, name: 'site.conf' };
    t.equal(await store.transaction(({ fleetTypes }) => fleetTypes.removeFile(place)), true);
    t.equal(await store.transaction(({ fleetTypes }) => fleetTypes.removeFile(place)), false);
  });

  t.test('no two appliances have one key', async (t) => {
    const { store, uid } = await setUp(t, open);
    const known = await store.read.appliances.byUid(uid);
    const copy: ApplianceRecord | undefined = known && { ...known, uid: newRecordId('apl') };
    if (copy)
      await t.rejects(
        store.transaction(({ appliances }) => appliances.insert(copy)),
        { code: 'taken' },
      );
  });
}

async function put(store: Store, file: FleetFileRecord): Promise<void> {
  await store.transaction(({ fleetTypes }) => fleetTypes.putFile(file));
}
