// Passkeys: made, used as second factor and alone, and what an authenticator, a browser or a site in between might lie
// about.
import t from 'tap';
import { relyingPartyOf } from '#internal-db/second-factor/factor-owner.ts';
import {
  address,
  memberPassword,
  portalUrl,
  startPeopleRoom,
  type PeopleRoom,
} from '../support/people-room.ts';
import { SoftwareAuthenticator, type Dishonesty } from '../support/software-authenticator.ts';

const userPresentOnly = 0x01;

async function startWithPasskey(t: Parameters<typeof startPeopleRoom>[0]) {
  const room = await startPeopleRoom(t);
  const session = await room.addMember('kim', 'downloader');
  const authenticator = new SoftwareAuthenticator(portalUrl);
  const begun = await room.done('passkey.beginRegistration', { session, password: memberPassword });
  const made = await room.done('passkey.register', {
    session,
    challenge: begun.challenge,
    response: authenticator.create(begun.options),
    name: 'Laptop',
  });
  return { room, session, authenticator, made };
}

async function signInAlone(room: PeopleRoom, answer: (options: string) => string) {
  const { challenge, options } = await room.done('passkey.beginSignIn', { address });
  const proof = { kind: 'passkey' as const, response: answer(options) };
  return await room.webFront.call('session.finish', { challenge, proof, address, client: null });
}

t.test('one is made, named, seen and removed', async (t) => {
  const { room, session, made } = await startWithPasskey(t);
  const { webFront, done } = room;
  t.match(made, { passkey: { name: 'Laptop', lastUsedAtMs: null }, recoveryCodes: { length: 10 } });
  t.match(await webFront.call('secondFactor.describe', { session }), {
    factors: { passkeys: [{ name: 'Laptop' }], totpSinceMs: null },
  });
  const begun = await done('passkey.beginRegistration', { session, password: memberPassword });
  t.match(JSON.parse(begun.options), {
    rp: { id: 'portal.example.test', name: 'Consign' },
    user: { name: 'kim' },
    attestation: 'none',
    excludeCredentials: [{ type: 'public-key' }],
  });
  const { id } = made.passkey;
  const jo = await room.signIn();
  const removal = { session: jo, id, password: room.password };
  t.match(await webFront.call('passkey.remove', removal), { done: false, reason: 'not_found' });
  t.match(await webFront.call('passkey.remove', { session, id, password: 'x' }), {
    reason: 'password_wrong',
  });
  await done('passkey.remove', { session, id, password: memberPassword });
  t.match(await room.signIn('kim', memberPassword), /^consign_ses_/);
});

t.test('answers that do not fit make no passkey', async (t) => {
  const room = await startPeopleRoom(t);
  const { webFront, done } = room;
  const session = await room.addMember('kim', 'downloader');
  const lies: readonly (readonly [string, Dishonesty])[] = [
    ['another site', { origin: 'https://portal.example.test.evil.test' }],
    ['another port', { origin: 'https://portal.example.test' }],
    ['another party', { rpId: 'evil.test' }],
    ['another challenge', { challenge: 'AAAA' }],
    ['another ceremony', { type: 'webauthn.get' }],
    ['nobody there', { flags: 0 }],
  ];
  for (const [what, lie] of lies) {
    const { challenge, options } = await done('passkey.beginRegistration', {
      session,
      password: memberPassword,
    });
    const response = new SoftwareAuthenticator(portalUrl).create(options, lie);
    const answer = { session, challenge, response, name: 'x' };
    t.match(await webFront.call('passkey.register', answer), { done: false, reason: 'code_wrong' }, what);
  }
  const { challenge, options } = await done('passkey.beginRegistration', {
    session,
    password: memberPassword,
  });
  for (const response of ['{}', 'null', 'no JSON', '[]', '{"id":1}', `{"id":"${'a'.repeat(500)}"}`]) {
    const outcome = await webFront.call('passkey.register', { session, challenge, response, name: 'x' });
    t.match(outcome, { done: false }, response.slice(0, 20));
  }
  const response = new SoftwareAuthenticator(portalUrl).create(options);
  const jo = await room.signIn();
  const stolen = await webFront.call('passkey.register', { session: jo, challenge, response, name: 'x' });
  t.match(stolen, { done: false, reason: 'unusable' });
});

