// What people change of themselves: name, language, address, sessions; and what their tokens and keys may do.
import t from 'tap';
import { address, memberPassword, startPeopleRoom } from '../support/people-room.ts';
import { demoFile } from '../support/running-room.ts';

const email = 'kim@acme.test';

t.test('name and language are changed; a token only reads them', async (t) => {
  const room = await startPeopleRoom(t);
  const { webFront, done } = room;
  const session = await room.signIn();
  const wanted = { displayName: 'Jörg <script>', language: 'de' } as const;
  const { profile } = await done('profile.update', { session, ...wanted });
  t.match(profile, { name: 'jo', role: 'owner', email: null, pendingEmail: null, ...wanted });
  const made = await webFront.call('token.create', { session, name: 'ci', lifetimeMs: 60_000 });
  if (!made.valid) throw new Error('no token');
  t.match(await webFront.call('profile.describe', { session: made.secret }), { profile: wanted });
  await t.rejects(webFront.call('profile.update', { session: made.secret, ...wanted }), { code: 'refused' });
  await t.rejects(webFront.call('profile.update', { session, ...wanted, displayName: 'a\nb' }), {
    code: 'bad_request',
  });
});

t.test('an address counts once its link was followed, and the old one is told', async (t) => {
  const room = await startPeopleRoom(t);
  const { webFront, done } = room;
  const session = await room.addMember('kim', 'downloader');
  const request = { session, password: memberPassword, email: 'New@acme.test' };
  t.match(await webFront.call('email.request', { ...request, password: 'x' }), { reason: 'password_wrong' });
  await done('email.request', request);
  const first = await room.tokenTo('new@acme.test');
  await done('email.request', request);
  const token = await room.tokenTo('new@acme.test');
  const described = await webFront.call('profile.describe', { session });
  t.match(described, { profile: { email, pendingEmail: 'new@acme.test' } });
  t.match(await webFront.call('email.confirm', { token: first }), { reason: 'unusable' }, 'the newest only');
  t.same(await webFront.call('email.confirm', { token }), { done: true, email: 'new@acme.test' });
  t.match(await webFront.call('email.confirm', { token }), { done: false, reason: 'unusable' });
  t.match((await room.mailsTo(email)).at(-1), /address was changed/);
  t.match(await webFront.call('profile.describe', { session }), {
    profile: { email: 'new@acme.test', pendingEmail: null },
  });
  const lee = await room.addMember('lee', 'downloader');
  await done('email.request', { ...request, session: lee });
  const taken = await room.tokenTo('new@acme.test');
  t.match(await webFront.call('email.confirm', { token: taken }), { done: false, reason: 'address_taken' });
  for (const hostile of ['a@b.c\nBcc: x@y.z', 'Jo <a@b.c>', 'a b@c.d', 'a@b,c@d.e']) {
    await t.rejects(webFront.call('email.request', { ...request, email: hostile }), { code: 'bad_request' });
  }
});

t.test('people see their own sessions and end them, and nobody else’s', async (t) => {
  const room = await startPeopleRoom(t);
  const { webFront, done } = room;
  const kim = await room.addMember('kim', 'downloader');
  const session = await room.signIn();
  const opened = await webFront.call('session.open', {
    username: 'jo',
    password: room.password,
    address: '203.0.113.9',
    client: 'curl/8',
  });
  if (!opened.opened) throw new Error('not signed in');
  const listed = await webFront.call('session.list', { session });
  if (!listed.valid) throw new Error('no session');
  t.equal(listed.sessions.filter(({ isCurrent }) => isCurrent).length, 1);
  const other = listed.sessions.find(({ client }) => client === 'curl/8');
  t.match(other, { address: '203.0.113.9', isCurrent: false });
  const id = other?.id ?? '';
  t.match(await webFront.call('session.end', { session: kim, id }), { done: false, reason: 'not_found' });
  await done('session.end', { session, id });
  t.same(await webFront.call('session.describe', { session: opened.session }), { valid: false });
  await room.signIn();
  const { endedSessionCount } = await done('session.endOthers', { session });
  t.ok(endedSessionCount >= 1);
  t.match(await webFront.call('session.list', { session }), { sessions: { length: 1 } });
  t.match(await webFront.call('session.describe', { session: kim }), { valid: true });
  const made = await webFront.call('token.create', { session, name: 'ci', lifetimeMs: 60_000 });
  if (!made.valid) throw new Error('no token');
  await t.rejects(webFront.call('session.list', { session: made.secret }), { code: 'refused' });
});

t.test('a token does what it was made for, and no more', async (t) => {
  const room = await startPeopleRoom(t);
  const { webFront, cluster, services } = room;
  await services.context.directory.refresh();
  const session = await room.signIn();
  const make = async (scopes: ('read' | 'downloads')[]) => {
    const made = await webFront.call('token.create', { session, name: 'ci', lifetimeMs: 60_000, scopes });
    if (!made.valid) throw new Error('no token');
    t.same(made.token.scopes, scopes);
    return made.secret;
  };
  const [reads, downloads] = [await make(['read']), await make(['downloads'])];
  const request = { ...demoFile, address, insteadOf: [] };
  const page = { after: null, limit: 1 };
  t.match(await webFront.call('catalog.products', { session: reads, ...page }), { valid: true });
  await t.rejects(webFront.call('delivery.request', { session: reads, ...request }), { code: 'refused' });
  await t.rejects(webFront.call('catalog.products', { session: downloads, ...page }), { code: 'refused' });
  t.match(await webFront.call('delivery.request', { session: downloads, ...request }), { allowed: true });
  const { node } = cluster;
  const logIn = async (password: string) => {
    const { sealed } = await node.sealLogin({ username: 'jo', password });
    const { answer } = await webFront.call('login.decide', { node: node.keys.id, sealed });
    return node.verify('login-answer', answer).verdict;
  };
  t.match(await logIn(reads), { allowed: false, reason: 'credentials' });
  t.match(await logIn(downloads), { allowed: true });
});
