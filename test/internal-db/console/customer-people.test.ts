// The people of a customer on the console, over real HTTPS with the whole internal-db behind it: support makes a customer and
// invites its first owner, mails a link for a forgotten password, takes a lost second step away, and finds everybody of a
// large customer.
import t from 'tap';
import { memberPassword, startPeopleRoom } from '../support/people-room.ts';
import { codeOf } from '../../rig/totp-code.ts';
import { StaffVisitor, staffPassword } from './staff-visitor.ts';

t.test(
  'support takes a lost second step away, with a reason, and only of people of that customer',
  async (t) => {
    const room = await startPeopleRoom(t);
    const { admin, done, webFront } = room;
    const person = { actor: 'test', name: 'ann', displayName: 'Ann', password: staffPassword };
    await admin.call('staff.create', { ...person, role: 'support' });
    const session = await room.addMember('kim', 'downloader');
    const { challenge, secret } = await done('totp.begin', { session, password: memberPassword });
    await done('totp.confirm', { session, challenge, code: codeOf(secret) });
    await admin.call('account.create', { actor: 'test', name: 'other', displayName: 'Other' });
    const visitor = new StaffVisitor(room);
    await visitor.signInWithNewApp('ann');

    const page = await visitor.get('/accounts/acme');
    t.match(page.body, /<input type="hidden" name="user" value="kim" \/>/);
    t.notMatch(page.body, /name="user" value="jo"/, 'who has no second step needs no help');
    const reset = (account: string, fields: Record<string, string>) =>
      visitor.post('/accounts/acme', `/accounts/${account}/reset-second-factor`, { user: 'kim', ...fields });
    const reason = 'Phone lost, called back';
    t.match(await reset('other', { reason }), { status: 422, body: /other has nobody called kim/ });
    t.match(await reset('acme', { reason: '' }), { status: 422, body: /Give a reason/ });
    t.match(await reset('acme', { reason, user: 'nobody' }), { status: 422 });
    t.match(await webFront.call('session.describe', { session }), { valid: true }, 'nothing is changed yet');

    const answer = await reset('acme', { reason });
    t.match(answer, { status: 303, headers: { location: '/accounts/acme?done=factorsReset' } });
    t.match(await visitor.get('/accounts/acme?done=factorsReset'), { body: /The second step is taken away/ });
    t.same(await webFront.call('session.describe', { session }), { valid: false });
    t.match(await room.signIn('kim', memberPassword), /^consign_ses_/, 'the password is enough again');
    t.match((await room.mailsTo('kim@acme.test')).at(-1), /removed by the vendor/);
    const { entries } = await admin.call('audit.list', { afterSequence: 0, limit: 100 });
    t.match(
      entries.find(({ action }) => action === 'secondFactor.reset'),
      { actor: 'staff:ann', subject: 'acme', detail: /Phone lost/ },
    );
    t.notMatch((await visitor.get('/accounts/acme')).body, /reset-second-factor/);
  },
);

t.test('support makes a customer, invites its first owner and helps with a forgotten password', async (t) => {
  const room = await startPeopleRoom(t);
  const person = { actor: 'test', name: 'ann', displayName: 'Ann', password: staffPassword };
  await room.admin.call('staff.create', { ...person, role: 'support' });
  const visitor = new StaffVisitor(room);
  await visitor.signInWithNewApp('ann');
  const create = (fields: Record<string, string>) =>
    visitor.post('/new-customer', '/new-customer', { displayName: 'Harbour & Sons', ...fields });

  const refused = await create({ name: 'Harbour', email: 'lea@harbour.test' });
  t.match(refused, { status: 422, body: /Correct the field &#34;name&#34;/ });
  t.match(refused.body, 'value="lea@harbour.test"', 'what was typed is kept');
  t.match(await create({ name: 'harbour', email: 'no address' }), { status: 422 });
  t.match(await visitor.get('/accounts/harbour'), { status: 404 }, 'a refusal makes no customer');
  const created = await create({ name: 'harbour', email: 'lea@harbour.test', language: 'de' });
  t.match(created, { status: 303, headers: { location: '/accounts/harbour?done=createdAndInvited' } });
  t.match(await create({ name: 'harbour' }), { status: 422, body: /There is an account harbour already/ });
  t.match((await visitor.get('/accounts/harbour')).body, /lea@harbour\.test/);
  const accepted = { username: 'lea', displayName: 'Lea', password: memberPassword, language: 'de' as const };
  const token = await room.tokenTo('lea@harbour.test');
  await room.done('invitation.accept', { token, ...accepted, address: '127.0.0.1', client: null });

  const again = { email: 'tom@harbour.test', role: 'downloader', language: 'en' };
  const invited = await visitor.post('/accounts/harbour', '/accounts/harbour/invite', again);
  t.match(invited, { status: 303, headers: { location: '/accounts/harbour?done=invited' } });
  t.match(await room.tokenTo('tom@harbour.test'), /^\S+$/);
  const reset = (account: string, user: string) =>
    visitor.post('/accounts/harbour', `/accounts/${account}/send-reset`, { user, reason: 'Called back' });
  t.match(await reset('acme', 'lea'), { status: 422, body: /acme has nobody called lea/ });
  t.match(await reset('acme', 'jo'), { status: 422, body: /jo has no e-mail address/ });
  t.match(await reset('harbour', 'lea'), { status: 303 });
  const link = await room.tokenTo('lea@harbour.test');
  t.not(link, token);
  const newPassword = 'nine quiet lanterns';
  await room.done('password.reset', { token: link, newPassword, address: '127.0.0.1' });
  t.match(await room.signIn('lea', newPassword), /^consign_ses_/);
  const { entries } = await room.admin.call('audit.list', { afterSequence: 0, limit: 100 });
  t.match(
    entries.find(({ action }) => action === 'password.requestReset'),
    { actor: 'staff:ann', subject: 'harbour', detail: /Called back/ },
  );
});

t.test('everybody is on the page, up to a number that the page tells', async (t) => {
  const room = await startPeopleRoom(t);
  const person = { actor: 'test', name: 'ann', displayName: 'Ann', password: staffPassword };
  await room.admin.call('staff.create', { ...person, role: 'support' });
  const visitor = new StaffVisitor(room);
  await visitor.signInWithNewApp('ann');
  const addPeople = (from: number, to: number) => {
    const insert = room.database.prepare(
      `INSERT INTO users (id, account_id, name, display_name, password_hash, role, language, created_at_ms)
       SELECT 'usr_' || ?1, account_id, ?1, ?1, password_hash, 'downloader', 'en', 0 FROM users WHERE name = 'jo'`,
    );
    for (let index = from; index <= to; index += 1) insert.run(`member-${1000 + index}`);
  };
  addPeople(1, 26);
  const some = await visitor.get('/accounts/acme');
  t.match(some.body, /2 more/);
  t.match(some.body, '<code>member-1026</code>');
  t.notMatch(some.body, /there are more/);
  addPeople(27, 200);
  const many = await visitor.get('/accounts/acme');
  t.match(many.body, /These are the first 200; there are more/);
  t.equal(many.body.match(/<code>(?:jo|member-\d+)<\/code>/g)?.length, 200);
});
