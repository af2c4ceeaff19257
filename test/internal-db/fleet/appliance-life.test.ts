// The life of an appliance as internal-db sees it: a code, beats, catalogs, what was sent and what was confirmed, a copied disk, and a
// machine that has lost everything.
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { rootsDigest } from '#commlink/fleet/enrol-command.ts';
import type { BeatReply } from '#commlink/fleet/beat-reply.ts';
import { readCatalogBundle } from '#commlink/fleet/catalog-bundle.ts';
import { firstTrustedState } from '#commlink/fleet/tuf/trusted-state.ts';
import { verifyBundle } from '#commlink/fleet/tuf/verify-bundle.ts';
import { createNodeKeys } from '#commlink/node-keys.ts';
import { newRecordId } from '#internal-db/record-id.ts';
import type { RunningRoom } from '../support/running-room.ts';
import { actor, address, beat, codeWish, enrol, makeCode, startFleetRoom } from './support/fleet-room.ts';
import { TestAppliance } from './support/signed-fleet.ts';

async function fetchCatalog(
  room: RunningRoom,
  { appliance, reply }: Awaited<ReturnType<typeof enrol>>,
  known: string | null = null,
) {
  const message = appliance.sign('catalog-request', appliance.request());
  const wish = { message, address, known, directorRoot: 1, packagesRoot: 1 };
  const answer = await room.webFront.call('fleet.catalog', wish);
  if (!answer.accepted || answer.bundle === null) return { answer, catalog: null };
  const verified = verifyBundle({
    trusted: firstTrustedState(reply),
    bundle: readCatalogBundle(answer.bundle),
    uid: appliance.uid,
    nowMs: Date.now(),
  });
  if (!verified.accepted) throw verified.error;
  return { answer, catalog: verified.catalog };
}

async function redeem({ webFront }: RunningRoom, appliance: TestAppliance, code: string) {
  return webFront.call('fleet.enrol', { message: appliance.enrolment(code), address });
}

t.test('a code is good once, for whoever shows it first', async (t) => {
  const { room } = await startFleetRoom(t);
  const code = await makeCode(room);
  const first = await enrol(room, code);
  t.match(first.reply, { account: 'acme', type: 'box', uid: /^apl_/ });
  const again = await redeem(room, first.appliance, code);
  t.match(again, { accepted: true }, 'its own answer, should it have been lost');
  t.equal(again.accepted && first.appliance.take(again.reply).uid, first.reply.uid, 'and the same name');
  const { signing } = first.appliance.keys;
  const half = new TestAppliance({ ...createNodeKeys(), signing });
  const refused = { accepted: false, reason: 'code' };
  t.same(await redeem(room, half, code), refused, 'not for other keys');
  t.same(await redeem(room, new TestAppliance(), code), refused);
  t.same(await redeem(room, new TestAppliance(), 'no-such'), refused);
  const { roots } = await room.admin.call('appliance.invite', { ...codeWish, count: 1 });
  t.equal(roots, rootsDigest(first.reply), 'who makes codes sees by what to know the roots');
});

t.test('an answer is said again while the code lasts, and its appliance is not retired', async (t) => {
  const { room } = await startFleetRoom(t);
  const database = new DatabaseSync(room.cluster.config.databaseFile);
  t.teardown(() => database.close());
  const [lasting, retiring] = [await makeCode(room), await makeCode(room)];
  const [first, second] = [await enrol(room, lasting), await enrol(room, retiring)];
  const about = { actor, uid: second.reply.uid, reason: 'scrapped' };
  await room.admin.call('appliance.retire', about);
  t.match(await redeem(room, second.appliance, retiring), { accepted: false, reason: 'code' });
  t.match(await redeem(room, first.appliance, lasting), { accepted: true });
  database.exec(`UPDATE enrolment_codes SET expires_at_ms = ${Date.now() - 1}`);
  t.match(await redeem(room, first.appliance, lasting), { accepted: false, reason: 'code' });
  t.match(await beat(room, first), { refused: null }, 'whoever had it beats on');
});

t.test('an account has so many appliances and no more, and a code waits until one is retired', async (t) => {
  const fleet = { beatIntervalMs: 900_000, missingGraceMs: 300_000, appliancesPerAccountMax: 1 };
  const { room } = await startFleetRoom(t, { fleet });
  const first = await enrol(room, await makeCode(room));
  const code = await makeCode(room);
  const message = new TestAppliance().enrolment(code);
  t.same(await room.webFront.call('fleet.enrol', { message, address }), { accepted: false, reason: 'full' });
  const { uid } = first.appliance;
  const about = { actor, uid, reason: 'a new disk' };
  const anew = await room.admin.call('appliance.restore', { ...about, lifetimeMs: 600_000 });
  await enrol(room, anew.code, new TestAppliance());
  await room.admin.call('appliance.retire', about);
  t.match(await enrol(room, code), { reply: { account: 'acme' } });
});

