// The fleet's metadata in internal-db: what people sign is taken in only as an appliance would; what is made of it online is what an
// appliance accepts; keys that sign online are rotated, and packages' keys are kept sealed.
import t from 'tap';
import { readFileSync } from 'node:fs';
import { openContentKey, sealContentKey } from '#commlink/fleet/package/content-key.ts';
import { verifyBeatReply } from '#commlink/fleet/beat-reply.ts';
import { firstTrustedState, type TrustedState } from '#commlink/fleet/tuf/trusted-state.ts';
import { rootVersion, timestampKeys, verifyBundle } from '#commlink/fleet/tuf/verify-bundle.ts';
import { describeRoot } from '#commlink/fleet/tuf/describe-metadata.ts';
import { createNodeKeys } from '#commlink/node-keys.ts';
import { startRoom, type RunningRoom } from '../support/running-room.ts';
import { OfflineKeys } from './support/offline-keys.ts';

const uid = 'apl_AAAAAAAAAAAAAAAAAAAAAA';
const tool = { path: 'tool/1.4.0/tool.cpk', sizeBytes: 1000, sha256: 'a'.repeat(64) };
const subject = { uid, type: 'gateway', account: 'acme', site: null, windows: [], bandwidth: null };
const custom = { kind: 'package', product: 'tool', version: '1.4.0', contentKey: 'c2VhbGVk' } as const;

async function startFleet(t: Parameters<typeof startRoom>[0]) {
  const room = await startRoom(t);
  const offline = new OfflineKeys(room.admin);
  await offline.setUp();
  return { room, offline, metadata: room.services.context.fleetMetadata };
}

/** The bundle that an appliance would be given, and its verdict on it. */
async function judge(
  { services }: RunningRoom,
  trusted: TrustedState,
  { previousVersion = 0, nowMs = Date.now() } = {},
) {
  const { fleetMetadata } = services.context;
  const targets = fleetMetadata.packageTarget(tool.path) ? [{ ...tool, custom }] : [];
  const director = fleetMetadata.makeDirector({
    subject: { ...subject, madeAtMs: nowMs },
    targets,
    previousVersion,
    nowMs,
  });
  const bundle = {
    director: {
      ...director,
      roots: await fleetMetadata.rootsAfter('director', rootVersion(trusted.director.root)),
    },
    packages: {
      ...fleetMetadata.packages(),
      roots: await fleetMetadata.rootsAfter('packages', rootVersion(trusted.packages.root)),
    },
  };
  return { ...verifyBundle({ trusted, bundle, uid, nowMs }), version: director.version };
}

t.test('before the setup nothing is signed', async (t) => {
  const room = await startRoom(t);
  const { fleetMetadata } = room.services.context;
  t.equal(fleetMetadata.isSetUp(), false);
  t.throws(() => fleetMetadata.packages(), { code: 'refused' });
  const offline = new OfflineKeys(room.admin);
  await t.rejects(
    offline.install({ packagesTargets: { text: offline.signTargets([], 1), basedOnVersion: 0 } }),
    {
      code: 'refused',
    },
  );
  const foreign = createNodeKeys().signing.raw;
  const role = { keys: [foreign], threshold: 1 };
  const root = { keys: [offline.root.signing.raw], threshold: 1 };
  const roles = { root, targets: role, snapshot: role, timestamp: role };
  const text = offline.signRoot({ version: 1, roles });
  const targets = offline.signTargets([], 1);
  const parts = {
    directorRoot: text,
    packagesRoot: text,
    packagesTargets: { text: targets, basedOnVersion: 0 },
  };
  await t.rejects(offline.install(parts), { code: 'refused' }, 'online keys that were not made here');
  t.equal(fleetMetadata.isSetUp(), false);
});

