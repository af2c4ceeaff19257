// Customers who sign in by way of a real OpenID Connect provider: known by the link, by a verified address or by an invitation,
// made where the settings say so; whose second factor counts; what is left to a password; links made and ended by their owner.
import t from 'tap';
import { readTimeline } from '#internal-db/console/support/timeline.ts';
import { claimsIn } from '../../rig/identity-provider.ts';
import { appCodeOf, memberTotp } from './member-totp.ts';
import { address, memberPassword } from '../support/people-room.ts';
import { startProviderRoom } from './provider-room.ts';

const isLinkMail = (text: string) => text.includes('linked to an identity provider');

t.test('a verified address is somebody’s the first time, and the link from then on', async (t) => {
  const { signIn, provider, admin, mailsTo } = await startProviderRoom(t);
  t.match(await signIn('kim'), { opened: true, owner: { user: { name: 'kim' }, kind: 'session' } });
  t.match((await mailsTo('kim@acme.test')).at(-1), /linked to an identity provider/);
  provider.people.set('kim', { email: 'other@acme.test', email_verified: false });
  t.match(
    await signIn('kim'),
    { opened: true, owner: { user: { name: 'kim' } } },
    'the address may change there',
  );
  const { entries } = await admin.call('audit.list', { afterSequence: 0, limit: 100 });
  t.match(
    entries.slice(-3).map(({ action }) => action),
    ['identity.link', 'session.open', 'session.open'],
  );
});

t.test('an address that was given to another person there takes nobody over', async (t) => {
  const { signIn, provider, admin, database, services } = await startProviderRoom(t);
  t.match(await signIn('kim'), { opened: true });
  provider.people.set('heir', { email: 'kim@acme.test', email_verified: true });
  t.match(await signIn('heir'), { opened: false, reason: 'linked_otherwise' });
  t.match(database.prepare('SELECT count(*) AS count FROM identity_links').get(), { count: 1 });
  const { entries } = await admin.call('audit.list', { afterSequence: 0, limit: 100 });
  t.match(entries.at(-1), { action: 'identity.refuse', detail: /"user":"kim".*"at":"heir"/ });
  await services.context.access.write();
  const { read } = services.context.store;
  const acme = await read.accounts.byName('acme');
  if (!acme) throw new Error('acme is not there');
  const { events } = await readTimeline(read, acme, { kind: 'refusal', after: null, limit: 10 });
  const refused = { door: 'portal', principal: 'user:kim', address, refusal: 'linked_otherwise' };
  t.match(
    events.find(({ source }) => source === 'access'),
    { access: refused },
    'support sees it',
  );
  t.match(
    events.find(({ source }) => source === 'audit'),
    { entry: { action: 'identity.refuse' } },
  );
});

t.test('an address that is not verified, of another domain, or nobody’s lets nobody in', async (t) => {
  const { signIn, provider } = await startProviderRoom(t);
  provider.people.set('kim', { email: 'kim@acme.test', email_verified: false });
  t.match(await signIn('kim'), { opened: false, reason: 'email_unverified' });
  provider.people.set('text', { email: 'kim@acme.test', email_verified: 'true' });
  t.match(await signIn('text'), { opened: false, reason: 'email_unverified' }, 'a text is no true');
  provider.people.set('away', { email: 'jo@other.test', email_verified: true });
  t.match(await signIn('away'), { opened: false, reason: 'unknown_person' });
  provider.people.set('none', { email: 'nobody@acme.test', email_verified: true });
  t.match(await signIn('none'), { opened: false, reason: 'unknown_person' });
});

t.test('a provider of one account signs nobody of another one in', async (t) => {
  const { signIn, admin, provider } = await startProviderRoom(t, { domains: [] });
  await admin.call('account.create', { actor: 'test', name: 'globex', displayName: 'Globex' });
  await admin.call('user.invite', {
    actor: 'test',
    account: 'globex',
    email: 'hank@globex.test',
    role: 'owner',
    language: 'en',
  });
  provider.people.set('hank', { email: 'hank@globex.test', email_verified: true });
  t.match(await signIn('hank'), { opened: false, reason: 'unknown_person' }, 'not even by an invitation');
});

t.test(
  'who was invited becomes a user, with the role of the invitation and without a password',
  async (t) => {
    const { signIn, provider, done, database, ...room } = await startProviderRoom(t);
    const session = await room.webFront.call('session.open', {
      username: 'jo',
      password: room.password,
      address,
    });
    if (!session.opened) throw new Error('jo is not let in');
    await done('member.invite', {
      session: session.session,
      email: 'lee@acme.test',
      role: 'owner',
      language: 'de',
    });
    provider.people.set('lee', {
      email: 'Lee@Acme.test',
      email_verified: true,
      name: 'Lee Leeson',
      preferred_username: 'Lee',
    });
    t.match(await signIn('lee'), {
      opened: true,
      owner: { user: { name: 'lee', displayName: 'Lee Leeson', role: 'owner', email: 'lee@acme.test' } },
    });
    t.match(database.prepare(`SELECT password_hash AS hash FROM users WHERE name = 'lee'`).get(), {
      hash: null,
    });
    const open = await room.webFront.call('member.list', {
      session: session.session,
      limit: 50,
      after: null,
    });
    t.match(open, { invitations: { length: 0 } });
  },
);