t.test('catalogs: verified from the enrolment on, the same while nothing changes', async (t) => {
  const { room, fleet, store } = await startFleetRoom(t);
  const first = await fleet.publish('tool', '1.4.0');
  const enrolled = await enrol(room, await makeCode(room));
  const { reply } = await beat(room, enrolled, { cause: 'start' });
  t.match(reply, { order: null, polls: true, catalog: { sha256: /^[0-9a-f]{64}$/ } });
  const { answer, catalog } = await fetchCatalog(room, enrolled);
  t.match(answer, { sha256: reply?.catalog?.sha256 });
  t.equal(catalog?.targets[0]?.path, first.path);
  t.equal(catalog?.subject.uid, enrolled.appliance.uid);

  const second = await beat(room, enrolled);
  t.equal(second.reply?.catalog?.sha256, reply?.catalog?.sha256, 'the same mark');
  const same = await fetchCatalog(room, enrolled, reply?.catalog?.sha256);
  t.match(same.answer, { bundle: null }, 'not sent again');

  const [sent] = await store.read.beats.productsOf(enrolled.appliance.uid);
  t.match(sent, { sentVersion: '1.4.0', confirmedVersion: null }, 'sent is not confirmed');
  const installed = [{ product: 'tool', version: '1.4.0', path: first.path, sha256: first.sha256 }];
  enrolled.appliance.installed = installed as never;
  await beat(room, enrolled, { cause: 'installed' });
  const [confirmed] = await store.read.beats.productsOf(enrolled.appliance.uid);
  t.match(confirmed, { sentVersion: '1.4.0', confirmedVersion: '1.4.0' });

  const newer = await fleet.publish('tool', '1.5.0');
  const changed = await beat(room, enrolled);
  t.not(changed.reply?.catalog?.sha256, reply?.catalog?.sha256, 'a release makes a new one');
  t.equal((await fetchCatalog(room, enrolled)).catalog?.targets[0]?.path, newer.path);

  const { entitlements } = await room.admin.call('entitlement.list', { account: 'acme' });
  const revocation = { actor, entitlement: entitlements[0]?.id ?? '', reason: 'unpaid' };
  await room.admin.call('entitlement.revoke', revocation);
  await beat(room, enrolled);
  t.same(
    (await fetchCatalog(room, enrolled)).catalog?.targets,
    [],
    'without an entitlement there is nothing',
  );
});

t.test(
  'a copied disk: both machines are quarantined, and an operator lets one of them in again',
  async (t) => {
    const { room, fleet } = await startFleetRoom(t);
    await fleet.publish('tool', '1.4.0');
    const original = await enrol(room, await makeCode(room));
    await beat(room, original);
    const copy = { appliance: original.appliance.copy(), reply: original.reply };
    t.match(
      (await fetchCatalog(room, copy)).answer,
      { accepted: false, reason: 'stale' },
      'a copy that asks without a beat gets nothing',
    );
    const kept = original.appliance.sign('catalog-request', original.appliance.request());
    t.match((await beat(room, original)).reply, { order: null });
    const wish = { address, known: null, directorRoot: 1, packagesRoot: 1 };
    t.match(
      await room.webFront.call('fleet.catalog', { message: kept, ...wish }),
      { accepted: false, reason: 'stale' },
      'nor does a request that somebody has kept, after the next beat',
    );
    const found = await beat(room, copy);
    t.match(found.reply, { order: 'quarantined', catalog: null }, 'the copy says a number that was said');
    t.match(
      (await beat(room, original)).reply,
      { order: 'quarantined', catalog: null },
      'and so is the other',
    );
    t.match((await fetchCatalog(room, original)).answer, { accepted: false, reason: 'no_catalog' });

    const { uid } = original.appliance;
    const restored = await room.admin.call('appliance.restore', {
      actor,
      uid,
      reason: 'a copy',
      lifetimeMs: 600_000,
    });
    const anew = await enrol(room, restored.code, new TestAppliance());
    t.equal(anew.reply.uid, uid, 'the same appliance with new keys');
    t.match((await beat(room, anew)).reply, { order: 'restore', catalog: { sha256: /^[0-9a-f]{64}$/ } });
    t.same((await beat(room, copy)).refused, 'signature', 'the old keys are nobody’s');
  },
);

t.test('restored: the catalog names what was confirmed last, until that is there again', async (t) => {
  const { room, fleet, store } = await startFleetRoom(t);
  const first = await fleet.publish('tool', '1.4.0');
  const enrolled = await enrol(room, await makeCode(room));
  await beat(room, enrolled);
  await fetchCatalog(room, enrolled);
  const installed = [{ product: 'tool', version: '1.4.0', path: first.path, sha256: first.sha256 }] as never;
  enrolled.appliance.installed = installed;
  await beat(room, enrolled, { cause: 'installed' });
  await fleet.publish('tool', '2.0.0');

  const { uid } = enrolled.appliance;
  const { code } = await room.admin.call('appliance.restore', {
    actor,
    uid,
    reason: 'wiped',
    lifetimeMs: 600_000,
  });
  const wiped = await enrol(room, code, new TestAppliance());
  await beat(room, wiped, { cause: 'start' });
  const { catalog, answer } = await fetchCatalog(room, wiped);
  t.equal(catalog?.targets[0]?.path, first.path, 'not the newest one');
  wiped.appliance.installed = installed;
  wiped.appliance.catalog = { sha256: answer.accepted ? answer.sha256 : '', version: catalog?.version ?? 0 };
  const done = await beat(room, wiped, { cause: 'installed' });
  t.match(done.reply, { order: null });
  t.match((await beat(room, wiped)).reply, { order: null });
  t.equal(
    (await fetchCatalog(room, wiped)).catalog?.targets[0]?.path,
    'tool/2.0.0/tool.cpk',
    'and now goes on',
  );
  const kinds = (await store.read.beats.events(uid, 50)).map(({ kind }) => kind);
  for (const kind of ['enrolled', 'confirmed', 'restore_asked', 'keys_replaced', 'restored'])
    t.ok(kinds.includes(kind), kind);
});

