// Logins with public keys, by the clients that customers have: which algorithms are told and taken, and how many keys a
// client may try. Whether a key is a customer's is decided elsewhere; here the fixture knows.
import t from 'tap';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import ssh2, { type ConnectConfig } from 'ssh2';
import { sshLimits } from '#ftp-node/session/sftp/sftp-limits.ts';
import { connectSsh, makeClientHome, openSshOptions, readHostKey, runProgram } from './sftp-clients.ts';
import { password, startFixture, username, type SftpFixture } from './sftp-fixture.ts';

type Test = Parameters<typeof makeClientHome>[0];

async function start(t: Test): Promise<SftpFixture> {
  const fixture = await startFixture();
  t.teardown(() => fixture.close());
  await fixture.put('file', 'content');
  return fixture;
}

/** Makes a key pair in `home`, and returns the blob of its public key. */
async function makeKey(home: string, options: readonly string[]): Promise<string> {
  const command = ['ssh-keygen', '-q', '-N', '', '-C', 'test', '-f', join(home, 'key'), ...options];
  const made = await runProgram(command);
  if (made.code !== 0) throw new Error(made.stderr);
  return (await readFile(join(home, 'key.pub'), 'utf8')).split(' ')[1] ?? '';
}

const keyKinds: readonly (readonly [name: string, options: readonly string[], algorithm: string])[] = [
  ['Ed25519', ['-t', 'ed25519'], 'ssh-ed25519'],
  ['ECDSA 256', ['-t', 'ecdsa', '-b', '256'], 'ecdsa-sha2-nistp256'],
  ['ECDSA 384', ['-t', 'ecdsa', '-b', '384'], 'ecdsa-sha2-nistp384'],
  ['ECDSA 521', ['-t', 'ecdsa', '-b', '521'], 'ecdsa-sha2-nistp521'],
  ['RSA', ['-t', 'rsa', '-b', '2048'], 'rsa-sha2-512'],
];

/** Fetches the file with OpenSSH and the key in `home`, and nothing but that key. */
async function fetchWithKey(fixture: SftpFixture, home: string, options: readonly string[] = []) {
  const login = ['-o', 'PreferredAuthentications=publickey', '-o', 'IdentitiesOnly=yes', '-i', 'key'];
  const connect = [...options, ...openSshOptions, ...login, '-P', String(fixture.server.port)];
  return await runProgram(['scp', ...connect, `${username}@127.0.0.1:/file`, 'out'], { cwd: home });
}

for (const [name, options, algorithm] of keyKinds)
  t.test(`OpenSSH logs in with a key: ${name}`, async (t) => {
    const fixture = await start(t);
    const { home } = await makeClientHome(t);
    fixture.keys.add(await makeKey(home, options));
    t.match(await fetchWithKey(fixture, home), { code: 0, stderr: '' });
    t.equal(await readFile(join(home, 'out'), 'utf8'), 'content');
    t.match(fixture.logins, [
      { credential: { kind: 'public-key', algorithm, signature: null, signedData: null } },
      { credential: { kind: 'public-key', algorithm, signature: String, signedData: String } },
    ]);
  });

t.test('rsa-sha2-256 is taken, and RSA with SHA-1 is refused without asking anybody', async (t) => {
  const fixture = await start(t);
  const { home } = await makeClientHome(t);
  fixture.keys.add(await makeKey(home, ['-t', 'rsa', '-b', '2048']));
  t.match(await fetchWithKey(fixture, home, ['-o', 'PubkeyAcceptedAlgorithms=rsa-sha2-256']), { code: 0 });
  t.match(fixture.logins.at(-1), { credential: { algorithm: 'rsa-sha2-256' } });
  const asked = fixture.logins.length;
  t.match(await fetchWithKey(fixture, home, ['-o', 'PubkeyAcceptedAlgorithms=ssh-rsa']), { code: 255 });
  t.equal(fixture.logins.length, asked);
});

