// Licence agreements through internal-db's real doors: accepted once for each version, by an owner, recorded; what waits for
// them says so; and announcing a version ahead lets nothing stop on the day.
import t from 'tap';
import {
  demoFile,
  plainGrant,
  seedRoom,
  signIn,
  startRoom,
  type RunningRoom,
} from '../support/running-room.ts';

const actor = 'test:operator';
const day = 86_400_000;

async function startLicensed(t: Parameters<typeof startRoom>[0]) {
  const room = await startRoom(t);
  const { entitlement, password } = await seedRoom(room);
  const session = await signIn(room, password);
  await room.admin.call('entitlement.revoke', { actor, entitlement, reason: 'other terms' });
  await room.admin.call('entitlement.grant', {
    ...plainGrant,
    account: 'acme',
    product: 'tool',
    licenceAgreement: 'terms',
  });
  return { room, session, call: room.webFront.call.bind(room.webFront) };
}

const add = (room: RunningRoom, version: string, inForceAtMs: number | null = null) =>
  room.admin.call('licence.add', {
    actor,
    name: 'terms',
    version,
    title: 'Terms of use',
    text: `# Version ${version}`,
    inForceAtMs,
  });

t.test('a grant that names an agreement without a text in force says so', async (t) => {
  const { room } = await startLicensed(t);
  const ask = () => {
    const names = { account: 'acme', product: 'tool', licenceAgreement: 'terms' };
    return room.admin.call('entitlement.grant', { ...plainGrant, ...names });
  };
  t.equal((await ask()).missingAgreement, 'terms');
  await add(room, '1', Date.now() + day);
  t.equal((await ask()).missingAgreement, 'terms', 'one that is announced cannot be accepted yet');
  const none = { ...plainGrant, account: 'acme', product: 'tool' };
  t.equal((await room.admin.call('entitlement.grant', none)).missingAgreement, null);
});

t.test('a grant that names an agreement with a text has nothing to say', async (t) => {
  const { room } = await startLicensed(t);
  await add(room, '1');
  const names = { account: 'acme', product: 'tool', licenceAgreement: 'terms' };
  const { missingAgreement } = await room.admin.call('entitlement.grant', { ...plainGrant, ...names });
  t.equal(missingAgreement, null);
});

t.test('a download waits for the version in force, and is told so', async (t) => {
  const { room, session, call } = await startLicensed(t);
  const wanted = { session, ...demoFile, address: '127.0.0.1' };
  t.match(await call('licence.listOwn', { session }), {
    licences: [{ name: 'terms', version: '', state: 'without_text' }],
  });
  await add(room, '1');
  t.match(await call('catalog.products', { session, after: null, limit: 10 }), {
    products: [{ name: 'tool', standing: 'licence', licence: 'terms', newest: { licence: 'terms' } }],
  });
  t.match(await call('delivery.request', wanted), {
    allowed: false,
    reason: 'licence_not_accepted',
    explanation: /\/licences/,
  });
  const text = await call('licence.read', { session, name: 'terms', version: '1' });
  t.match(text, { found: true, text: '# Version 1', licence: { state: 'needed' } });
  const acceptance = { session, name: 'terms', version: '1', address: '192.0.2.7' };
  t.match(await call('licence.accept', acceptance), { accepted: true });
  t.match(await call('licence.accept', acceptance), { accepted: true }, 'twice is once');
  t.match(await call('delivery.request', wanted), { allowed: true });
  t.match(await call('licence.listOwn', { session }), { licences: [{ version: '1', state: 'accepted' }] });
  const { entries } = await room.admin.call('audit.list', { afterSequence: 0, limit: 1000 });
  const recorded = entries.filter((entry) => entry.action === 'licence.accept');
  t.equal(recorded.length, 1);
  t.match(recorded[0], { actor: 'user:jo', subject: 'acme', detail: /"version":"1".*"address":"192.0.2.7"/ });
});

t.test('a version that is announced can be accepted before it is in force', async (t) => {
  const { room, session, call } = await startLicensed(t);
  const nowMs = room.services.context.clock.nowMs();
  await add(room, '1');
  await call('licence.accept', { session, name: 'terms', version: '1', address: '127.0.0.1' });
  await add(room, '2', nowMs + day);
  const question = { account: 'acme', product: 'tool', version: '1.0.0', file: null };
  const allowedOn = async (atMs: number) =>
    (await room.admin.call('entitlement.explain', { ...question, atMs })).decisions[0]?.allowed;
  t.match(await call('licence.listOwn', { session }), {
    licences: [
      { version: '1', state: 'accepted' },
      { version: '2', state: 'announced' },
    ],
  });
  t.equal(await allowedOn(nowMs + day - 1), true);
  t.equal(await allowedOn(nowMs + day), false, 'the second version is in force');
  await call('licence.accept', { session, name: 'terms', version: '2', address: '127.0.0.1' });
  t.equal(await allowedOn(nowMs + day), true);
});

t.test('what can not be accepted, and by whom not', async (t) => {
  const { room, session, call } = await startLicensed(t);
  await add(room, '1');
  const acceptance = { session, name: 'terms', version: '1', address: '127.0.0.1' };
  await t.rejects(call('licence.accept', { ...acceptance, version: '7' }), { code: 'not_found' });
  await t.rejects(call('licence.accept', { ...acceptance, name: 'other' }), { code: 'refused' });
  t.same(await call('licence.read', { session, name: 'other', version: '1' }), { valid: true, found: false });
  const made = await call('token.create', {
    session,
    name: 'build',
    lifetimeMs: day,
    scopes: ['read', 'downloads'],
  });
  if (!made.valid) throw new Error('no token');
  await t.rejects(call('licence.accept', { ...acceptance, session: made.secret }), { code: 'refused' });
  await t.rejects(add(room, '1'), { code: 'conflict' });
  await t.rejects(add(room, '0', 1), { code: 'refused' }, 'not in force before one that is');
  const { agreements } = await room.admin.call('licence.list', { after: null, limit: 1 });
  t.match(agreements, [{ name: 'terms', version: '1', addedBy: actor }]);
  t.match(
    await room.admin.call('licence.accept', { actor, account: 'acme', agreement: 'terms', version: null }),
    {
      version: '1',
    },
  );
});