t.test('what can’t be had any more is not waited for: restored is what a new one would get', async (t) => {
  const { room, fleet, store } = await startFleetRoom(t);
  const first = await fleet.publish('tool', '1.4.0');
  const enrolled = await enrol(room, await makeCode(room));
  const { appliance } = enrolled;
  await beat(room, enrolled);
  await fetchCatalog(room, enrolled);
  appliance.installed = [
    { product: 'tool', version: '1.4.0', path: first.path, sha256: first.sha256 },
  ] as never;
  await beat(room, enrolled, { cause: 'installed' });
  const second = await fleet.publish('tool', '1.5.0');
  const withdrawn = { actor, product: 'tool', version: '1.4.0', state: 'withdrawn', reason: 'bad' } as const;
  await room.admin.call('release.setState', withdrawn);
  const lost = { actor, uid: appliance.uid, reason: 'wiped', lifetimeMs: 600_000 };
  await room.admin.call('appliance.restore', lost);
  appliance.installed = [];
  await beat(room, enrolled, { cause: 'start' });
  const { catalog, answer } = await fetchCatalog(room, enrolled);
  t.equal(catalog?.targets[0]?.path, second.path);
  appliance.installed = [
    { product: 'tool', version: '1.5.0', path: second.path, sha256: second.sha256 },
  ] as never;
  appliance.catalog = { sha256: answer.accepted ? answer.sha256 : '', version: catalog?.version ?? 0 };
  t.match((await beat(room, enrolled, { cause: 'installed' })).reply, { order: null });
  t.match(await store.read.beats.productsOf(appliance.uid), [{ confirmedVersion: '1.5.0' }]);
});

t.test('who has lost its memory gets what it had confirmed, not what a new one would get', async (t) => {
  const { room, fleet, store } = await startFleetRoom(t);
  const first = await fleet.publish('tool', '1.4.0');
  const enrolled = await enrol(room, await makeCode(room));
  const { appliance } = enrolled;
  await beat(room, enrolled);
  await fetchCatalog(room, enrolled);
  appliance.installed = [
    { product: 'tool', version: '1.4.0', path: first.path, sha256: first.sha256 },
  ] as never;
  await beat(room, enrolled, { cause: 'installed' });
  await fleet.publish('tool', '1.5.0');
  appliance.installed = [];
  await beat(room, enrolled, { cause: 'start' });
  t.match(await store.read.beats.productsOf(appliance.uid), [{ confirmedVersion: '1.4.0' }]);
  t.match((await beat(room, enrolled)).reply, { order: 'restore' });
  t.equal((await fetchCatalog(room, enrolled)).catalog?.targets[0]?.path, first.path);
});

t.test('what is not an appliance’s own is turned away and counted', async (t) => {
  const { room, store } = await startFleetRoom(t);
  const enrolled = await enrol(room, await makeCode(room));
  const stranger = { appliance: new TestAppliance(), reply: enrolled.reply };
  stranger.appliance.uid = newRecordId('apl');
  t.same((await beat(room, stranger)).refused, 'unknown');
  stranger.appliance.uid = enrolled.appliance.uid;
  t.same((await beat(room, stranger)).refused, 'signature');
  const beats = [{ message: `${'A'.repeat(100)}.${'A'.repeat(86)}`, address }];
  t.same((await room.webFront.call('fleet.beats', { beats })).answers, [
    { accepted: false, reason: 'malformed' },
  ]);
  await room.services.context.fleetRefusals.write();
  const refusals = await store.read.beats.refusals(null, 10);
  t.same(refusals.map(({ kind }) => kind).toSorted(), ['malformed', 'signature', 'unknown']);
  const old = enrolled.appliance.beat({ sentAtMs: Date.now() - 1000 });
  await beat(room, enrolled);
  const late = await room.webFront.call('fleet.beats', {
    beats: [{ message: enrolled.appliance.sign('beat', old), address }],
  });
  t.same(late.answers, [{ accepted: false, reason: 'stale' }], 'an older one that comes late');
  await room.admin.call('appliance.retire', { actor, uid: enrolled.appliance.uid, reason: 'scrapped' });
  const { reply }: { reply: BeatReply | null } = await beat(room, enrolled);
  t.match(reply, { order: 'retired', catalog: null });
});