t.test('the signature algorithms that clients are told are those that are taken', async (t) => {
  const fixture = await start(t);
  const { home } = await makeClientHome(t);
  await makeKey(home, ['-t', 'ed25519']);
  // The first of an option counts.
  const options = ['-o', 'LogLevel=DEBUG3', '-o', 'BatchMode=yes', ...openSshOptions];
  const command = ['ssh', ...options, '-p', String(fixture.server.port)];
  const { stderr } = await runProgram([...command, `${username}@127.0.0.1`], { cwd: home });
  const told = /server-sig-algs=<([^>]*)>/.exec(stderr)?.[1]?.split(',').toSorted();
  const ecdsa = ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'];
  t.same(told, [...ecdsa, 'rsa-sha2-256', 'rsa-sha2-512', 'ssh-ed25519']);
  t.match(stderr, /Authentications that can continue: publickey,password,keyboard-interactive/);
});

t.test('psftp and rclone log in with a key', async (t) => {
  const fixture = await start(t);
  const { home } = await makeClientHome(t);
  fixture.keys.add(await makeKey(home, ['-t', 'rsa', '-b', '2048']));
  const hostKey = await readHostKey(fixture.server.port);
  const converted = await runProgram(['puttygen', 'key', '-o', 'key.ppk'], { cwd: home });
  t.equal(converted.code, 0, converted.stderr);
  const server = ['-P', String(fixture.server.port), '-l', username, '-hostkey', hostKey];
  const psftp = ['psftp', ...server, '-batch', '-i', 'key.ppk', '127.0.0.1'];
  const got = await runProgram(psftp, { cwd: home, input: 'get file by-psftp\nquit\n' });
  t.equal(await readFile(join(home, 'by-psftp'), 'utf8'), 'content', got.stderr);
  const remote = `:sftp,host=127.0.0.1,port=${fixture.server.port},user=${username},key_file=key:/file`;
  const rclone = await runProgram(['rclone', '--config=', 'copyto', remote, 'by-rclone'], { cwd: home });
  t.equal(await readFile(join(home, 'by-rclone'), 'utf8'), 'content', rclone.stderr);
});

t.test('a client may try several keys, and its password afterwards, but not keys without end', async (t) => {
  const fixture = await start(t);
  const keys = Array.from({ length: 15 }, () => ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 }));
  const tries = keys.map((key) => ({ type: 'publickey', username, key: key.private }));
  const inTurn = [...tries, { type: 'password', username, password }];
  const authHandler = (_methods: unknown, _partial: unknown, next: (attempt: unknown) => void): void =>
    next(inTurn.shift() ?? false);
  (await connectSsh(fixture.server.port, { authHandler } as ConnectConfig)).end();
  const questions = fixture.logins.filter(({ credential }) => credential.kind === 'public-key');
  t.equal(questions.length, sshLimits.keyQuestionsMax);
  inTurn.push(...tries, ...tries, { type: 'password', username, password });
  await t.rejects(connectSsh(fixture.server.port, { authHandler } as ConnectConfig), 'too many requests');
});

t.test('a signature that is wrong is a failed login, and counts', async (t) => {
  const fixture = await start(t);
  const pair = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
  fixture.keys.add(pair.public.split(' ')[1] ?? '');
  const other = ssh2.utils.parseKey(ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 }).private);
  const key = ssh2.utils.parseKey(pair.private);
  if (key instanceof Error || other instanceof Error) throw new Error('ssh2 made a malformed key.');
  const forged = Object.assign(Object.create(key) as typeof key, { sign: other.sign.bind(other) });
  const attempt = { type: 'publickey', username, key: forged };
  let tries = 0;
  const authHandler = (_methods: unknown, _partial: unknown, next: (attempt: unknown) => void): void => {
    tries += 1;
    next(attempt);
  };
  await t.rejects(connectSsh(fixture.server.port, { authHandler } as ConnectConfig));
  const signed = fixture.logins.filter(
    ({ credential }) => credential.kind === 'public-key' && credential.signature !== null,
  );
  t.equal(signed.length, 3, `of ${tries} tries`);
  t.equal(fixture.registered, 0);
});
