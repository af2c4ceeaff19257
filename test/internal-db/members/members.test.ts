// Members of an organization: invited by mail, given roles, removed with everything that they could get in with; what
// only owners may, and nobody of another account.
import t from 'tap';
import { readFileSync } from 'node:fs';
import { newRecordId } from '#internal-db/record-id.ts';
import { openInvitationsMax } from '#commlink/methods/people-methods.ts';
import { demoFile } from '../support/running-room.ts';
import { address, memberPassword, startPeopleRoom } from '../support/people-room.ts';

const email = 'kim@acme.test';
const accepted = {
  username: 'kim',
  displayName: 'Kim',
  password: memberPassword,
  language: 'de',
  address,
  client: 'Firefox',
} as const;

t.test('an invitation makes a member once, and its link is kept as a hash only', async (t) => {
  const room = await startPeopleRoom(t);
  const { webFront, done, tokenTo } = room;
  const session = await room.signIn();
  const wanted = { session, email: 'Kim@Acme.test', role: 'downloader', language: 'de' } as const;
  const { invitation } = await done('member.invite', wanted);
  t.match(invitation, { email, role: 'downloader', invitedBy: 'Jo' });
  const token = await tokenTo(email);
  const [mail] = await room.mailsTo(email);
  t.match(mail, /Jo lädt Sie ein/, 'in the language that was chosen');
  t.match(await done('invitation.describe', { token }), { email, suggestedUsername: 'kim' });
  const accept = (change: { username?: string; password?: string } = {}) =>
    webFront.call('invitation.accept', { token, ...accepted, ...change });
  t.match(await accept({ username: 'jo' }), { done: false, reason: 'name_taken' });
  for (const username of ['Kim', 'k m', '', 'd-aaaaaaaaaa', '../kim']) {
    t.match(await accept({ username }), { done: false, reason: 'name_unusable' }, username);
  }
  for (const password of ['short', 'kim@acme.test', 'passwordpassword', 'aaaaaaaaaaaaaaaa']) {
    t.match(await accept({ password }), { done: false, reason: 'password_weak' }, password);
  }
  const outcomes = await Promise.all([accept(), accept({ username: 'kim2' })]);
  t.equal(outcomes.filter((outcome) => outcome.done).length, 1, 'of two at the same time, one');
  t.match(await accept({ username: 'kim3' }), { done: false, reason: 'unusable' });
  t.match(await webFront.call('invitation.describe', { token }), { done: false, reason: 'unusable' });
  const files = ['consign.db', 'consign.db-wal'].map((name) =>
    readFileSync(`${room.cluster.directory}/${name}`).toString('latin1'),
  );
  t.notOk(files.join('').includes(token), 'nor is it in the outbox');
});

t.test('a link of an invitation ends by time, by withdrawal, and by a newer one', async (t) => {
  const room = await startPeopleRoom(t);
  const { webFront, done, tokenTo } = room;
  const session = await room.signIn();
  const invite = () => done('member.invite', { session, email, role: 'owner', language: 'en' });
  await invite();
  const first = await tokenTo(email);
  const { invitation } = await invite();
  const second = await tokenTo(email);
  const unusable = { done: false, reason: 'unusable' };
  t.match(await webFront.call('invitation.accept', { token: first, ...accepted }), unusable);
  await done('invitation.withdraw', { session, id: invitation.id });
  t.match(await webFront.call('invitation.accept', { token: second, ...accepted }), unusable);
  t.match(await webFront.call('invitation.withdraw', { session, id: invitation.id }), {
    reason: 'not_found',
  });
  await invite();
  const third = await tokenTo(email);
  room.database.exec(`UPDATE invitations SET expires_at_ms = ${Date.now() - 1}`);
  t.match(await webFront.call('invitation.accept', { token: third, ...accepted }), unusable);
  t.match(await webFront.call('member.list', { session, after: null, limit: 10 }), { invitations: [] });
  t.match(await webFront.call('invitation.describe', { token: 'x'.repeat(43) }), unusable);
});

t.test('a person is in an account once, and an account has so many open invitations', async (t) => {
  const room = await startPeopleRoom(t);
  const session = await room.signIn();
  await room.addMember('kim', 'downloader');
  const invite = (to: string) =>
    room.webFront.call('member.invite', { session, email: to, role: 'owner', language: 'en' });
  t.match(await invite('KIM@acme.test'), { done: false, reason: 'address_taken' });
  await invite('p1@acme.test');
  room.database
    .exec(`WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ${openInvitationsMax})
    INSERT INTO invitations (id, account_id, email, role, secret_hash, invited_by, created_at_ms, expires_at_ms)
    SELECT printf('inv_%022d', i), account_id, 'p' || i || '@acme.test', role, randomblob(32), invited_by, created_at_ms,
      expires_at_ms FROM invitations, n WHERE email = 'p1@acme.test'`);
  t.match(await invite('one-more@acme.test'), { done: false, reason: 'too_many' });
  t.match(await invite('p1@acme.test'), { done: true }, 'again to the same is no more');
});