t.test('who is unknown is made where the settings say so, under a name that is free', async (t) => {
  const { signIn, provider } = await startProviderRoom(t, { createUsers: true });
  provider.people.set('new', { email: 'jo@acme.test', email_verified: true, preferred_username: 'jo' });
  const made = await signIn('new');
  t.match(made, { opened: true, owner: { user: { name: /^jo-\d+$/, role: 'downloader' } } });
});

t.test('our second factor is asked for unless the provider says that it did', async (t) => {
  const room = await startProviderRoom(t, { acrValues: ['gold'] });
  const secret = await memberTotp(room);
  const { signIn, provider, webFront } = room;
  const asked = await signIn('kim');
  t.match(asked, { opened: false, reason: 'second_factor', username: 'kim', step: { totp: true } });
  if (asked.opened || asked.reason !== 'second_factor') return;
  const proof = { kind: 'totp' as const, code: appCodeOf(secret) };
  const { challenge } = asked.step;
  const linkCount = room.database.prepare('SELECT count(*) AS count FROM identity_links');
  t.match(linkCount.get(), { count: 0 }, 'not linked before the second factor is proved');
  t.strictSame(await room.mailsTo('kim@acme.test').then((all) => all.filter(isLinkMail)), []);
  t.match(await webFront.call('session.finish', { challenge, proof, address, client: null }), {
    opened: true,
  });
  t.match(linkCount.get(), { count: 1 });
  t.match((await room.mailsTo('kim@acme.test')).filter(isLinkMail), { length: 1 });
  const before = provider.people.get('kim');
  provider.people.set('kim', { ...before, acr: 'gold' });
  t.match(await signIn('kim'), { opened: true }, 'acr');
  provider.people.set('kim', { ...before, amr: ['pwd'] });
  t.match(await signIn('kim'), { reason: 'second_factor' }, 'a password there is one factor');
  provider.people.set('kim', { ...before, amr: ['pwd', 'mfa'] });
  t.match(await signIn('kim'), { opened: true }, 'amr');
  provider.tamper = (answer) => {
    const { amr: _amr, ...claims } = claimsIn(answer['id_token']);
    return { ...answer, id_token: provider.sign(claims) };
  };
  t.match(await signIn('kim'), { reason: 'second_factor' }, 'userinfo is not signed');
});

t.test('where the provider is required, a password is refused at the portal and at a node', async (t) => {
  const { signIn, webFront, cluster, requireProvider } = await startProviderRoom(t);
  requireProvider();
  const refused = await webFront.call('session.open', { username: 'kim', password: memberPassword, address });
  t.match(refused, {
    opened: false,
    reason: 'provider_required',
    provider: { name: 'acme', title: 'Acme sign-in' },
  });
  const wrong = await webFront.call('session.open', {
    username: 'kim',
    password: 'not the password',
    address,
  });
  t.match(wrong, { opened: false, reason: 'credentials' }, 'who does not know the password learns nothing');
  const { node } = cluster;
  const { sealed } = await node.sealLogin({ username: 'kim', password: memberPassword });
  const { answer } = await webFront.call('login.decide', { node: node.keys.id, sealed });
  t.match(node.verify('login-answer', answer), { verdict: { allowed: false, reason: 'credentials' } });
  t.match(await signIn('kim'), { opened: true });
});

t.test('who has no address must come by the provider of the whole account', async (t) => {
  const { webFront, database, requireProvider } = await startProviderRoom(t, { domains: [] });
  database.prepare(`UPDATE users SET email = NULL WHERE name = 'kim'`).run();
  requireProvider();
  const typed = { username: 'kim', password: memberPassword, address };
  t.match(await webFront.call('session.open', typed), { opened: false, reason: 'provider_required' });
});

t.test('a link that was mailed before the provider was required leads nobody around it', async (t) => {
  const { webFront, done, tokenTo, requireProvider } = await startProviderRoom(t);
  const kim = await webFront.call('session.open', { username: 'kim', password: memberPassword, address });
  if (!kim.opened) throw new Error(kim.reason);
  await done('email.request', { session: kim.session, email: 'kim@home.test', password: memberPassword });
  const token = await tokenTo('kim@home.test');
  requireProvider();
  t.match(await webFront.call('email.confirm', { token }), { done: false, reason: 'provider_required' });
});