t.test('the same credential is nobody else’s', async (t) => {
  const { room, authenticator } = await startWithPasskey(t);
  const jo = await room.signIn();
  const begun = await room.done('passkey.beginRegistration', { session: jo, password: room.password });
  const response = authenticator.create(begun.options);
  const outcome = await room.webFront.call('passkey.register', {
    session: jo,
    challenge: begun.challenge,
    response,
    name: 'x',
  });
  t.match(outcome, { done: false, reason: 'code_wrong' });
});

t.test('it is a second factor, and alone it stands for both', async (t) => {
  const { room, authenticator } = await startWithPasskey(t);
  const { webFront } = room;
  const opened = await webFront.call('session.open', { username: 'kim', password: memberPassword, address });
  if (opened.opened || opened.reason !== 'second_factor') throw new Error('no second step');
  const { challenge, passkey } = opened.step;
  t.match(opened.step, { totp: false, recoveryCodes: true });
  const response = authenticator.get(passkey ?? '', { flags: userPresentOnly });
  const proof = { kind: 'passkey' as const, response };
  const finished = { challenge, proof, address, client: null };
  t.match(await webFront.call('session.finish', finished), {
    opened: true,
    owner: { user: { name: 'kim' } },
  });
  t.match(await webFront.call('session.finish', finished), { opened: false, reason: 'unusable' });
  t.match(await signInAlone(room, (options) => authenticator.get(options)), {
    opened: true,
    owner: { user: { name: 'kim' }, account: { name: 'acme' } },
  });
});

t.test('a sign-in with it fails when anything is not as asked', async (t) => {
  const { room, authenticator } = await startWithPasskey(t);
  const lies: readonly (readonly [string, Dishonesty])[] = [
    ['another site', { origin: 'https://evil.test' }],
    ['another party', { rpId: 'evil.test' }],
    ['another challenge', { challenge: 'AAAA' }],
    ['who it is was not proved', { flags: userPresentOnly }],
    ['another ceremony', { type: 'webauthn.create' }],
  ];
  for (const [what, lie] of lies) {
    const outcome = await signInAlone(room, (options) => authenticator.get(options, lie));
    t.match(outcome, { opened: false, reason: 'code_wrong' }, what);
  }
  const stranger = new SoftwareAuthenticator(portalUrl);
  t.match(await signInAlone(room, (options) => stranger.get(options)), { reason: 'code_wrong' });
  t.match(await signInAlone(room, () => 'no JSON'), { reason: 'code_wrong' });
  t.match(await signInAlone(room, () => '{}'), { reason: 'code_wrong' });
  t.match(await signInAlone(room, (options) => authenticator.get(options)), { opened: true });
  const copied = (options: string) => authenticator.get(options, { counter: 1 });
  t.match(await signInAlone(room, copied), { reason: 'code_wrong' }, 'a count that goes back');
  const { challenge, options } = await room.done('passkey.beginSignIn', { address });
  const proof = { kind: 'totp' as const, code: '000000' };
  const byCode = await room.webFront.call('session.finish', { challenge, proof, address, client: null });
  t.match(byCode, { opened: false, reason: 'code_wrong' }, 'a code says not who it is');
  t.notMatch(options, /allowCredentials":\[\{/, 'it names nobody');
});

t.test('who was removed has no passkey any more', async (t) => {
  const { room, session, authenticator } = await startWithPasskey(t);
  const me = await room.webFront.call('session.describe', { session });
  const id = me.valid ? me.owner.user.id : '';
  await room.done('member.remove', { session: await room.signIn(), id });
  t.match(await signInAlone(room, (options) => authenticator.get(options)), { reason: 'code_wrong' });
});

t.test('passkeys are bound to a name, never to an address', async (t) => {
  for (const site of ['https://192.0.2.1:8443', 'https://[2001:db8::1]', null]) {
    t.equal(relyingPartyOf('x', site), null, String(site));
  }
  t.same(relyingPartyOf('x', 'https://localhost:8443'), {
    name: 'x',
    id: 'localhost',
    origin: 'https://localhost:8443',
  });
  const room = await startPeopleRoom(t, { portalUrl: 'https://192.0.2.1' });
  const session = await room.signIn();
  t.match(await room.webFront.call('passkey.beginSignIn', { address }), { reason: 'passkeys_off' });
  const begin = { session, password: room.password };
  t.match(await room.webFront.call('passkey.beginRegistration', begin), { reason: 'passkeys_off' });
});
