// Tokens of the staff: made and revoked on the console's page, by a command, and kept as hashes alone.
import t from 'tap';
import { startRoom } from '../support/running-room.ts';
import { openStaffSession } from './staff-browser.ts';
import { StaffClient } from './staff-client.ts';
import { StaffVisitor } from './staff-visitor.ts';

const password = 'staff password 1';

async function setUp(t: Parameters<typeof startRoom>[0]) {
  const room = await startRoom(t);
  const visitor = new StaffVisitor(room);
  const post = visitor.post.bind(visitor);
  visitor.post = (from, path, fields) =>
    post(from, path, path === '/tokens' ? { password, ...fields } : fields);
  visitor.cookie = `__Host-consign-staff=${await openStaffSession(room, 'support')}`;
  return { room, visitor };
}

t.test('a token is made on the page, shown once, used and revoked', async (t) => {
  const { room, visitor } = await setUp(t);
  const made = await visitor.post('/tokens', '/tokens', { name: 'nightly', scope: 'read', days: '30' });
  t.equal(made.status, 200);
  const secret = /consign_sat_[\w-]{43}/.exec(made.body)?.[0] ?? '';
  t.ok(secret);
  t.notMatch((await visitor.get('/tokens')).body, secret, 'only once');
  t.match((await visitor.get('/tokens')).body, /nightly[^]*never/);
  const client = new StaffClient(room, secret);
  t.match(await client.send('GET', '/me'), { status: 200, json: { staff: { name: 'support-ann' } } });
  t.notMatch((await visitor.get('/tokens')).body, /never/, 'its use is seen');
  const id = /sat_[\w-]{22}/.exec((await visitor.get('/tokens')).body)?.[0] ?? '';
  t.match(await visitor.post('/tokens', `/tokens/${id}/revoke`, {}), { status: 303 });
  t.equal((await client.send('GET', '/me')).status, 401);
  t.equal((await visitor.post('/tokens', `/tokens/${id}/revoke`, {})).status, 404);
  const actions = (await room.services.context.store.read.audit.newest(10)).map(({ action }) => action);
  t.ok(actions.includes('staffToken.create') && actions.includes('staffToken.revoke'));
  const entries = JSON.stringify(await room.services.context.store.read.audit.newest(50));
  t.notMatch(entries, 'consign_sat_', 'the secret is nowhere');
});

t.test('what can’t be made is told, with what was typed', async (t) => {
  const { room, visitor } = await setUp(t);
  for (const wrong of [{ days: '0' }, { days: '400' }, { scope: 'all' }, { name: '' }]) {
    const fields = { name: 'mine', scope: 'read', days: '30', ...wrong };
    const answer = await visitor.post('/tokens', '/tokens', fields);
    t.match(answer, { status: 422, body: /Correct the field/ }, JSON.stringify(wrong));
  }
  const more = {
    actor: 'test',
    staff: 'support-ann',
    name: 'x',
    scope: 'read',
    lifetimeMs: 86_400_000,
  } as const;
  for (let count = 0; count < 20; count += 1) await room.admin.call('staffToken.create', more);
  await t.rejects(room.admin.call('staffToken.create', more), { code: 'refused' }, 'they are bounded');
  t.match(await visitor.post('/tokens', '/tokens', { name: 'mine', scope: 'read', days: '30' }), {
    status: 422,
    body: /value="mine"/,
  });
});

t.test('nobody revokes the token of somebody else, or makes one for who has left', async (t) => {
  const { room, visitor } = await setUp(t);
  await openStaffSession(room, 'operator');
  const wanted = { actor: 'test', name: 'x', scope: 'write', lifetimeMs: 86_400_000 } as const;
  const { token } = await room.admin.call('staffToken.create', { ...wanted, staff: 'operator-ann' });
  t.equal((await visitor.post('/tokens', `/tokens/${token.id}/revoke`, {})).status, 404);
  const { tokens } = await room.admin.call('staffToken.list', { staff: 'operator-ann' });
  t.match(tokens, [{ id: token.id, lastUsedAtMs: null }]);
  const ended = { actor: 'test', name: 'operator-ann', ended: true, reason: 'left' };
  await room.admin.call('staff.setEnded', ended);
  t.same((await room.admin.call('staffToken.list', { staff: 'operator-ann' })).tokens, []);
  await t.rejects(room.admin.call('staffToken.create', { ...wanted, staff: 'operator-ann' }), {
    code: 'refused',
  });
  await t.rejects(room.admin.call('staffToken.list', { staff: 'nobody' }), { code: 'not_found' });
});

t.test('a token that is over is none', async (t) => {
  const { room } = await setUp(t);
  const wanted = { actor: 'test', staff: 'support-ann', name: 'x', scope: 'read' } as const;
  const made = await room.admin.call('staffToken.create', { ...wanted, lifetimeMs: 86_400_000 });
  const client = new StaffClient(room, made.secret);
  t.equal((await client.send('GET', '/me')).status, 200);
  const { clock } = room.services.context;
  const nowMs = clock.nowMs.bind(clock);
  clock.nowMs = () => nowMs() + 86_400_000;
  t.equal((await client.send('GET', '/me')).status, 401);
});

t.test('a session alone makes no token: the password is asked for', async (t) => {
  const { visitor } = await setUp(t);
  for (const wrong of ['', 'another one']) {
    const answer = await visitor.post('/tokens', '/tokens', {
      name: 'mine',
      scope: 'write',
      days: '30',
      password: wrong,
    });
    t.match(answer, { status: 422, body: /password is not right/ });
    t.notMatch(answer.body, 'consign_sat_');
  }
});

t.test('a new password and a reset of the second factors revoke the tokens', async (t) => {
  const { room, visitor } = await setUp(t);
  const make = () => visitor.post('/tokens', '/tokens', { name: 'mine', scope: 'write', days: '30' });
  const left = async () => (await room.admin.call('staffToken.list', { staff: 'support-ann' })).tokens.length;
  await make();
  t.equal(await left(), 1);
  await room.admin.call('staff.resetSecondFactor', { actor: 'test', name: 'support-ann', reason: 'lost' });
  t.equal(await left(), 0);
  visitor.cookie = `__Host-consign-staff=${await openStaffSession(room, 'support')}`;
  await make();
  t.equal(await left(), 1);
  const newPassword = 'quite another sentence of hers';
  t.match(
    await visitor.post('/security', '/security/password', { password, newPassword, repeated: newPassword }),
    {
      status: 303,
    },
  );
  t.equal(await left(), 0);
});
