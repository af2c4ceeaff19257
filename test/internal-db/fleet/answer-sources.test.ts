// Where appliances are sent for what their catalogs name: each gets credentials of its own to one delivery of its account's, which
// is decided, audited and staged once; what it may not have is not told.
import t from 'tap';
import { packageMediaType, parseTargetPath, type TargetPath } from '#commlink/fleet/fleet-names.ts';
import { readSourcesReply, type Source } from '#commlink/fleet/sources.ts';
import { answerSources } from '#internal-db/fleet/sources/answer-sources.ts';
import type { ServiceContext } from '#internal-db/service-context.ts';
import type { ApplianceState } from '#internal-db/store/fleet-appliances.ts';
import type { BeatingAppliance } from '#internal-db/store/fleet-beats.ts';
import { newRecordId } from '#internal-db/record-id.ts';
import { putSmallFleet } from './support/small-fleet.ts';
import { plainGrant, seedRoom, startRoom, type RunningRoom } from '../support/running-room.ts';

const actor = 'cli:jo';
const packageFile = { name: 'gateway.cpk', sizeBytes: 7, sha256: 'cd'.repeat(32), platform: null };
const settingsFile = { name: 'site.conf', sizeBytes: 9, sha256: 'ef'.repeat(32), platform: null };
const packageTarget = parseTargetPath('gateway/2.0.0/gateway.cpk');
const address = '192.0.2.9';

/** A room whose account may have a package and a file, and two appliances at its site; ftp1 has every entrance. */
async function setUp(t: Parameters<typeof startRoom>[0]) {
  const room = await startRoom(t);
  const { admin, services, cluster } = room;
  await seedRoom(room);
  cluster.node.fleet = { http: 'http://localhost:4', plainFtp: true, authority: 'the authority' };
  await admin.call('product.create', { actor, name: 'gateway', title: 'Gateway', description: '' });
  const files = [
    { ...packageFile, mediaType: packageMediaType },
    { ...settingsFile, mediaType: 'text/plain' },
  ];
  const release = { actor, product: 'gateway', version: '2.0.0', channel: 'stable', draft: false };
  await admin.call('release.publish', { ...release, files });
  await admin.call('entitlement.grant', { ...plainGrant, account: 'acme', product: 'gateway' });
  const signed = new Map([[packageTarget, { sha256: packageFile.sha256 }]]);
  const fleetMetadata = { packageTarget: (path: string) => signed.get(path as TargetPath) };
  const context = { ...services.context, fleetMetadata } as unknown as ServiceContext;
  await context.directory.refresh();
  const appliances = await addAppliances(room);
  const ask = async (appliance: BeatingAppliance, targets = [packageTarget]) =>
    readSourcesReply(JSON.stringify(await answerSources(context, { appliance, address, targets })));
  return { room, node: cluster.node, context, appliances, ask, signed };
}

/** Two appliances of acme; `site.conf` is for the first. */
async function addAppliances({ services: { context } }: RunningRoom) {
  const { store } = context;
  const account = await store.read.accounts.byName('acme');
  const product = await store.read.catalog.productByName('gateway');
  const release = product && (await store.read.catalog.release(product.id, '2.0.0'));
  const artifact = release && (await store.read.catalog.artifact(release.id, settingsFile.name));
  if (!account || !artifact) throw new Error('the account or the file is not there');
  const { uids } = await putSmallFleet(store, { accountId: account.id, productId: product.id, count: 2 });
  await store.transaction(({ fleetTypes }) =>
    fleetTypes.putFile({
      id: newRecordId('ffl'),
      name: 'site.conf',
      scope: 'appliance',
      scopeName: uids[0] ?? '',
      artifactId: artifact.id,
      productId: null,
      path: '/etc/site.conf',
      mode: 0o640,
      ownerName: null,
      ownerGroup: null,
      reload: null,
      putBy: actor,
      putAtMs: 1,
    }),
  );
  const [first, second] = await Promise.all(uids.map((uid) => store.read.beats.beating(uid)));
  if (!first || !second) throw new Error('the appliances are not there');
  return [first, second] as const;
}

