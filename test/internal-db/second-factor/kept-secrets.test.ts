// What is kept of second factors: secrets of apps are sealed, those of an older program at the next start; resets happen whole or
// not at all; questions that anybody may ask are bounded by network; and what browsers say of passkeys is not passed on unread.
import { readFile } from 'node:fs/promises';
import { Secret } from 'otpauth';
import t from 'tap';
import { factorChallengesPerAddressMax } from '#internal-db/limits.ts';
import { beginTotp, confirmTotp } from '#internal-db/second-factor/enrol-factors.ts';
import { PendingChallenges } from '#internal-db/second-factor/pending-challenges.ts';
import { SoftwareAuthenticator } from '../support/software-authenticator.ts';
import {
  address,
  awaitFreshStep,
  memberPassword,
  portalUrl,
  startPeopleRoom,
  type PeopleRoom,
} from '../support/people-room.ts';
import { codeOf } from '../../rig/totp-code.ts';
import { startOn } from '../support/running-room.ts';

/** kim with an app; the code of the step before has confirmed it. */
async function startWithApp(t: Parameters<typeof startPeopleRoom>[0], name = 'kim') {
  const room = await startPeopleRoom(t);
  return { room, ...(await addApp(room, name)) };
}

async function addApp(room: PeopleRoom, name: string) {
  const session = await room.addMember(name, 'downloader');
  await awaitFreshStep();
  const { challenge, secret } = await room.done('totp.begin', { session, password: memberPassword });
  const confirmed = await room.done('totp.confirm', { session, challenge, code: codeOf(secret, -1) });
  return { session, secret, codes: confirmed.recoveryCodes ?? [] };
}

async function prove({ webFront }: Pick<PeopleRoom, 'webFront'>, username: string, code: string) {
  const opened = await webFront.call('session.open', { username, password: memberPassword, address });
  if (opened.opened || opened.reason !== 'second_factor') throw new Error('no second step was asked for');
  const { challenge } = opened.step;
  const proof = { kind: 'totp' as const, code };
  return await webFront.call('session.finish', { challenge, proof, address, client: null });
}

t.test('the secret of an app is nowhere in the database, and good for its owner alone', async (t) => {
  const { room, secret } = await startWithApp(t);
  const bare = Buffer.from(Secret.fromBase32(secret).buffer);
  const { databaseFile } = room.cluster.config;
  const files = await Promise.all([databaseFile, `${databaseFile}-wal`].map((file) => readFile(file)));
  const all = Buffer.concat(files);
  t.ok(all.length > 50_000);
  for (const form of [bare, Buffer.from(secret), Buffer.from(bare.toString('base64url'))])
    t.equal(all.indexOf(form), -1);

  const other = await addApp(room, 'eve');
  const sealedOf = 'SELECT sealed FROM totp_secrets WHERE owner_id = (SELECT id FROM users WHERE name = ?)';
  const stolen = room.database.prepare(sealedOf).get('eve')?.['sealed'];
  t.type(stolen, 'string');
  const put = 'UPDATE totp_secrets SET sealed = ? WHERE owner_id = (SELECT id FROM users WHERE name = ?)';
  room.database.prepare(put).run(String(stolen), 'kim');
  const answer = await prove(room, 'kim', codeOf(other.secret));
  t.match(answer, { opened: false, reason: 'code_wrong' }, 'put in another row it opens nothing');
});

t.test('a start seals what an older program has left open', async (t) => {
  const { room, secret } = await startWithApp(t);
  await room.services.stop();
  const bare = Buffer.from(Secret.fromBase32(secret).buffer);
  room.database.prepare('UPDATE totp_secrets SET sealed = NULL, secret = ?').run(bare);
  const { services } = await startOn(room.cluster, undefined, { portalUrl });
  const rows = room.database.prepare('SELECT secret, sealed FROM totp_secrets').all();
  t.match(rows, [{ secret: null, sealed: String }]);
  const [totp] = rows;
  const { totpSafe, store } = services.context;
  const owner = await store.read.accounts.userByName('kim');
  const opened = await totpSafe.open({ ownerId: owner?.user.id ?? '', sealed: String(totp?.['sealed']) });
  t.strictSame(Buffer.from(opened ?? []), bare);
  await services.stop();
});

