// What staff do for themselves on the console, over real HTTPS with the whole internal-db behind it: another password.
import t from 'tap';
import { seedRoom, startRoom } from '../support/running-room.ts';
import { StaffVisitor, challengeIn, codeOf, staffPassword } from './staff-visitor.ts';

const setUp = async (t: Parameters<typeof startRoom>[0]) => {
  const room = await startRoom(t);
  await seedRoom(room);
  const person = { actor: 'test', name: 'ann', displayName: 'Ann', role: 'support' as const };
  await room.admin.call('staff.create', { ...person, password: staffPassword });
  const visitor = new StaffVisitor(room);
  const secret = await visitor.signInWithNewApp('ann');
  return { room, visitor, secret };
};

t.test('staff change their password: audited, and their other sessions end', async (t) => {
  const { room, visitor, secret } = await setUp(t);
  const elsewhere = new StaffVisitor(room);
  await elsewhere.signIn('ann');
  const page = await elsewhere.get('/second-factor');
  const proof = { challenge: challengeIn(page), kind: 'totp', code: codeOf(secret, 1) };
  await elsewhere.post('/second-factor', '/second-factor', proof);
  t.match(await elsewhere.get('/accounts'), { status: 200 });

  const change = (password: string, newPassword: string) =>
    visitor.post('/security', '/security/password', { password, newPassword });
  const newPassword = 'seven green kites';
  t.match(await change('wrong', newPassword), { status: 422, body: /present password is not right/ });
  t.match(await change(staffPassword, 'ann ann ann ann'), { status: 422, body: /too easy to guess/ });
  t.match(await elsewhere.get('/accounts'), { status: 200 }, 'a refusal changes nothing');

  const answer = await change(staffPassword, newPassword);
  t.match(answer, { status: 303, headers: { location: '/security?done=password' } });
  t.match(await visitor.get('/security?done=password'), { status: 200, body: /The password is changed/ });
  t.match(await elsewhere.get('/accounts'), { status: 303 }, 'signed out there');
  t.match(await new StaffVisitor(room).signIn('ann'), { status: 401 });
  t.match(await new StaffVisitor(room).signIn('ann', newPassword), { status: 303 });
  const { entries } = await room.admin.call('audit.list', { afterSequence: 0, limit: 100 });
  const changes = entries.filter(({ action }) => action === 'staff.changePassword');
  t.match(changes, [{ actor: 'staff:ann', subject: 'ann' }]);
  t.equal(changes.length, 1);
  t.notMatch(JSON.stringify(entries), newPassword);
});