const transportsOf = (sources: readonly Source[] = []): string[] => sources.map(({ transport }) => transport);
const tokenOf = (source: Source | undefined): string =>
  source && 'url' in source ? (new URL(source.url).pathname.split('/')[2] ?? '') : '';

t.test('a package: every way there is, signed for this appliance and this file', async (t) => {
  const { node, appliances, ask } = await setUp(t);
  const [{ uid }] = appliances;
  const { targets } = await ask(appliances[0]);
  const sources = targets[0]?.sources;
  t.same(transportsOf(sources), ['http', 'https', 'ftp', 'ftps', 'sftp']);
  const [http, https, ftp] = sources ?? [];
  t.match(http, { node: 'ftp1', url: /^http:\/\/localhost:4\/d\/.*\/gateway\.cpk$/, ca: 'the authority' });
  t.match(https, { url: /^https:\/\/localhost:1\/d\// });
  const [grant] = node.grants;
  t.match(grant, { account: 'acme', file: 'gateway.cpk', mediaType: packageMediaType });
  const { delivery } = grant ?? {};
  const claims = node.verify('download-url', tokenOf(http));
  t.match(claims, {
    delivery,
    appliance: uid,
    plain: true,
    path: packageTarget,
    mediaType: packageMediaType,
  });
  t.match(ftp, { host: 'localhost', port: 2, login: uid, path: packageTarget });
  const password = ftp && 'password' in ftp ? ftp.password : '';
  t.match(node.verify('appliance-login', password), { appliance: uid, delivery, plain: true });
  t.ok(password.length <= 512);
  const fourHoursMs = 4 * 3_600_000;
  t.ok(
    claims.expiresAtMs <= Date.now() + fourHoursMs && claims.expiresAtMs > Date.now() + fourHoursMs - 60_000,
  );
});

t.test('all appliances of an account share one delivery, which is audited once', async (t) => {
  const { node, context, appliances, ask } = await setUp(t);
  const replies = await Promise.all([...appliances, ...appliances].map((appliance) => ask(appliance)));
  const uids = replies.map(
    ({ targets }) => node.verify('download-url', tokenOf(targets[0]?.sources[0])).appliance,
  );
  t.same(
    uids,
    [...appliances, ...appliances].map(({ uid }) => uid),
  );
  t.equal(node.grants.length, 1);
  const { deliveries, audit } = context.store.read;
  const account = await context.store.read.accounts.byName('acme');
  t.match(await deliveries.liveOfAccount(account?.id ?? ''), [{ requestedBy: 'fleet', nodeName: 'ftp1' }]);
  const entries = await audit.newest(100);
  t.equal(entries.filter(({ action }) => action.startsWith('delivery.')).length, 1);
});

t.test('a file goes over secure sessions, and only to whom it is for', async (t) => {
  const { node, appliances, ask } = await setUp(t);
  const target = parseTargetPath('files/site.conf');
  const { targets } = await ask(appliances[0], [target]);
  t.same(transportsOf(targets[0]?.sources), ['https', 'ftps', 'sftp']);
  const claims = node.verify('download-url', tokenOf(targets[0]?.sources[0]));
  t.match(claims, { path: 'gateway/2.0.0/site.conf', mediaType: 'text/plain' });
  t.notOk('plain' in claims);
  t.same((await ask(appliances[1], [target])).targets, [{ path: target, sources: [] }]);
});

t.test('nothing is told of what the account may not have, and nothing is recorded', async (t) => {
  const { room, node, context, appliances, ask } = await setUp(t);
  const { admin } = room;
  await admin.call('product.create', { actor, name: 'other', title: 'Other', description: '' });
  const release = { actor, product: 'other', version: '1.0.0', channel: 'stable', draft: false };
  await admin.call('release.publish', {
    ...release,
    files: [{ ...packageFile, name: 'other.cpk', mediaType: packageMediaType }],
  });
  const before = await context.store.read.audit.last();
  const paths = ['other/1.0.0/other.cpk', 'gateway/9.9.9/gateway.cpk', 'nothing/1.0.0/x.cpk', 'files/none'];
  const { targets } = await ask(appliances[0], paths.map(parseTargetPath));
  t.same(
    targets.map(({ sources }) => sources),
    [[], [], [], []],
  );
  t.equal(node.grants.length, 0);
  t.same(await context.store.read.audit.last(), before);
});

t.test('what nobody has signed as a package, or as another one, goes out to nobody', async (t) => {
  const { node, appliances, ask, signed } = await setUp(t);
  for (const sha256 of ['ab'.repeat(32), null]) {
    if (sha256 === null) signed.clear();
    else signed.set(packageTarget, { sha256 });
    t.same((await ask(appliances[0])).targets, [{ path: packageTarget, sources: [] }]);
  }
  t.equal(node.grants.length, 0);
});

for (const state of ['quarantined', 'retired'] as const satisfies ApplianceState[])
  t.test(`one that is ${state} is sent nowhere`, async (t) => {
    const { node, appliances, ask } = await setUp(t);
    const { targets } = await ask({ ...appliances[0], state });
    t.same(targets, [{ path: packageTarget, sources: [] }]);
    t.equal(node.grants.length, 0);
  });

t.test('a node that is away or does not stage is passed over, and asked again', async (t) => {
  const { node, context, appliances, ask } = await setUp(t);
  node.reachable = false;
  t.same((await ask(appliances[0])).targets, [{ path: packageTarget, sources: [] }]);
  node.reachable = true;
  t.equal((await ask(appliances[0])).targets[0]?.sources.length, 5, 'the same delivery, staged now');
  const account = await context.store.read.accounts.byName('acme');
  t.equal((await context.store.read.deliveries.liveOfAccount(account?.id ?? '')).length, 1);
});

t.test('what a node refuses to stage has failed there', async (t) => {
  const { node, context, appliances, ask } = await setUp(t);
  node.stagingFailure = { staged: false, failure: 'artifact_missing', explanation: 'not there' };
  t.same((await ask(appliances[0])).targets, [{ path: packageTarget, sources: [] }]);
  const account = await context.store.read.accounts.byName('acme');
  t.same(await context.store.read.deliveries.liveOfAccount(account?.id ?? ''), []);
  node.stagingFailure = null;
  t.equal((await ask(appliances[0])).targets[0]?.sources.length, 5);
});

t.test('what an account loses its appliances lose: the delivery ends, and there is none anew', async (t) => {
  const { room, context, appliances, ask } = await setUp(t);
  await ask(appliances[0]);
  const account = await context.store.read.accounts.byName('acme');
  const [live] = await context.store.read.deliveries.liveOfAccount(account?.id ?? '');
  const entitlement = live?.entitlementId ?? '';
  await room.admin.call('entitlement.revoke', { actor, entitlement, reason: 'not paid' });
  t.match(await context.store.read.deliveries.byId(live?.id ?? ''), { state: 'revoked' });
  t.same((await ask(appliances[0])).targets, [{ path: packageTarget, sources: [] }]);
});

t.test('a download is recorded as the appliance’s', async (t) => {
  const { room, node, context, appliances, ask } = await setUp(t);
  await ask(appliances[0]);
  const [{ uid, accountId }] = appliances;
  const delivery = node.grants[0]?.delivery ?? '';
  const event = {
    type: 'download',
    download: newRecordId('dlv'),
    delivery,
    account: 'acme',
    path: packageTarget,
    protocol: 'http',
    address,
    principal: `appliance:${uid}`,
    offsetBytes: 0,
    sentBytes: 7,
    sizeBytes: 7,
    startedAtMs: 1,
    endedAtMs: 2,
    outcome: 'complete',
  } as const;
  await room.webFront.call('node.report', { node: node.keys.id, reports: [node.report(event)] });
  const filter = { product: null, outcome: null, fromMs: null, untilMs: null, after: null, limit: 10 };
  const downloadedBy = `appliance:${uid}`;
  t.match(await context.store.read.downloads.page({ ...filter, accountId, downloadedBy }), [
    { id: event.download, principal: `appliance:${uid}`, downloadedBy },
  ]);
});