t.test('an account mails so many invitations, and one address gets so many', async (t) => {
  const room = await startPeopleRoom(t);
  const session = await room.signIn();
  const invite = async (to: string) =>
    room.webFront.call('member.invite', { session, email: to, role: 'owner', language: 'en' });
  const outcomes = [];
  for (let count = 0; count < 8; count += 1) outcomes.push(await invite('victim@elsewhere.test'));
  t.match(outcomes.at(-1), { done: false, reason: 'throttled' });
  for (let count = 0; count < 31; count += 1) outcomes.push(await invite(`p${count}@acme.test`));
  t.match(outcomes.at(-1), { done: false, reason: 'throttled' });
});

t.test('who is an owner no more leaves no invitation behind', async (t) => {
  const room = await startPeopleRoom(t);
  const { webFront, done, tokenTo } = room;
  const session = await room.signIn();
  const lee = await room.addMember('lee', 'owner');
  await done('member.invite', { session: lee, email, role: 'owner', language: 'en' });
  const token = await tokenTo(email);
  const { members } = (await webFront.call('member.list', { session, after: null, limit: 10 })) as {
    members: { id: string; name: string }[];
  };
  const id = members.find(({ name }) => name === 'lee')?.id ?? '';
  await done('member.changeRole', { session, id, role: 'downloader' });
  t.match(await webFront.call('invitation.accept', { token, ...accepted }), {
    done: false,
    reason: 'unusable',
  });
});

t.test('owners see and change members in pages; downloaders and tokens may not', async (t) => {
  const room = await startPeopleRoom(t);
  const { webFront, done } = room;
  const session = await room.signIn();
  const kim = await room.addMember('kim', 'downloader');
  await room.addMember('lee', 'owner');
  const names: string[] = [];
  let after: string | null = null;
  do {
    const page: { members: { name: string }[]; next: string | null; invitations: unknown[] } = await pageOf(
      room,
      session,
      after,
    );
    names.push(...page.members.map(({ name }) => name));
    after = page.next;
  } while (after !== null);
  t.same(names, ['jo', 'kim', 'lee']);
  const described = await webFront.call('session.describe', { session: kim });
  t.match(described, { owner: { user: { role: 'downloader', email } } });
  const list = { after: null, limit: 10 };
  await t.rejects(webFront.call('member.list', { session: kim, ...list }), { code: 'refused' });
  const invitation = { email: 'x@acme.test', role: 'owner', language: 'en' } as const;
  await t.rejects(webFront.call('member.invite', { session: kim, ...invitation }), { code: 'refused' });
  const made = await webFront.call('token.create', { session, name: 'ci', lifetimeMs: 60_000 });
  if (!made.valid) throw new Error('no token');
  await t.rejects(webFront.call('member.list', { session: made.secret, ...list }), { code: 'refused' });
  await t.rejects(webFront.call('member.list', { session, after: 'AAAA', limit: 1 }), {
    code: 'bad_request',
  });
  const self = described.valid ? described.owner.user.id : '';
  await t.rejects(webFront.call('member.changeRole', { session: kim, id: self, role: 'owner' }), {
    code: 'refused',
  });
  await done('member.changeRole', { session, id: self, role: 'owner' });
  t.match(await webFront.call('session.describe', { session: kim }), { owner: { user: { role: 'owner' } } });
});

t.test('an account keeps an owner, and nobody reaches into another account', async (t) => {
  const room = await startPeopleRoom(t);
  const { admin, webFront } = room;
  const session = await room.signIn();
  const me = await webFront.call('session.describe', { session });
  if (!me.valid) throw new Error('no session');
  const { id } = me.owner.user;
  t.match(await webFront.call('member.remove', { session, id }), { reason: 'last_owner' });
  t.match(await webFront.call('member.changeRole', { session, id, role: 'downloader' }), {
    reason: 'last_owner',
  });
  const actor = 'test';
  await admin.call('account.create', { actor, name: 'other', displayName: 'Other' });
  const user = { actor, account: 'other', displayName: 'Eve', password: memberPassword };
  const eve = await admin.call('user.create', { ...user, name: 'eve' });
  const notFound = { done: false, reason: 'not_found' };
  t.match(await webFront.call('member.remove', { session, id: eve.id }), notFound);
  t.match(await webFront.call('member.changeRole', { session, id: eve.id, role: 'downloader' }), notFound);
  t.match(await webFront.call('member.remove', { session, id: newRecordId('usr') }), notFound);
  const eveSession = await room.signIn('eve', memberPassword);
  const { invitation } = await room.done('member.invite', { session, email, role: 'owner', language: 'en' });
  t.match(
    await webFront.call('invitation.withdraw', { session: eveSession, id: invitation.id }),
    notFound,
    'nor at its invitations',
  );
});