t.test('what is made online is what an appliance accepts', async (t) => {
  const { room, offline, metadata } = await startFleet(t);
  t.equal(metadata.isSetUp(), true);
  const first = firstTrustedState(metadata.firstRoots());
  const empty = await judge(room, first);
  t.equal(empty.accepted, true);
  const [key] = await offline.addPackages([{ ...tool, custom: { ...custom, from: '>=1.0.0' } }]);
  t.same(metadata.packageTarget(tool.path), {
    sizeBytes: tool.sizeBytes,
    sha256: tool.sha256,
    upgradeFrom: '>=1.0.0',
  });
  const verdict = await judge(room, empty.trusted, { previousVersion: empty.version });
  if (!verdict.accepted) throw verdict.error;
  t.match(verdict.catalog.targets, [{ path: tool.path, sha256: tool.sha256 }]);
  t.ok(verdict.version > empty.version);
  const appliance = createNodeKeys();
  const opened = await metadata.contentKey(tool.sha256);
  t.same(opened, key);
  const sealed = await sealContentKey(opened ?? new Uint8Array(), appliance.sealing.raw, {
    uid,
    sha256: tool.sha256,
  });
  t.same(await openContentKey(sealed, appliance, { uid, sha256: tool.sha256 }), new Uint8Array(key ?? []));
  await t.rejects(openContentKey(sealed, appliance, { uid: 'apl_B', sha256: tool.sha256 }), {
    code: 'malformed',
  });
  await t.rejects(openContentKey(sealed, appliance, { uid, sha256: 'b'.repeat(64) }), { code: 'malformed' });
  t.equal(await metadata.contentKey('b'.repeat(64)), undefined);
});

t.test('an answer to a beat proves itself, to its beat alone', async (t) => {
  const { metadata } = await startFleet(t);
  const nonce = 'N'.repeat(22);
  const reply = {
    uid,
    nonce,
    nowMs: 5,
    catalog: null,
    intervalMs: 909_000,
    polls: true,
    order: null,
  } as const;
  const text = metadata.signReply(reply);
  const keys = timestampKeys(metadata.firstRoots().directorRoot);
  t.same(verifyBeatReply(text, keys, { uid, nonce }), reply);
  t.throws(() => verifyBeatReply(text, keys, { uid, nonce: 'M'.repeat(22) }), { code: 'malformed' });
  t.throws(() => verifyBeatReply(text, [], { uid, nonce }), { code: 'bad_signature' });
  const [payload, signature] = text.split('.');
  const other = Buffer.from(JSON.stringify({ ...reply, nowMs: 6 })).toString('base64url');
  t.not(payload, other);
  t.throws(() => verifyBeatReply(`${other}.${signature}`, keys, { uid, nonce }), { code: 'bad_signature' });
});

t.test('every key that signs online is rotated, and appliances follow', async (t) => {
  const { room, offline, metadata } = await startFleet(t);
  await offline.addPackages([tool]);
  const first = firstTrustedState(metadata.firstRoots());
  let last = await judge(room, first);
  for (const place of [
    { repository: 'director', role: 'timestamp' },
    { repository: 'director', role: 'snapshot' },
    { repository: 'director', role: 'targets' },
    { repository: 'packages', role: 'snapshot' },
    { repository: 'packages', role: 'timestamp' },
  ] as const) {
    const before = (await room.services.context.store.read.fleetMetadata.onlineKeys()).length;
    await offline.rotate(place);
    const keys = await room.services.context.store.read.fleetMetadata.onlineKeys();
    t.equal(keys.length, before, `${place.repository} ${place.role}: the old key is forgotten`);
    last = await judge(room, last.trusted, { previousVersion: last.version });
    if (!last.accepted) throw last.error;
  }
  t.same(metadata.rootVersions(), { director: 4, packages: 3 });
  const late = await judge(room, first);
  t.equal(late.accepted, true, 'one that was off all the while follows the roots');
  t.same(late.trusted.director.root, last.trusted.director.root);
});

