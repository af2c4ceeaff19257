// What the fleet is made of, by command: types, sites and configuration files; nothing is taken that would break a catalog, and every
// change has all catalogs judged again.
import t from 'tap';
import { RpcError } from '#commlink/rpc-error.ts';
import { readGeneration } from '#internal-db/fleet/fleet-generation.ts';
import { newestAudit } from '../support/newest-audit.ts';
import { plainGrant, seedRoom, startRoom } from '../support/running-room.ts';
import { putSmallFleet } from './support/small-fleet.ts';

const actor = 'cli:jo';

async function setUp(t: Parameters<typeof startRoom>[0]) {
  const room = await startRoom(t);
  await seedRoom(room);
  const { admin, services } = room;
  const { store } = services.context;
  const raised = async (work: () => Promise<unknown>): Promise<boolean> => {
    const before = await readGeneration(store.read);
    await work();
    return (await readGeneration(store.read)) > before;
  };
  return { admin, store, raised };
}

const refusedAs = (code: RpcError['code']) => ({ code });

t.test('types say what a model runs', async (t) => {
  const { admin, store, raised } = await setUp(t);
  await admin.call('product.create', { actor, name: 'modem', title: 'Modem', description: '' });
  const type = { name: 'box', title: 'Box', channel: 'stable', products: ['tool'] };
  t.ok(await raised(() => admin.call('applianceType.create', { actor, ...type })));
  await t.rejects(admin.call('applianceType.create', { actor, ...type }), refusedAs('conflict'));
  const products = ['modem', 'tool'];
  t.ok(await raised(() => admin.call('applianceType.setProducts', { actor, name: 'box', products })));
  t.same(await admin.call('applianceType.list', {}), { types: [{ ...type, products }] });
  t.match(await newestAudit(store.read, 'fleet.type'), { actor, subject: 'box', detail: { products } });
  const unknown = { actor, name: 'other', products };
  await t.rejects(admin.call('applianceType.setProducts', unknown), refusedAs('not_found'));
  const strange = { actor, ...type, name: 'other', products: ['nothing'] };
  await t.rejects(admin.call('applianceType.create', strange), refusedAs('not_found'));
});

t.test('sites have a node of the cluster and windows that are some', async (t) => {
  const { admin, store, raised } = await setUp(t);
  const site = {
    name: 'north',
    title: 'North',
    edgeNode: 'ftp1',
    windows: ['mon-fri 22:00-04:00', 'sun 00:00-24:00'],
    bandwidthBytesPerSecond: 1_000_000,
  };
  t.ok(await raised(() => admin.call('site.put', { actor, account: 'acme', ...site })));
  t.same(await admin.call('site.list', { account: 'acme' }), { sites: [site] });
  const { id = '' } = (await store.read.accounts.byName('acme')) ?? {};
  const stored = await store.read.fleetTypes.siteByName(id, 'north');
  const moved = { ...site, edgeNode: null, windows: [], bandwidthBytesPerSecond: null };
  await admin.call('site.put', { actor, account: 'acme', ...moved });
  t.match(await store.read.fleetTypes.siteByName(id, 'north'), { id: stored?.id, edgeNode: null });
  for (const bad of [
    { edgeNode: 'ftp9' },
    { windows: ['whenever it suits'] },
    { windows: ['mon 25:00-26:00'] },
  ])
    await t.rejects(
      admin.call('site.put', { actor, account: 'acme', ...site, ...bad }),
      refusedAs('refused'),
      JSON.stringify(bad),
    );
  await t.rejects(admin.call('site.put', { actor, account: 'none', ...site }), refusedAs('not_found'));
});

t.test('configuration files are put, listed and removed by whom they are for', async (t) => {
  const { admin, store, raised } = await setUp(t);
  const { id: accountId = '' } = (await store.read.accounts.byName('acme')) ?? {};
  const { id: productId = '' } = (await store.read.catalog.productByName('tool')) ?? {};
  const { uids } = await putSmallFleet(store, { accountId, productId, count: 2 });
  const [uid = '', other = ''] = uids;
  const file = {
    name: 'ntp.conf',
    product: 'tool',
    version: '1.0.0',
    file: 'tool.bin',
    placedIn: null,
    path: '/etc/ntp.conf',
    mode: 0o640,
    owner: 'root',
    group: null,
    reload: ['systemctl', 'reload', 'ntp'],
  };
  const places = [
    { scope: 'type', subject: 'box' },
    { scope: 'group', subject: 'default' },
    { scope: 'site', subject: 'acme/here' },
    { scope: 'appliance', subject: uid },
  ] as const;
  for (const place of places)
    t.ok(await raised(() => admin.call('fleetFile.put', { actor, ...file, ...place })), place.scope);
  const { files } = await admin.call('fleetFile.list', {});
  t.same(
    files.map(({ scope, subject }) => ({ scope, subject })).toSorted((a, b) => (a.scope < b.scope ? -1 : 1)),
    places.toSorted((a, b) => (a.scope < b.scope ? -1 : 1)),
  );
  t.match(files[0], { ...file, sha256: /^[0-9a-f]{64}$/, sizeBytes: 5, putBy: actor });
  const beating = await store.read.beats.beating(uid);
  if (!beating) throw new Error('the appliance is not there');
  const closest = await store.read.fleetTypes.filesFor(beating);
  t.match(closest, [{ scope: 'appliance', mode: 0o640, reload: file.reload }], 'the closest alone');
  const removed = { actor, name: 'ntp.conf', ...places[3] };
  t.ok(await raised(() => admin.call('fleetFile.remove', removed)));
  await t.rejects(admin.call('fleetFile.remove', removed), refusedAs('not_found'));
  await t.rejects(
    admin.call('fleetFile.remove', { ...removed, subject: other }),
    refusedAs('not_found'),
    'there is none for the other',
  );
});