t.test('a change of the password ends what somebody left to link', async (t) => {
  const room = await startProviderRoom(t);
  const session = await room.addMember('lou', 'downloader');
  const wish = { session, provider: 'acme', password: memberPassword, address };
  const begun = await room.done('identity.beginLink', wish);
  await room.done('password.change', {
    session,
    password: memberPassword,
    newPassword: 'another password of lou',
  });
  const back = await room.provider.visit(begun.url, 'kim');
  t.match(await room.finish({ ticket: begun.ticket, back }), { opened: false, reason: 'unusable' });
});

t.test('neither another address nor an invitation leads around a provider that is required', async (t) => {
  const { webFront, done, tokenTo, password, signIn, provider, requireProvider } = await startProviderRoom(t);
  const open = async (username: string, typed: string): Promise<string> => {
    const opened = await webFront.call('session.open', { username, password: typed, address });
    if (!opened.opened) throw new Error(opened.reason);
    return opened.session;
  };
  const [jo, kim] = [await open('jo', password), await open('kim', memberPassword)];
  const email = 'nia@acme.test';
  await done('member.invite', { session: jo, email, role: 'downloader', language: 'en' });
  requireProvider();
  const wish = { session: kim, email: 'kim@home.test', password: memberPassword };
  t.match(await webFront.call('email.request', wish), { done: false, reason: 'provider_required' });
  const particulars = { username: 'nia', displayName: 'Nia', language: 'en', address, client: null } as const;
  const accepted = { ...particulars, token: await tokenTo(email), password: memberPassword };
  t.match(await webFront.call('invitation.accept', accepted), { done: false, reason: 'provider_required' });
  provider.people.set('nia', { email, email_verified: true });
  t.match(await signIn('nia'), { opened: true, owner: { user: { name: 'nia' } } }, 'it is taken up there');
});

t.test('a link is made with the password, shown, and ended; a person there is linked once', async (t) => {
  const room = await startProviderRoom(t);
  const { provider, webFront, finish, signIn, done } = room;
  provider.people.set('private', { email: 'kim@home.test', email_verified: false });
  const session = await room.addMember('lou', 'downloader');
  const wrong = await webFront.call('identity.beginLink', {
    session,
    provider: 'acme',
    password: 'x',
    address,
  });
  t.match(wrong, { done: false, reason: 'password_wrong' });
  const wish = { session, provider: 'acme', password: memberPassword, address };
  const begun = await done('identity.beginLink', wish);
  const back = await provider.visit(begun.url, 'private');
  t.match(await finish({ ticket: begun.ticket, back }), { opened: false, reason: 'linked' });
  t.match(await signIn('private'), { opened: true, owner: { user: { name: 'lou' } } });
  const described = await webFront.call('identity.describe', { session });
  t.match(described, { links: [{ title: 'Acme sign-in' }], offered: { length: 0 } });
  const kim = await room.addMember('max', 'downloader');
  const second = await done('identity.beginLink', { ...wish, session: kim });
  const taken = await finish({ ticket: second.ticket, back: await provider.visit(second.url, 'private') });
  t.match(taken, { opened: false, reason: 'linked_already' });
  if (!described.valid) return;
  const id = described.links[0]?.id ?? '';
  t.match(await webFront.call('identity.unlink', { session, id, password: 'x' }), {
    reason: 'password_wrong',
  });
  await done('identity.unlink', { session, id, password: memberPassword });
  t.match(await signIn('private'), { opened: false, reason: 'email_unverified' });
});

t.test('removing a user ends its link', async (t) => {
  const { signIn, webFront, done, password, database } = await startProviderRoom(t);
  const opened = await signIn('kim');
  if (!opened.opened) throw new Error(opened.reason);
  const owner = await webFront.call('session.open', { username: 'jo', password, address });
  if (!owner.opened) throw new Error(owner.reason);
  await done('member.remove', { session: owner.session, id: opened.owner.user.id });
  t.match(await webFront.call('session.describe', { session: opened.session }), { valid: false });
  t.match(await signIn('kim'), { opened: false, reason: 'unknown_person' });
  t.match(database.prepare('SELECT count(*) AS count FROM identity_links').get(), { count: 0 });
  t.match(database.prepare('SELECT count(*) AS count FROM provider_sessions').get(), { count: 0 });
});

t.test('a sign-out leads to the provider’s, with a token that no row shows', async (t) => {
  const { signIn, webFront, provider, database } = await startProviderRoom(t);
  const opened = await signIn('kim');
  if (!opened.opened) throw new Error(opened.reason);
  const rows = JSON.stringify(
    database.prepare('SELECT sealed_id_token AS sealed FROM provider_sessions').all(),
  );
  t.notMatch(rows, /eyJ/);
  const closed = await webFront.call('session.close', { session: opened.session });
  t.match(closed, { closed: true, provider: { title: 'Acme sign-in' } });
  const url = new URL(closed.provider?.url ?? '');
  t.equal(url.origin, provider.issuer);
  t.match(url.searchParams.get('id_token_hint'), /^eyJ/);
  t.match(url.searchParams.get('post_logout_redirect_uri'), /\/sign-in$/);
});