t.test('a reset that fails on the way takes nothing', async (t) => {
  const { room } = await startWithApp(t);
  const { admin, database } = room;
  database.exec(`CREATE TRIGGER no_end BEFORE DELETE ON sessions BEGIN SELECT RAISE(ABORT, 'not now'); END`);
  const user = { actor: 'test', user: 'kim', reason: 'lost' };
  await t.rejects(admin.call('user.resetSecondFactor', user));
  t.match(await prove(room, 'kim', '000000'), { reason: 'code_wrong' }, 'the second step is still asked for');
  database.exec('DROP TRIGGER no_end');
  t.match(await admin.call('user.resetSecondFactor', user), { had: true });
  t.match(await room.signIn('kim', memberPassword), /^consign_ses_/);

  const staff = { actor: 'test', name: 'ann' };
  await admin.call('staff.create', {
    ...staff,
    displayName: 'Ann',
    role: 'support',
    password: 'staff password 1',
  });
  const { store, clock } = room.services.context;
  const ann = await store.read.staff.byName('ann');
  const id = ann?.id ?? '';
  await store.transaction(({ secondFactors }) =>
    secondFactors.putTotp({ ownerId: id, sealed: 'x', lastStep: 0, createdAtMs: clock.nowMs() }),
  );
  const session = {
    secretHash: new Uint8Array(32),
    staffId: id,
    createdAtMs: 0,
    expiresAtMs: 1e15,
    secondFactorAtMs: 1,
    arrival: null,
  };
  await store.transaction((transaction) => transaction.staff.insertSession(session));
  database.exec(
    `CREATE TRIGGER no_end BEFORE DELETE ON staff_sessions BEGIN SELECT RAISE(ABORT, 'not now'); END`,
  );
  await t.rejects(admin.call('staff.resetSecondFactor', { ...staff, reason: 'lost' }));
  t.type(await store.read.secondFactors.totpOf(id), 'object', 'of staff, too');
  database.exec('DROP TRIGGER no_end');
  t.match(await admin.call('staff.resetSecondFactor', { ...staff, reason: 'lost' }), {
    staff: { hasSecondFactor: false },
  });
});

t.test('new recovery codes are told by mail', async (t) => {
  const { room, session } = await startWithApp(t);
  await room.done('recoveryCodes.renew', { session, password: memberPassword });
  t.match((await room.mailsTo('kim@acme.test')).at(-1), /got new recovery codes/);
});

t.test('being asked for the second factor is no refused login', async (t) => {
  const { room } = await startWithApp(t);
  const { access, store } = room.services.context;
  await room.webFront.call('session.open', { username: 'kim', password: memberPassword, address });
  await room.webFront.call('session.open', { username: 'kim', password: 'wrong', address });
  await access.write();
  const rows = room.database
    .prepare('SELECT principal, refusal FROM access_events WHERE refusal <> ?')
    .all('');
  t.match(rows, [{ principal: 'user:kim', refusal: 'credentials' }]);
  t.equal(rows.length, 1);
  t.ok(await store.read.accounts.userByName('kim'));
});

t.test('a network pushes out its own questions, and nobody else’s', async (t) => {
  const challenges = new PendingChallenges<{ ownerId: null }>(() => 0, 'N'.repeat(43));
  const neighbour = challenges.open({ ownerId: null }, '203.0.113.8');
  const unnamed = challenges.open({ ownerId: null });
  const first = challenges.open({ ownerId: null }, '203.0.113.7');
  const later = Array.from({ length: factorChallengesPerAddressMax }, () =>
    challenges.open({ ownerId: null }, '203.0.113.7'),
  );
  t.equal(challenges.attempt(first), null, 'its oldest is gone');
  t.ok(later.every((token) => challenges.attempt(token) !== null));
  t.ok(challenges.attempt(neighbour));
  t.ok(challenges.attempt(unnamed));
  t.ok(challenges.close(later[0] ?? ''));
  challenges.open({ ownerId: null }, '203.0.113.7');
  t.ok(challenges.attempt(later[1] ?? ''), 'an answered one has made room');
  const wide = Array.from({ length: factorChallengesPerAddressMax + 1 }, (_, index) =>
    challenges.open({ ownerId: null }, `2001:db8:0:1::${index.toString(16)}`),
  );
  t.equal(challenges.attempt(wide[0] ?? ''), null, 'addresses of IPv6 count by their /64');
});

t.test('of a passkey’s transports only known ones are kept', async (t) => {
  const room = await startPeopleRoom(t);
  const session = await room.addMember('kim', 'downloader');
  const begun = await room.done('passkey.beginRegistration', { session, password: memberPassword });
  const made = JSON.parse(new SoftwareAuthenticator(portalUrl).create(begun.options)) as { response: object };
  const response = {
    ...made.response,
    transports: ['internal', 'carrier-pigeon', { toString: 1 }, 'hybrid'],
  };
  const answer = {
    session,
    challenge: begun.challenge,
    response: JSON.stringify({ ...made, response }),
    name: 'x',
  };
  await room.done('passkey.register', answer);
  t.match(room.database.prepare('SELECT transports FROM passkeys').all(), [
    { transports: '["hybrid","internal"]' },
  ]);
  room.database.prepare('UPDATE passkeys SET transports = ?').run('["internal","carrier-pigeon"]');
  const next = await room.done('passkey.beginRegistration', { session, password: memberPassword });
  t.match(JSON.parse(next.options), { excludeCredentials: [{ transports: ['internal'] }] });
  t.notMatch(next.options, /pigeon/);
});

t.test('of two first factors at the same time, one is set up', async (t) => {
  const { context } = (await startPeopleRoom(t)).services;
  const owner = { id: 'stf_x', name: 'x', displayName: 'X', actor: 'staff:x', subject: 'x' };
  const begun = [beginTotp(context, owner, 'test'), beginTotp(context, owner, 'test')];
  const outcomes = await Promise.all(
    begun.map(({ challenge, secret }) =>
      confirmTotp(context, owner, { challenge, code: codeOf(secret), onlyFirst: true }),
    ),
  );
  t.equal(outcomes.filter(({ done }) => done).length, 1);
});
