// What staff do for themselves on the console, over real HTTPS with the whole internal-db behind it: another password, and the
// page that was asked for before the sign-in; and that pages about errors keep the navigation.
import t from 'tap';
import { seedRoom, startRoom } from '../support/running-room.ts';
import { StaffVisitor, challengeIn, staffPassword } from './staff-visitor.ts';
import { codeOf } from '../../rig/totp-code.ts';

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

t.test('both steps of the sign-in lead to the page that was asked for, and nowhere else', async (t) => {
  const { room, secret } = await setUp(t);
  const nextIn = ({ body }: { body: string }) => /name="next" value="([^"]*)"/.exec(body)?.[1];
  const visitor = new StaffVisitor(room);
  const asked = await visitor.get('/accounts/acme?kind=change');
  const encoded = encodeURIComponent('/accounts/acme?kind=change');
  t.match(asked, { status: 303, headers: { location: `/sign-in?next=${encoded}` } });
  const signInPage = await visitor.get(String(asked.headers['location']));
  t.equal(nextIn(signInPage)?.replaceAll('&#61;', '='), '/accounts/acme?kind=change');
  const fields = { name: 'ann', next: '/accounts/acme?kind=change' };
  const wrong = await visitor.send('POST', '/sign-in', { fields: { ...fields, password: 'wrong' } });
  t.equal(nextIn(wrong), nextIn(signInPage), 'kept after a wrong password');
  const first = await visitor.send('POST', '/sign-in', { fields: { ...fields, password: staffPassword } });
  t.match(first, { status: 303, headers: { location: `/second-factor?next=${encoded}` } });
  t.match(await visitor.get('/accounts/acme?kind=change'), {
    headers: { location: `/second-factor?next=${encoded}` },
  });
  const step = await visitor.get(String(first.headers['location']));
  t.equal(nextIn(step), nextIn(signInPage));
  const prove = async (code: string, next: string) =>
    visitor.post('/second-factor', '/second-factor', {
      challenge: challengeIn(await visitor.get('/second-factor')),
      kind: 'totp',
      code,
      next,
    });
  t.equal(nextIn(await prove('000000', fields.next)), nextIn(signInPage), 'kept after a wrong code');
  t.match(await prove(codeOf(secret, 1), fields.next), { status: 303, headers: { location: fields.next } });

  const foreign = [
    '//evil.example',
    'https://evil.example/',
    '/\\evil.example',
    'javascript:alert(1)',
    '/\t/evil',
  ];
  for (const next of [...foreign, `/${'a'.repeat(2000)}`]) {
    const stranger = new StaffVisitor(room);
    t.equal(nextIn(await stranger.get(`/sign-in?next=${encodeURIComponent(next)}`)), '/', next.slice(0, 30));
    const answer = await stranger.send('POST', '/sign-in', {
      fields: { name: 'ann', password: staffPassword, next },
    });
    t.equal(answer.headers['location'], '/second-factor', next.slice(0, 30));
  }
  t.equal(
    (await new StaffVisitor(room).send('POST', '/bulk', { fields: {} })).headers['location'],
    '/sign-in',
  );
});

t.test('a page about an error keeps the navigation for who is signed in, and for nobody else', async (t) => {
  const { room, visitor } = await setUp(t);
  const navigation = /href="\/security"/;
  for (const [path, status] of [
    ['/nowhere', 404],
    ['/accounts/nobody', 404],
    ['/staff', 403],
  ] as const) {
    t.match(await visitor.get(path), { status, body: navigation }, path);
  }
  t.match(await visitor.send('POST', '/security/password', { fields: {} }), {
    status: 403,
    body: navigation,
  });
  const stranger = new StaffVisitor(room);
  t.notMatch((await stranger.get('/nowhere')).body, navigation, 'without a session');
  await stranger.signIn('ann');
  t.notMatch((await stranger.get('/nowhere')).body, navigation, 'after the first step alone');
  t.equal((await stranger.get('/nowhere')).status, 404);
});
