// Sign-in, sessions and personal tokens through the web-front's door, and that no secret is stored as it was given out.
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { readFileSync } from 'node:fs';
import t from 'tap';
import { setAccountState } from '#internal-db/admin/account-administration.ts';
import { freeFailuresPerNameAndAddress } from '#internal-db/limits.ts';
import { createPasswordHasher } from '#internal-db/passwords/password-hash.ts';
import { demoFile, seedRoom, signIn, startRoom } from '../support/running-room.ts';

const address = '127.0.0.1';

t.test('wrong names and passwords look alike, and guessing is slowed down', async (t) => {
  const room = await startRoom(t);
  const { password } = await seedRoom(room);
  const open = (username: string, text: string) =>
    room.webFront.call('session.open', { username, password: text, address });
  t.same(await open('nobody', password), { opened: false, reason: 'credentials', retryAfterMs: 0 });
  // At the same time: an attempt counts from its beginning, so the last one, with the right password, comes too late.
  const guesses = Array.from({ length: freeFailuresPerNameAndAddress + 1 }, (_, guess) =>
    open('jo', `x${guess}`),
  );
  const answers = await Promise.all([...guesses, open('jo', password)]);
  const last = answers.pop();
  for (const answer of answers) t.same(answer, { opened: false, reason: 'credentials', retryAfterMs: 0 });
  t.match(last, { opened: false, reason: 'throttled' });
  t.ok(last && !last.opened && last.retryAfterMs > 0);
});

t.test('a session ends by signing out, by its time, and by suspension', async (t) => {
  const room = await startRoom(t);
  const { password } = await seedRoom(room);
  const { webFront, services } = room;
  const describe = (session: string) => webFront.call('session.describe', { session });
  const closed = await signIn(room, password);
  t.same(await webFront.call('session.close', { session: closed }), { closed: true, provider: null });
  t.same(await webFront.call('session.close', { session: closed }), { closed: false, provider: null });
  t.same(await describe(closed), { valid: false });

  const aged = await signIn(room, password);
  const other = new DatabaseSync(room.cluster.config.databaseFile);
  t.teardown(() => other.close());
  other.exec(`UPDATE sessions SET expires_at_ms = ${Date.now() - 1}`);
  t.same(await describe(aged), { valid: false });
  t.same(await webFront.call('licence.listOwn', { session: aged }), { valid: false });

  const live = await signIn(room, password);
  const suspension = { actor: 'test', account: 'acme', state: 'suspended', reason: 'unpaid' } as const;
  await setAccountState(services.context, suspension);
  t.same(await describe(live), { valid: false });
  const refused = await webFront.call('session.open', { username: 'jo', password, address });
  t.match(refused, { opened: false, reason: 'suspended' });
});

t.test('a token does what a session does, but makes no tokens', async (t) => {
  const room = await startRoom(t);
  const { password } = await seedRoom(room);
  const { webFront } = room;
  const session = await signIn(room, password);
  const created = await webFront.call('token.create', { session, name: 'ci', lifetimeMs: 60_000 });
  if (!created.valid) throw new Error('no token');
  const { secret } = created;
  t.match(secret, /^consign_pat_[A-Za-z0-9_-]{43}$/);
  t.match(await webFront.call('session.describe', { session: secret }), {
    valid: true,
    owner: { kind: 'token' },
  });
  t.match(await webFront.call('delivery.request', { session: secret, ...demoFile, address }), {
    allowed: true,
  });
  await t.rejects(webFront.call('token.create', { session: secret, name: 'x', lifetimeMs: 60_000 }), {
    code: 'refused',
  });
  const listed = await webFront.call('token.list', { session });
  t.match(listed, { tokens: [{ name: 'ci', lastUsedAtMs: Number }] });
  t.match(await webFront.call('token.revoke', { session, id: created.token.id }), { revoked: true });
  t.match(await webFront.call('token.revoke', { session, id: created.token.id }), { revoked: false });
  t.same(await webFront.call('session.describe', { session: secret }), { valid: false });
});

t.test('signing in renews a hash of lower cost', async (t) => {
  const room = await startRoom(t);
  const { password } = await seedRoom(room);
  const { store } = room.services.context;
  const cheap = await (
    await createPasswordHasher({ memoryKiB: 512, passCount: 2, laneCount: 1 })
  ).hash(password);
  const before = await store.read.accounts.userByName('jo');
  await store.transaction((tx) => tx.accounts.setPasswordHash(before?.user.id ?? '', cheap));
  await signIn(room, password);
  const after = await store.read.accounts.userByName('jo');
  t.match(after?.user.passwordHash, /m=1024,/);
  await signIn(room, password);
});

t.test('no secret is in the database as it was given out', async (t) => {
  const room = await startRoom(t);
  const { password } = await seedRoom(room);
  const { webFront, cluster } = room;
  const session = await signIn(room, password);
  const created = await webFront.call('token.create', { session, name: 'ci', lifetimeMs: 60_000 });
  const requested = await webFront.call('delivery.request', { session, ...demoFile, address });
  if (!created.valid || !requested.valid || !requested.allowed) throw new Error('not set up');
  const files = ['consign.db', 'consign.db-wal'].map((name) =>
    readFileSync(path.join(cluster.directory, name)),
  );
  const bytes = Buffer.concat(files);
  t.ok(bytes.includes('acme'), 'the search would find it');
  for (const secret of [password, session, created.secret, requested.credentials.password]) {
    t.notOk(bytes.includes(secret));
  }
});
