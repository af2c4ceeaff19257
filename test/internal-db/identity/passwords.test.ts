// Passwords that their owners change, forget and set anew: who is asked what, what ends with the old one, and that nobody
// learns who exists.
import t from 'tap';
import { setAccountState } from '#internal-db/admin/account-administration.ts';
import { freeFailuresPerNameAndAddress, resetLinksPerUserMax } from '#internal-db/limits.ts';
import { newRecordId } from '#internal-db/record-id.ts';
import { address, memberPassword, startPeopleRoom } from '../support/people-room.ts';

const email = 'kim@acme.test';
const newPassword = 'eleven brass bells';
const language = 'en';

t.test('a new password asks for the old one, and ends the other sessions but not the tokens', async (t) => {
  const room = await startPeopleRoom(t);
  const { webFront, done, cluster } = room;
  const session = await room.addMember('kim', 'downloader');
  const other = await room.signIn('kim', memberPassword);
  const made = await webFront.call('token.create', { session, name: 'ci', lifetimeMs: 60_000 });
  if (!made.valid) throw new Error('no token');
  const login = {
    id: newRecordId('ses'),
    connection: 'con_1',
    protocol: 'ftps' as const,
    address,
    account: 'acme',
    principal: 'user:kim',
    username: 'kim',
    startedAtMs: 1,
    idleSinceMs: 1,
    transfer: null,
    transferCount: 0,
  };
  cluster.node.sessions = [login, { ...login, id: newRecordId('ses'), principal: `token:${made.token.id}` }];
  const change = (password: string, wanted = newPassword) =>
    webFront.call('password.change', { session, password, newPassword: wanted });
  t.match(await change('wrong'), { done: false, reason: 'password_wrong' });
  t.match(await change(memberPassword, 'too short'), { done: false, reason: 'password_weak' });
  t.match(await change(memberPassword), { done: true, endedSessionCount: 1 });
  t.same(await webFront.call('session.describe', { session: other }), { valid: false });
  t.match(await webFront.call('session.describe', { session }), { valid: true });
  t.match(await webFront.call('session.describe', { session: made.secret }), { valid: true });
  t.match(cluster.node.cuts, [{ sessions: [login.id] }], 'the login with the old password');
  const again = { username: 'kim', password: memberPassword, address };
  t.match(await webFront.call('session.open', again), { opened: false, reason: 'credentials' });
  t.match((await room.mailsTo(email)).at(-1), /password was changed/);
  await t.rejects(
    webFront.call('password.change', { session: made.secret, password: newPassword, newPassword }),
    { code: 'refused' },
  );
  await done('password.change', { session, password: newPassword, newPassword: memberPassword });
});

t.test('a stolen session is no place to guess the password from', async (t) => {
  const room = await startPeopleRoom(t);
  const session = await room.signIn();
  const guess = () => room.webFront.call('password.change', { session, password: 'x', newPassword });
  for (let count = 0; count < freeFailuresPerNameAndAddress; count += 1) await guess();
  await guess();
  t.match(await guess(), { done: false, reason: 'throttled' });
  t.match(await room.signIn(), /^consign_ses_/, 'its owner still signs in');
});

t.test('a forgotten password is set with a link that works once', async (t) => {
  const room = await startPeopleRoom(t);
  const { webFront, done } = room;
  const session = await room.addMember('kim', 'downloader');
  await done('password.requestReset', { email: 'KIM@acme.test', language: 'de', address });
  const token = await room.tokenTo(email);
  t.match((await room.mailsTo(email)).at(-1), /neues Passwort für die Anmeldung kim/);
  t.match(await done('password.describeReset', { token }), { username: 'kim' });
  const reset = (wanted: string) => webFront.call('password.reset', { token, newPassword: wanted, address });
  t.match(await reset('short'), { done: false, reason: 'password_weak' });
  const outcomes = await Promise.all([reset(newPassword), reset('another brass bell')]);
  t.equal(outcomes.filter((outcome) => outcome.done).length, 1, 'of two at the same time, one');
  const unusable = { done: false, reason: 'unusable' };
  t.match(await reset(newPassword), unusable);
  t.match(await webFront.call('password.describeReset', { token }), unusable);
  t.same(await webFront.call('session.describe', { session }), { valid: false });
  t.match((await room.mailsTo(email)).at(-1), /set anew/);
  const { entries } = await room.admin.call('audit.list', { afterSequence: 0, limit: 100 });
  const text = JSON.stringify(entries);
  t.match(text, /password\.requestReset/);
  t.match(text, /"password\.reset"/);
  t.notMatch(text, new RegExp(token));
});