t.test('what is not signed as the roots ask is refused, and nothing is changed', async (t) => {
  const { room, offline } = await startFleet(t);
  await offline.addPackages([tool]);
  const before = await offline.read();
  const { roles } = describeRoot(before.directorRoot ?? '');
  const packagesRoles = describeRoot(before.packagesRoot ?? '').roles;
  const stranger = createNodeKeys();
  const strange = { keys: [stranger.signing.raw], threshold: 1 };
  const root = (
    parts: Parameters<OfflineKeys['signRoot']>[0],
    ...keys: NonNullable<Parameters<OfflineKeys['signRoot']>[1]>
  ) => ({
    directorRoot: offline.signRoot(parts, keys.length === 0 ? undefined : keys),
  });
  const targets = (text: string, basedOnVersion = 2) => ({ packagesTargets: { text, basedOnVersion } });
  const rows: readonly (readonly [what: string, parts: object, code: string])[] = [
    ['a root by a stranger', root({ version: 2, roles }, stranger), 'refused'],
    ['a stranger as the root', root({ version: 2, roles: { ...roles, root: strange } }, stranger), 'refused'],
    ['the old root alone', root({ version: 2, roles: { ...roles, root: strange } }), 'refused'],
    ['a version left out', root({ version: 3, roles }), 'conflict'],
    ['the same version', root({ version: 1, roles }), 'conflict'],
    ['an ended root', root({ version: 2, roles, expiresAtMs: Date.now() - 1 }), 'refused'],
    ['no root', { directorRoot: '{}' }, 'refused'],
    ['an online key of a stranger', root({ version: 2, roles: { ...roles, timestamp: strange } }), 'refused'],
    ['packages by a stranger', targets(offline.signTargets([tool], 3, stranger)), 'refused'],
    ['packages by the root key', targets(offline.signTargets([tool], 3, offline.root)), 'refused'],
    ['an old version', targets(offline.signTargets([tool], 2)), 'conflict'],
    ['signed beside another', targets(offline.signTargets([tool], 4), 1), 'conflict'],
    [
      'a root by which the packages are not signed',
      {
        packagesRoot: offline.signRoot({ version: 2, roles: { ...packagesRoles, targets: strange } }),
      },
      'refused',
    ],
  ];
  for (const [what, parts, code] of rows) await t.rejects(offline.install(parts), { code }, what);
  t.same(await offline.read(), before);
  t.equal((await room.admin.call('audit.verify', {})).intact, true);
});

t.test('secrets are sealed in the database', async (t) => {
  const { room, offline } = await startFleet(t);
  const [key] = await offline.addPackages([tool]);
  if (!key) throw new Error('no key');
  const { databaseFile } = room.cluster.config;
  const bytes = ['', '-wal'].map((suffix) => readFileSync(`${databaseFile}${suffix}`));
  for (const text of [key, Buffer.from(key.toString('base64url')), Buffer.from('PRIVATE KEY')])
    t.notOk(bytes.some((each) => each.includes(text)));
});

t.test('timestamp and snapshot of the packages are made anew before they end', async (t) => {
  const { room, metadata } = await startFleet(t);
  const { context } = room.services;
  const before = metadata.packages();
  await metadata.renew();
  t.same(metadata.packages(), before, 'there is no need yet');
  const day = 86_400_000;
  const realNow = context.clock.nowMs();
  context.clock.nowMs = () => realNow + 2 * day;
  await metadata.renew();
  const next = metadata.packages();
  t.not(next.timestamp, before.timestamp);
  t.equal(next.snapshot, before.snapshot);
  context.clock.nowMs = () => realNow + 50 * day;
  await metadata.renew();
  t.not(metadata.packages().snapshot, before.snapshot);
  t.equal(metadata.packages().targets, before.targets);
  const verdict = await judge(room, firstTrustedState(metadata.firstRoots()), { nowMs: realNow + 50 * day });
  t.equal(verdict.accepted, true);
});
