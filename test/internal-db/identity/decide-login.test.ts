// Logins at a node: every kind that is let in, and a table of attempts that are not.
import t from 'tap';
import { createNodeKeys } from '#commlink/node-keys.ts';
import { freeFailuresPerNameAndAddress, loginAttemptAgeMaxMs } from '#internal-db/limits.ts';
import { demoFile, seedRoom, signIn, startRoom, type RunningRoom } from '../support/running-room.ts';

type Credentials = { username: string; password: string };

const verdictOf = async (room: RunningRoom, credentials: Credentials, overrides = {}) => {
  const { node } = room.cluster;
  const { sealed } = await node.sealLogin(credentials, overrides);
  const { answer } = await room.webFront.call('login.decide', { node: node.keys.id, sealed });
  return node.verify('login-answer', answer).verdict;
};

const setUp = async (t: Parameters<typeof startRoom>[0]) => {
  const room = await startRoom(t);
  const { password } = await seedRoom(room);
  const session = await signIn(room, password);
  const created = await room.webFront.call('token.create', { session, name: 'ci', lifetimeMs: 60_000 });
  const requested = await room.webFront.call('delivery.request', {
    session,
    ...demoFile,
    address: '127.0.0.1',
  });
  if (!created.valid || !requested.valid || !requested.allowed) throw new Error('not set up');
  const { login, password: deliveryPassword } = requested.credentials;
  return { room, password, session, created, delivery: requested.delivery, login, deliveryPassword };
};

t.test('the three kinds of credentials are let in', async (t) => {
  const { room, password, created, delivery, login, deliveryPassword } = await setUp(t);
  t.match(await verdictOf(room, { username: login, password: deliveryPassword }), {
    allowed: true,
    account: 'acme',
    principal: `delivery:${delivery.id}`,
    expiresAtMs: delivery.expiresAtMs,
  });
  t.match(await verdictOf(room, { username: 'jo', password: created.secret }), {
    allowed: true,
    principal: `token:${created.token.id}`,
    expiresAtMs: created.token.expiresAtMs,
  });
  t.match(await verdictOf(room, { username: 'jo', password }), { allowed: true, principal: 'user:jo' });
});

t.test('everything else is not', async (t) => {
  const { room, password, session, created, login, deliveryPassword } = await setUp(t);
  await room.admin.call('user.create', {
    actor: 'test',
    account: 'acme',
    name: 'al',
    displayName: 'Al',
    password: 'another password',
  });
  const cases: [string, Credentials][] = [
    ['a wrong delivery password', { username: login, password: 'x'.repeat(24) }],
    ['an empty delivery password', { username: login, password: '' }],
    ['an unknown delivery', { username: 'd-aaaaaaaaaa', password: deliveryPassword }],
    ['a delivery password under a user name', { username: 'jo', password: deliveryPassword }],
    ['a wrong portal password', { username: 'jo', password: `${password}!` }],
    ['an unknown user', { username: 'nobody', password }],
    ['another user\u2019s token', { username: 'al', password: created.secret }],
    ['an unknown token', { username: 'jo', password: `consign_pat_${'A'.repeat(43)}` }],
    ['a browser session\u2019s token', { username: 'jo', password: session }],
    ['a name with SQL in it', { username: "jo' OR '1'='1", password }],
  ];
  for (const [index, [title, credentials]] of cases.entries()) {
    const verdict = await verdictOf(room, credentials, { address: `10.0.0.${index}` });
    t.same(verdict, { allowed: false, reason: 'credentials' }, title);
  }
  await room.webFront.call('token.revoke', { session, id: created.token.id });
  t.same(
    await verdictOf(room, { username: 'jo', password: created.secret }),
    { allowed: false, reason: 'credentials' },
    'a revoked token',
  );
});

t.test('attempts that are not what the relay says they are get no answer', async (t) => {
  const { room, login, deliveryPassword } = await setUp(t);
  const { node } = room.cluster;
  const credentials = { username: login, password: deliveryPassword };
  const ask = async (overrides: object, from = node.keys.id) => {
    const { sealed } = await node.sealLogin(credentials, overrides);
    return room.webFront.call('login.decide', { node: from, sealed });
  };
  const stale = Date.now() - loginAttemptAgeMaxMs - 1000;
  await t.rejects(ask({ cluster: 'other' }), { code: 'refused' });
  await t.rejects(
    ask({ node: createNodeKeys().id }),
    { code: 'refused' },
    'sealed for another node\u2019s name',
  );
  await t.rejects(ask({}, createNodeKeys().id), { code: 'refused' }, 'said to be from an unknown node');
  await t.rejects(
    ask({}, node.internalDb.id),
    { code: 'refused' },
    'said to be from a member that is no ftp-node',
  );
  await t.rejects(ask({ attemptedAtMs: stale }), { code: 'refused' }, 'replayed later');
  const [apart] = room.services.context.directory.clocksApart();
  t.equal(apart?.node, node.keys.id, 'and it is noted whose clock it may be');
  t.ok(apart && Math.abs(apart.aheadMs + loginAttemptAgeMaxMs + 1000) < 60_000, 'and by how much');
  await ask({});
  t.same(room.services.context.directory.clocksApart(), [], 'until the next one is near enough');
  await t.rejects(ask({ nonce: 'short' }), { code: 'bad_request' });
  const garbage = { node: node.keys.id, sealed: 'A'.repeat(200) };
  await t.rejects(room.webFront.call('login.decide', garbage), { code: 'refused' });
});

t.test('guessing is slowed down, also for the right password', async (t) => {
  const { room, login, deliveryPassword } = await setUp(t);
  for (let guess = 0; guess <= freeFailuresPerNameAndAddress; guess += 1) {
    t.match(await verdictOf(room, { username: login, password: 'guess' }), { reason: 'credentials' });
  }
  t.match(await verdictOf(room, { username: login, password: deliveryPassword }), { reason: 'throttled' });
  const elsewhere = { address: '10.9.9.9' };
  t.match(await verdictOf(room, { username: login, password: deliveryPassword }, elsewhere), {
    allowed: true,
  });
});