t.test('links for passwords end by time, with the account, and are no other links', async (t) => {
  const room = await startPeopleRoom(t);
  const { webFront, done, services } = room;
  const session = await room.addMember('kim', 'downloader');
  const unusable = { done: false, reason: 'unusable' };
  await done('password.requestReset', { email, language, address });
  const token = await room.tokenTo(email);
  t.match(await webFront.call('email.confirm', { token }), unusable);
  t.match(await webFront.call('invitation.describe', { token }), unusable);
  room.database.exec(`UPDATE mailed_links SET expires_at_ms = ${Date.now() - 1}`);
  t.match(await webFront.call('password.reset', { token, newPassword, address }), unusable);
  await done('email.request', { session, password: memberPassword, email: 'new@acme.test' });
  const confirmation = await room.tokenTo('new@acme.test');
  t.match(await webFront.call('password.reset', { token: confirmation, newPassword, address }), unusable);
  await done('password.requestReset', { email, language, address });
  const second = await room.tokenTo(email);
  const suspension = { actor: 'test', account: 'acme', state: 'suspended', reason: 'unpaid' } as const;
  await setAccountState(services.context, suspension);
  t.match(await webFront.call('password.reset', { token: second, newPassword, address }), unusable);
});

t.test('who asks for a forgotten password learns nothing about who exists', async (t) => {
  const room = await startPeopleRoom(t);
  const { webFront } = room;
  await room.addMember('kim', 'downloader');
  const ask = (to: string, from: string) =>
    webFront.call('password.requestReset', { email: to, language, address: from });
  const nobody = 'nobody@acme.test';
  const answersFor = async (to: string, from: string) => {
    const answers: unknown[] = [];
    for (let count = 0; count <= freeFailuresPerNameAndAddress + 1; count += 1) {
      const answer = await ask(to, from);
      answers.push(answer.done ? answer : { ...answer, retryAfterMs: answer.retryAfterMs > 0 });
    }
    return answers;
  };
  const known = await answersFor(email, '127.0.0.2');
  const unknown = await answersFor(nobody, '127.0.0.3');
  t.same(known, unknown);
  t.match(known.at(-1), { done: false, reason: 'throttled', retryAfterMs: true });
  t.same(await room.mailsTo(nobody), []);
  const links = (await room.mailsTo(email)).filter((text) => text.includes('/reset-password?'));
  t.equal(links.length, resetLinksPerUserMax, 'and nobody is buried in mails');
  t.equal(room.services.context.bans.bannedUntilMs('127.0.0.3'), null);
});

t.test('one address in two accounts gets a link for each', async (t) => {
  const room = await startPeopleRoom(t);
  const { admin, done } = room;
  const actor = 'test';
  await room.addMember('kim', 'downloader');
  await admin.call('account.create', { actor, name: 'other', displayName: 'Other' });
  const user = { actor, displayName: 'Kim', email, password: memberPassword };
  await admin.call('user.create', { ...user, account: 'other', name: 'kim2' });
  await t.rejects(admin.call('user.create', { ...user, account: 'other', name: 'kim3' }), {
    code: 'conflict',
  });
  await done('password.requestReset', { email, language, address });
  const links = (await room.mailsTo(email)).filter((text) => text.includes('/reset-password?'));
  t.match(links.join('\n'), /login kim \(Acme\)/);
  t.match(links.join('\n'), /login kim2 \(Other\)/);
});