t.test('who is removed is out at once, everywhere', async (t) => {
  const room = await startPeopleRoom(t);
  const { webFront, done, cluster, admin } = room;
  const kim = await room.addMember('kim', 'downloader');
  const made = await webFront.call('token.create', { session: kim, name: 'ci', lifetimeMs: 60_000 });
  if (!made.valid) throw new Error('no token');
  await room.services.context.directory.refresh();
  const own = await webFront.call('delivery.request', {
    session: kim,
    ...demoFile,
    address,
    insteadOf: [],
  });
  if (!own.valid || !own.allowed) throw new Error('no delivery');
  const live = { address, account: 'acme', username: 'x', idleSinceMs: 1, transfer: null, transferCount: 0 };
  const session = (principal: string) => {
    const id = newRecordId('ses');
    return { ...live, id, connection: 'con_1', protocol: 'sftp' as const, principal, startedAtMs: 1 };
  };
  const [byName, byToken, ofJo] = [
    session('user:kim'),
    session(`token:${made.token.id}`),
    session('user:jo'),
  ];
  cluster.node.sessions = [byName, byToken, ofJo];
  const me = await webFront.call('session.describe', { session: kim });
  await done('member.remove', {
    session: await room.signIn(),
    id: me.valid ? me.owner.user.id : '',
  });
  t.same(
    cluster.node.cuts.flatMap(({ sessions }) => sessions).toSorted(),
    [byName.id, byToken.id].toSorted(),
    'the logins at nodes, and only these',
  );
  t.same(await webFront.call('session.describe', { session: kim }), { valid: false });
  t.same(await webFront.call('session.describe', { session: made.secret }), { valid: false });
  t.match(cluster.node.orders, [{ deliveries: [{ delivery: own.delivery.id, reason: 'revoked' }] }]);
  const again = { username: 'kim', password: memberPassword, address };
  t.match(await webFront.call('session.open', again), { opened: false, reason: 'credentials' });
  const user = { actor: 'test', account: 'acme', name: 'kim', displayName: 'K', password: memberPassword };
  await t.rejects(admin.call('user.create', user), { code: 'conflict' }, 'the name is not given again');
  const { entries } = await admin.call('audit.list', { afterSequence: 0, limit: 100 });
  t.match(
    entries.find(({ action }) => action === 'member.remove'),
    { actor: 'user:jo', subject: 'acme', detail: /"user":"kim"/ },
  );
});

t.test('a node that can not be asked is asked again until its sessions are ended', async (t) => {
  const room = await startPeopleRoom(t);
  const kim = await room.addMember('kim', 'downloader');
  const me = await room.webFront.call('session.describe', { session: kim });
  const { node } = room.cluster;
  node.reachable = false;
  const id = me.valid ? me.owner.user.id : '';
  await room.done('member.remove', { session: await room.signIn(), id });
  t.same(node.cuts, []);
  node.sessions = [
    {
      id: newRecordId('ses'),
      connection: 'con_1',
      protocol: 'ftps',
      address,
      account: 'acme',
      principal: 'user:kim',
      username: 'kim',
      startedAtMs: 1,
      idleSinceMs: 1,
      transfer: null,
      transferCount: 0,
    },
  ];
  node.reachable = true;
  const untilMs = Date.now() + 60_000;
  while (node.cuts.length === 0 && Date.now() < untilMs) await new Promise((go) => setTimeout(go, 100));
  t.equal(node.cuts.length, 1);
});

t.test('without mail nobody can be invited, and that is said', async (t) => {
  const room = await startPeopleRoom(t, { mail: null });
  const wanted = { session: await room.signIn(), email, role: 'owner', language: 'en' } as const;
  t.match(await room.webFront.call('member.invite', wanted), { done: false, reason: 'mail_off' });
});

async function pageOf(
  room: Awaited<ReturnType<typeof startPeopleRoom>>,
  session: string,
  after: string | null,
) {
  const page = await room.webFront.call('member.list', { session, after, limit: 2 });
  if (!page.valid) throw new Error('no session');
  return page;
}
