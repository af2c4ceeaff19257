// Putting SSH keys in and taking them out: a customer in a browser session, and support on the administration socket.
import t, { type Test } from 'tap';
import { sshKeysPerUserMax } from '#internal-db/limits.ts';
import { seedRoom, signIn, startRoom } from '../support/running-room.ts';
import { makeKey } from './made-keys.ts';

const setUp = async (t: Test) => {
  const directory = t.testdir({});
  const room = await startRoom(t);
  const { password } = await seedRoom(room);
  return { room, directory, session: await signIn(room, password) };
};

t.test('a key is put in once, listed, removed, and may come back', async (t) => {
  const { room, directory, session } = await setUp(t);
  const { webFront } = room;
  const { line } = makeKey(directory, '-t ed25519');
  const added = await webFront.call('sshKey.add', { session, line, name: null });
  t.match(added, {
    added: true,
    key: { name: 'jo@workstation', keyType: 'ssh-ed25519', lastUsedAtMs: null },
  });
  if (!added.valid || !added.added) return;
  const again = await webFront.call('sshKey.add', { session, line: `${line} again`, name: 'other' });
  t.match(again, { added: false, explanation: /already, as “jo@workstation”/ });
  t.match(await webFront.call('sshKey.list', { session }), { keys: [added.key] });
  await webFront.call('sshKey.remove', { session, id: added.key.id });
  t.match(await webFront.call('sshKey.list', { session }), { keys: [] });
  const back = await webFront.call('sshKey.add', { session, line, name: 'laptop' });
  t.match(back, { added: true, key: { name: 'laptop' } });
  const { entries } = await room.admin.call('audit.list', { afterSequence: 0, limit: 1000 });
  const actions = entries.filter(({ action }) => action.startsWith('sshKey.'));
  t.match(
    actions.map(({ action, actor, subject }) => [action, actor, subject]),
    [
      ['sshKey.add', 'user:jo', 'acme'],
      ['sshKey.remove', 'user:jo', 'acme'],
      ['sshKey.add', 'user:jo', 'acme'],
    ],
  );
  t.match(actions[0]?.detail, added.key.fingerprint, 'the log names the key');
});

t.test('two users may have the same key, and neither sees nor removes the other\u2019s', async (t) => {
  const { room, directory, session } = await setUp(t);
  const password = 'another password';
  await room.admin.call('user.create', {
    actor: 'test',
    account: 'acme',
    name: 'al',
    displayName: 'Al',
    password,
  });
  const opened = await room.webFront.call('session.open', { username: 'al', password, address: '127.0.0.1' });
  if (!opened.opened) throw new Error('not signed in');
  const { line } = makeKey(directory, '-t ed25519');
  const own = await room.webFront.call('sshKey.add', { session, line, name: null });
  if (!own.valid || !own.added) throw new Error('not added');
  t.match(await room.webFront.call('sshKey.list', { session: opened.session }), { keys: [] });
  t.match(await room.webFront.call('sshKey.add', { session: opened.session, line, name: null }), {
    added: true,
  });
  const stolen = { session: opened.session, id: own.key.id };
  t.match(await room.webFront.call('sshKey.remove', stolen), { removed: false });
});

t.test('there are not too many, and no token changes any', async (t) => {
  const { room, directory, session } = await setUp(t);
  const { webFront } = room;
  const created = await webFront.call('token.create', { session, name: 'ci', lifetimeMs: 60_000 });
  if (!created.valid) throw new Error('no token');
  const { line, blob } = makeKey(directory, '-t ed25519');
  const byToken = { session: created.secret, line, name: null };
  await t.rejects(webFront.call('sshKey.add', byToken), { code: 'refused' });
  await t.rejects(webFront.call('sshKey.remove', { session: created.secret, id: `key_${'A'.repeat(22)}` }), {
    code: 'refused',
  });
  for (let index = 0; index <= sshKeysPerUserMax; index += 1) {
    const other = Buffer.from(blob);
    other[blob.length - 1] = index;
    const wanted = { session, line: `ssh-ed25519 ${other.toString('base64')}`, name: `${index}` };
    t.match(await webFront.call('sshKey.add', wanted), { added: index < sshKeysPerUserMax });
  }
});

t.test('support sees and removes a user\u2019s key, with a reason', async (t) => {
  const { room, directory, session } = await setUp(t);
  const { line } = makeKey(directory, '-t ed25519');
  const added = await room.webFront.call('sshKey.add', { session, line, name: null });
  if (!added.valid || !added.added) throw new Error('not added');
  t.match(await room.admin.call('sshKey.list', { user: 'jo' }), { keys: [added.key] });
  const removal = { actor: 'test', user: 'jo', id: added.key.id, reason: 'the laptop was stolen' };
  t.same(await room.admin.call('sshKey.remove', removal), { removed: true });
  await t.rejects(room.admin.call('sshKey.remove', removal), { code: 'not_found' });
  await t.rejects(room.admin.call('sshKey.list', { user: 'nobody' }), { code: 'not_found' });
  const { entries } = await room.admin.call('audit.list', { afterSequence: 0, limit: 1000 });
  t.match(entries.at(-1), { action: 'sshKey.remove', actor: 'test', detail: /the laptop was stolen/ });
});