t.test('no file is taken that would have a catalog refused', async (t) => {
  const { admin, store } = await setUp(t);
  await admin.call('applianceType.create', {
    actor,
    name: 'box',
    title: 'Box',
    channel: 'stable',
    products: ['tool'],
  });
  const file = {
    name: 'a.conf',
    scope: 'type' as const,
    subject: 'box',
    product: 'tool',
    version: '1.0.0',
    file: 'tool.bin',
    placedIn: null,
    path: '/etc/a.conf',
    mode: 0o644,
    owner: null,
    group: null,
    reload: null,
  };
  const cases: readonly (readonly [change: Partial<Record<keyof typeof file, unknown>>, RpcError['code']])[] =
    [
      [{ path: 'etc/a.conf' }, 'refused'],
      [{ path: '/etc/../shadow' }, 'refused'],
      [{ path: '/' }, 'refused'],
      [{ placedIn: 'tool' }, 'refused'],
      [{ placedIn: 'tool', path: '../a' }, 'refused'],
      [{ placedIn: 'nothing', path: 'a' }, 'not_found'],
      [{ name: 'a\u202eb' }, 'refused'],
      [{ mode: 0o4755 }, 'bad_request'],
      [{ version: '9.0.0' }, 'not_found'],
      [{ file: 'other.bin' }, 'not_found'],
      [{ subject: 'barge' }, 'not_found'],
    ];
  for (const [change, code] of cases)
    await t.rejects(
      admin.call('fleetFile.put', { actor, ...file, ...(change as object) }),
      refusedAs(code),
      JSON.stringify(change),
    );
  t.same(await store.read.fleetTypes.files(), []);
  await admin.call('fleetFile.put', { actor, ...file, placedIn: 'tool', path: 'etc/a.conf' });
});

t.test('a file for one customer comes from a product that is no other customer’s', async (t) => {
  const { admin, store } = await setUp(t);
  const { id: accountId = '' } = (await store.read.accounts.byName('acme')) ?? {};
  const { id: productId = '' } = (await store.read.catalog.productByName('tool')) ?? {};
  const { uids } = await putSmallFleet(store, { accountId, productId, count: 1 });
  const file = {
    name: 'a.conf',
    product: 'tool',
    version: '1.0.0',
    file: 'tool.bin',
    placedIn: null,
    path: '/etc/a.conf',
    mode: 0o644,
    owner: null,
    group: null,
    reload: null,
  };
  const forSite = { scope: 'site', subject: 'acme/here' } as const;
  const forAppliance = { scope: 'appliance', subject: uids[0] ?? '' } as const;
  await admin.call('account.create', { actor, name: 'rival', displayName: 'Rival' });
  const grant = { ...plainGrant, account: 'rival', product: 'tool' };
  const { entitlement } = await admin.call('entitlement.grant', grant);
  for (const place of [forSite, forAppliance])
    await t.rejects(admin.call('fleetFile.put', { actor, ...file, ...place }), refusedAs('refused'));
  t.same(await store.read.fleetTypes.files(), []);
  const forAll = { scope: 'type', subject: 'box' } as const;
  await admin.call('fleetFile.put', { actor, ...file, ...forAll });

  const revocation = { actor, entitlement: entitlement.id, reason: 'theirs alone' };
  await admin.call('entitlement.revoke', revocation);
  await admin.call('fleetFile.put', { actor, ...file, ...forSite });
  await t.rejects(admin.call('entitlement.grant', grant), refusedAs('refused'), 'nor is it anybody’s later');
  await admin.call('entitlement.grant', { ...grant, account: 'acme' });
  await admin.call('fleetFile.remove', { actor, name: file.name, ...forSite });
  await admin.call('entitlement.grant', grant);
});
