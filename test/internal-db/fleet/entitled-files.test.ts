// A configuration file stands in an appliance's catalog while its account may have the release's file that it is.
import t from 'tap';
import { readCatalogBundle } from '#commlink/fleet/catalog-bundle.ts';
import { plainGrant, seedRoom, startRoom } from '../support/running-room.ts';
import { SignedFleet } from './support/signed-fleet.ts';
import { putSmallFleet } from './support/small-fleet.ts';

const actor = 'cli:jo';

t.test('only while the account may have it', async (t) => {
  const room = await startRoom(t);
  const { admin, services } = room;
  await seedRoom(room);
  await new SignedFleet(admin).setUp();
  const { store, applianceCatalogs } = services.context;
  const account = await store.read.accounts.byName('acme');
  const product = await store.read.catalog.productByName('tool');
  const wish = { accountId: account?.id ?? '', productId: product?.id ?? '', count: 1 };
  const [uid = ''] = (await putSmallFleet(store, wish)).uids;
  await admin.call('product.create', { actor, name: 'settings', title: 'Settings', description: '' });
  const bytes = { name: 'ntp.conf', sizeBytes: 5, sha256: 'cd'.repeat(32), platform: null };
  const release = { actor, product: 'settings', version: '1.0.0', channel: 'stable', draft: false };
  await admin.call('release.publish', { ...release, files: [{ ...bytes, mediaType: 'text/plain' }] });
  await admin.call('fleetFile.put', {
    actor,
    name: 'ntp.conf',
    scope: 'type',
    subject: 'box',
    product: 'settings',
    version: '1.0.0',
    file: 'ntp.conf',
    placedIn: null,
    path: '/etc/ntp.conf',
    mode: 0o644,
    owner: null,
    group: null,
    reload: null,
  });
  const targets = async (): Promise<string[]> => {
    const beating = await store.read.beats.beating(uid);
    if (!beating) throw new Error('the appliance is not there');
    const roots = { directorRoot: 1, packagesRoot: 1 };
    const found = await applianceCatalogs.fetch(beating, { known: null, ...roots });
    const { director } = readCatalogBundle(found?.bundle ?? '');
    const { signed } = JSON.parse(director.targets) as { signed: { targets: object } };
    return Object.keys(signed.targets);
  };
  t.same(await targets(), [], 'nobody has granted it');

  const grant = { ...plainGrant, account: 'acme', product: 'settings' };
  const notAfterMs = Date.now() + 3_600_000;
  const { entitlement } = await admin.call('entitlement.grant', { ...grant, notAfterMs });
  t.same(await targets(), ['files/ntp.conf']);
  const { freshUntilMs = 0 } = (await store.read.beats.catalogOf(uid)) ?? {};
  t.ok(freshUntilMs <= notAfterMs + 1, 'it is judged again when the entitlement ends');

  const revocation = { actor, entitlement: entitlement.id, reason: 'unpaid' };
  await admin.call('entitlement.revoke', revocation);
  t.same(await targets(), []);
});
