// Customers' people by the vendor's command line: listed, invited, helped when they have lost their second factor.
import t from 'tap';
import { memberPassword, startPeopleRoom } from '../support/people-room.ts';
import { codeOf } from '../../rig/totp-code.ts';

const actor = 'test:ann';
const email = 'lee@acme.test';

t.test('users are listed with who was invited, and invited in the vendor’s name', async (t) => {
  const room = await startPeopleRoom(t);
  const { admin } = room;
  await room.addMember('kim', 'downloader');
  const wanted = { actor, account: 'acme', email, role: 'owner', language: 'en' } as const;
  await admin.call('user.invite', wanted);
  const [mail] = await room.mailsTo(email);
  t.match(mail, /Consign invites you/);
  const list = { account: 'acme', after: null, limit: 1 };
  const first = await admin.call('user.list', list);
  t.match(first, { members: [{ name: 'jo' }], invitations: [{ email, invitedBy: 'Consign' }] });
  t.match(await admin.call('user.list', { ...list, after: first.next }), {
    members: [{ name: 'kim', role: 'downloader', email: 'kim@acme.test', hasSecondFactor: false }],
    invitations: [],
    next: null,
  });
  await t.rejects(admin.call('user.list', { ...list, account: 'nobody' }), { code: 'not_found' });
  await t.rejects(admin.call('user.invite', { ...wanted, email: 'kim@acme.test' }), { code: 'refused' });
});

t.test('a lost second factor is taken, with the sessions, and its owner is told', async (t) => {
  const room = await startPeopleRoom(t);
  const { admin, done, webFront } = room;
  const session = await room.addMember('kim', 'downloader');
  const { challenge, secret } = await done('totp.begin', { session, password: memberPassword });
  await done('totp.confirm', { session, challenge, code: codeOf(secret) });
  const reset = { actor, user: 'kim', reason: 'Phone lost, called back' };
  t.same(await admin.call('user.resetSecondFactor', reset), { had: true });
  t.same(await webFront.call('session.describe', { session }), { valid: false });
  t.match(await room.signIn('kim', memberPassword), /^consign_ses_/);
  t.match((await room.mailsTo('kim@acme.test')).at(-1), /removed by the vendor/);
  t.same(await admin.call('user.resetSecondFactor', reset), { had: false });
  await t.rejects(admin.call('user.resetSecondFactor', { ...reset, user: 'nobody' }), { code: 'not_found' });
  const { entries } = await admin.call('audit.list', { afterSequence: 0, limit: 100 });
  t.match(
    entries.find(({ action }) => action === 'secondFactor.reset'),
    { actor, subject: 'acme', detail: /Phone lost/ },
  );
});

t.test('without mail the command says what to do instead', async (t) => {
  const room = await startPeopleRoom(t, { mail: null });
  const wanted = { actor, account: 'acme', email, role: 'owner', language: 'en' } as const;
  await t.rejects(room.admin.call('user.invite', wanted), {
    code: 'refused',
    message: /consign user create/,
  });
});
