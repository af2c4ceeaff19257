// Logins with SSH keys: who has one comes in by a signature over their own request, and by nothing else.
import { randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import t, { type Test } from 'tap';
import type { KeyAlgorithm, PublicKeyCredential } from '#commlink/methods/login-credential.ts';
import { freeFailuresPerNameAndAddress } from '#internal-db/limits.ts';
import { setAccountState } from '#internal-db/admin/account-administration.ts';
import { seedRoom, signIn, startRoom, type RunningRoom } from '../support/running-room.ts';
import { keyQuery, makeKey, requestParts, signedCredential, wireString } from './made-keys.ts';

const verdictOf = async (
  room: RunningRoom,
  credential: PublicKeyCredential,
  { username = 'jo', ...overrides }: { username?: string; address?: string } = {},
) => {
  const { node } = room.cluster;
  const { sealed } = await node.sealLogin({ username, credential }, { protocol: 'sftp', ...overrides });
  const { answer } = await room.webFront.call('login.decide', { node: node.keys.id, sealed });
  return node.verify('login-answer', answer).verdict;
};

const setUp = async (t: Test) => {
  const directory = t.testdir({});
  const room = await startRoom(t);
  const { password } = await seedRoom(room);
  const session = await signIn(room, password);
  const add = async (line: string) => {
    const added = await room.webFront.call('sshKey.add', { session, line, name: null });
    if (!added.valid || !added.added) throw new Error('the key was not taken');
    return added.key;
  };
  return { room, directory, session, add };
};

const kinds: [string, KeyAlgorithm][] = [
  ['-t ed25519', 'ssh-ed25519'],
  ['-t ecdsa -b 256', 'ecdsa-sha2-nistp256'],
  ['-t ecdsa -b 384', 'ecdsa-sha2-nistp384'],
  ['-t ecdsa -b 521', 'ecdsa-sha2-nistp521'],
  ['-t rsa -b 2048', 'rsa-sha2-256'],
  ['-t rsa -b 4096', 'rsa-sha2-512'],
];

t.test('every kind of key logs its user in, and a question without a signature never does', async (t) => {
  const { room, directory, session, add } = await setUp(t);
  for (const [options, algorithm] of kinds) {
    const made = makeKey(directory, options);
    t.same(await verdictOf(room, keyQuery(made, algorithm)), { allowed: false, reason: 'credentials' });
    const { id } = await add(made.line);
    t.same(await verdictOf(room, keyQuery(made, algorithm)), { allowed: false, reason: 'signature_needed' });
    const verdict = await verdictOf(room, signedCredential(made, { username: 'jo', algorithm }));
    t.match(verdict, { allowed: true, account: 'acme', principal: `key:${id}` }, options);
  }
  const listed = await room.webFront.call('sshKey.list', { session });
  if (!listed.valid) throw new Error('no session');
  t.equal(listed.keys.length, kinds.length);
  t.ok(
    listed.keys.every(({ lastUsedAtMs }) => lastUsedAtMs !== null),
    'when each was used is known',
  );
});

t.test('what is not a signature of that user, key and algorithm lets nobody in', async (t) => {
  const { room, directory, add } = await setUp(t);
  const made = makeKey(directory, '-t rsa -b 2048');
  const other = makeKey(directory, '-t rsa -b 2048');
  await add(made.line);
  const right = { username: 'jo', algorithm: 'rsa-sha2-512' as const };
  const parts = requestParts('jo', 'rsa-sha2-512', made.blob);
  const withPart = (index: number, part: Buffer) => Buffer.concat(parts.with(index, part));
  const good = signedCredential(made, right);
  const signed = (data: Buffer) => signedCredential(made, { ...right, signed: data });
  const cases: [string, PublicKeyCredential][] = [
    ['signed for another user', signed(withPart(2, wireString('al')))],
    ['signed for another service', signed(withPart(3, wireString('ssh-userauth')))],
    ['signed for another method', signed(withPart(4, wireString('hostbased')))],
    ['signed as a question', signed(withPart(5, Buffer.from([0])))],
    ['signed for another algorithm', signed(withPart(6, wireString('rsa-sha2-256')))],
    ['signed for another key', signed(withPart(7, wireString(other.blob)))],
    ['another message', signed(withPart(1, Buffer.from([51])))],
    ['a session id that is none', signed(withPart(0, wireString('')))],
    ['more behind it', signed(Buffer.concat([...parts, Buffer.from([0])]))],
    ['less', signed(Buffer.concat(parts).subarray(0, -1))],
    ['something else', signed(randomBytes(200))],
    ['another key\u2019s signature', { ...good, signature: signedCredential(other, right).signature }],
    ['a changed signature', { ...good, signature: flipped(good.signature ?? '') }],
    ['no signature at all, but data', { ...good, signature: null }],
    ['a signature of nothing', { ...good, signedData: null }],
    ['another algorithm said', { ...good, algorithm: 'rsa-sha2-256' }],
    ['an algorithm of other keys', { ...good, algorithm: 'ssh-ed25519' }],
    ['a key that is not put in', signedCredential(other, right)],
    ['bytes that are no key', { ...good, key: Buffer.from('no key').toString('base64') }],
  ];
  for (const [index, [title, credential]] of cases.entries()) {
    const verdict = await verdictOf(room, credential, { address: `10.0.0.${index}` });
    t.equal(verdict.allowed, false, title);
  }
  t.match(await verdictOf(room, good), { allowed: true }, 'and the right one does');
  t.match(await verdictOf(room, good, { username: 'al' }), { reason: 'credentials' }, 'for nobody else');
});

t.test('a damaged ECDSA signature is a refusal, and no fault', async (t) => {
  const { room, directory, add } = await setUp(t);
  const made = makeKey(directory, '-t ecdsa -b 256');
  await add(made.line);
  const good = signedCredential(made, { username: 'jo', algorithm: 'ecdsa-sha2-nistp256' });
  for (const signature of ['AAAA', 'MAYCAQACAQA=', 'MAYCAQECAQE=', randomBytes(72).toString('base64')])
    t.match(await verdictOf(room, { ...good, signature }), { reason: 'credentials' }, signature);
});

t.test('wrong signatures are slowed down as wrong passwords are; offered keys are not', async (t) => {
  const { room, directory, add } = await setUp(t);
  const made = makeKey(directory, '-t ed25519');
  const stranger = makeKey(directory, '-t ed25519');
  await add(made.line);
  const right = { username: 'jo', algorithm: 'ssh-ed25519' } as const;
  for (let offer = 0; offer <= 3 * freeFailuresPerNameAndAddress; offer += 1)
    t.match(await verdictOf(room, keyQuery(stranger, 'ssh-ed25519')), { reason: 'credentials' });
  t.match(await verdictOf(room, signedCredential(made, right)), { allowed: true }, 'offers cost nothing');
  for (let guess = 0; guess <= freeFailuresPerNameAndAddress; guess += 1)
    t.match(await verdictOf(room, signedCredential(stranger, right)), { reason: 'credentials' });
  t.match(await verdictOf(room, signedCredential(made, right)), { reason: 'throttled' });
  t.match(await verdictOf(room, keyQuery(made, 'ssh-ed25519')), { reason: 'throttled' });
  const elsewhere = { address: '10.9.9.9' };
  t.match(await verdictOf(room, signedCredential(made, right), elsewhere), { allowed: true });
});

t.test('a removed key, and that of a suspended account, let nobody in', async (t) => {
  const { room, directory, session, add } = await setUp(t);
  const [first, second] = [makeKey(directory, '-t ed25519'), makeKey(directory, '-t ed25519')];
  const right = { username: 'jo', algorithm: 'ssh-ed25519' } as const;
  const { id } = await add(first.line);
  await add(second.line);
  t.same(await room.webFront.call('sshKey.remove', { session, id }), { valid: true, removed: true });
  t.same(await room.webFront.call('sshKey.remove', { session, id }), { valid: true, removed: false });
  t.match(await verdictOf(room, signedCredential(first, right)), { reason: 'credentials' });
  t.match(await verdictOf(room, keyQuery(first, 'ssh-ed25519')), { reason: 'credentials' });
  const change = { actor: 'test', account: 'acme', state: 'suspended', reason: 'test' } as const;
  await setAccountState(room.services.context, change);
  t.match(await verdictOf(room, keyQuery(second, 'ssh-ed25519')), { reason: 'signature_needed' });
  t.match(await verdictOf(room, signedCredential(second, right)), { reason: 'suspended' });
});

function flipped(signature: string): string {
  const bytes = Buffer.from(signature, 'base64');
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  return bytes.toString('base64');
}

t.test('a key that was put in for a time ends then, and its logins with it', async (t) => {
  const { room, directory, session } = await setUp(t);
  const made = makeKey(directory, '-t ed25519');
  const lifetimeMs = 3_600_000;
  const added = await room.webFront.call('sshKey.add', { session, line: made.line, name: null, lifetimeMs });
  if (!added.valid || !added.added) throw new Error('the key was not taken');
  const { id, expiresAtMs } = added.key;
  t.equal(expiresAtMs, added.key.createdAtMs + lifetimeMs);
  const algorithm = 'ssh-ed25519';
  const credential = signedCredential(made, { username: 'jo', algorithm });
  t.match(await verdictOf(room, credential), { allowed: true, principal: `key:${id}`, expiresAtMs });
  const database = new DatabaseSync(room.cluster.config.databaseFile);
  t.teardown(() => database.close());
  database.exec(`UPDATE ssh_keys SET expires_at_ms = ${Date.now() - 1}`);
  t.same(await verdictOf(room, credential), { allowed: false, reason: 'credentials' });
  t.same(await verdictOf(room, keyQuery(made, algorithm)), { allowed: false, reason: 'credentials' });
});
