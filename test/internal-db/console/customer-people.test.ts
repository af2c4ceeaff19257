// The people of a customer on the console, over real HTTPS with the whole internal-db behind it: support takes a lost second
// step away.
import t from 'tap';
import { codeOf, memberPassword, startPeopleRoom } from '../support/people-room.ts';
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
    t.notMatch((await visitor.get('/accounts/acme')).body, /name="user" value="kim"/);
  },
);
