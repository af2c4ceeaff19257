// Key exchanges as clients see them: what is offered, the strict order that answers Terrapin (CVE-2023-48795), and new keys
// by traffic and by time in the middle of a download.
import t from 'tap';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { string, uint32 } from './raw-sftp.ts';
import type { ConnectConfig } from 'ssh2';
import {
  connectSsh,
  digestFile,
  makeClientHome,
  openSshOptions,
  readHostKey,
  runProgram,
} from './sftp-clients.ts';
import { startFixture, username, type SftpFixture } from './sftp-fixture.ts';

const mebibyte = 1024 * 1024;

async function startWithFile(
  t: { teardown(cleanUp: () => Promise<void>): void },
  limits: { rekeyBytes?: number; rekeyIntervalMs?: number } = {},
): Promise<SftpFixture> {
  const fixture = await startFixture({ limits });
  t.teardown(() => fixture.close());
  await fixture.put('file', randomBytes(32 * mebibyte));
  return fixture;
}

// The first of an option counts.
const verbose = ['-o', 'LogLevel=DEBUG3', ...openSshOptions];

t.test('OpenSSH agrees on the strict order of key exchanges', async (t) => {
  const { server } = await startWithFile(t);
  const command = ['ssh', ...verbose, '-o', 'BatchMode=yes', '-p', String(server.port), '127.0.0.1'];
  const { stderr } = await runProgram(command);
  t.match(stderr, /will use strict KEX ordering/);
  t.match(stderr, /kex: algorithm: curve25519-sha256/);
});

/** SSH_MSG_KEXINIT (RFC 4253 section 7.1) of a client that wants the strict order. */
function makeKexInit(): Buffer {
  const lists = [
    'curve25519-sha256,kex-strict-c-v00@openssh.com',
    'ssh-ed25519',
    ...Array.from({ length: 2 }, () => 'aes128-gcm@openssh.com'),
    ...Array.from({ length: 2 }, () => 'hmac-sha2-256-etm@openssh.com'),
    ...Array.from({ length: 2 }, () => 'none'),
    '',
    '',
  ];
  const follows = Buffer.from([0]);
  return Buffer.concat([Buffer.from([20]), randomBytes(16), ...lists.map(string), follows, uint32(0)]);
}

/** A packet without encryption (RFC 4253 section 6). */
function packet(payload: Buffer): Buffer {
  const paddingBytes = 16 - ((5 + payload.length) % 8);
  const header = Buffer.concat([uint32(1 + payload.length + paddingBytes), Buffer.from([paddingBytes])]);
  return Buffer.concat([header, payload, Buffer.alloc(paddingBytes)]);
}

/** What the server does within half a second of hearing these packets. */
async function sayBeforeKeys(port: number, packets: readonly Buffer[]): Promise<'hung up' | 'listens'> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined).resume();
  socket.write(Buffer.concat([Buffer.from('SSH-2.0-test\r\n'), ...packets.map(packet)]));
  const closed = once(socket, 'close').then(() => 'hung up' as const);
  const waited = new Promise<'listens'>((resolve) => setTimeout(resolve, 500, 'listens'));
  const heard = await Promise.race([closed, waited]);
  socket.destroy();
  return heard;
}

t.test('a message that is slipped in before the keys ends a connection with the strict order', async (t) => {
  const { server } = await startWithFile(t);
  const ignore = Buffer.concat([Buffer.from([2]), string('slipped in')]);
  t.equal(await sayBeforeKeys(server.port, [makeKexInit()]), 'listens');
  t.equal(await sayBeforeKeys(server.port, [ignore, makeKexInit()]), 'hung up');
  t.equal(await sayBeforeKeys(server.port, [makeKexInit(), ignore]), 'hung up');
});

t.test('ssh-audit finds nothing but what is offered for old clients', async (t) => {
  const { server } = await startWithFile(t);
  const { stdout } = await runProgram(['ssh-audit', '--no-colors', '-p', String(server.port), '127.0.0.1']);
  const findings = new Set<string>();
  let algorithm = '';
  for (const line of stdout.split('\n')) {
    algorithm = /^\((?:kex|key|enc|mac)\) (\S+)/.exec(line)?.[1] ?? algorithm;
    if (/\[(?:fail|warn)\]/.test(line)) findings.add(algorithm);
  }
  t.match(stdout, /\(kex\) curve25519-sha256 /);
  // For clients that are held to FIPS 140, whose older editions have no Curve25519.
  const nistCurves = ['ecdh-sha2-nistp256', 'ecdh-sha2-nistp384', 'ecdh-sha2-nistp521'];
  // For libssh2 before 1.11 (curl), which knows neither encrypt-then-MAC nor GCM.
  const plainMacs = ['hmac-sha2-256', 'hmac-sha2-512'];
  // Debian 12's ssh-audit is older than it.
  const strictOrder = 'kex-strict-s-v00@openssh.com';
  t.same([...findings], [...nistCurves, strictOrder, 'ecdsa-sha2-nistp256', ...plainMacs]);
});

t.test('only strong algorithms are offered', async (t) => {
  const fixture = await startWithFile(t);
  const accepted: ConnectConfig['algorithms'][] = [
    { kex: ['curve25519-sha256'] },
    { kex: ['ecdh-sha2-nistp384'] },
    { kex: ['diffie-hellman-group16-sha512'] },
    { cipher: ['aes256-gcm@openssh.com'] },
    { cipher: ['chacha20-poly1305@openssh.com'] },
    { cipher: ['aes256-ctr'], hmac: ['hmac-sha2-512-etm@openssh.com'] },
    { serverHostKey: ['ssh-ed25519'] },
    { serverHostKey: ['ecdsa-sha2-nistp256'] },
  ];
  for (const algorithms of accepted)
    (await connectSsh(fixture.server.port, { algorithms: algorithms! })).end();
  const refused: ConnectConfig['algorithms'][] = [
    { kex: ['diffie-hellman-group14-sha1'] },
    { kex: ['diffie-hellman-group-exchange-sha256'] },
    { cipher: ['aes128-cbc'] },
    { cipher: ['aes128-ctr'], hmac: ['hmac-sha1'] },
    { serverHostKey: ['ssh-rsa'] },
    { serverHostKey: ['rsa-sha2-512'] },
    { compress: ['zlib@openssh.com'] },
  ];
  for (const algorithms of refused)
    await t.rejects(connectSsh(fixture.server.port, { algorithms: algorithms! }), JSON.stringify(algorithms));
});

for (const [name, limits] of [
  ['traffic', { rekeyBytes: 4 * mebibyte }],
  ['time', { rekeyIntervalMs: 250 }],
] as const)
  t.test(`keys are renewed by ${name} during a download with OpenSSH`, async (t) => {
    const fixture = await startWithFile(t, limits);
    const { home, env } = await makeClientHome(t);
    // About 1.3 seconds.
    const options = ['-l', '200000', ...verbose, '-P', String(fixture.server.port)];
    const command = ['scp', ...options, `${username}@127.0.0.1:/file`, 'out'];
    const { code, stderr } = await runProgram(command, { cwd: home, env });
    t.equal(code, 0);
    const expected = await digestFile(join(fixture.accountDirectory, 'file'));
    t.equal(await digestFile(join(home, 'out')), expected);
    t.ok((stderr.match(/SSH2_MSG_NEWKEYS received/g)?.length ?? 0) >= 3);
  });

for (const [name, limits] of [
  ['traffic', { rekeyBytes: 4 * mebibyte }],
  ['time', { rekeyIntervalMs: 20 }],
] as const)
  t.test(`keys are renewed by ${name} during a download with psftp`, async (t) => {
    const fixture = await startWithFile(t, limits);
    const { home } = await makeClientHome(t);
    const server = ['-P', String(fixture.server.port), '-hostkey', await readHostKey(fixture.server.port)];
    const login = ['-l', username, '-pwfile', 'secret', '-batch', '-v'];
    const command = ['psftp', ...server, ...login, '127.0.0.1'];
    const result = await runProgram(command, { cwd: home, input: 'get file out\nquit\n' });
    const expected = await digestFile(join(fixture.accountDirectory, 'file'));
    t.equal(await digestFile(join(home, 'out')), expected, result.stderr);
    const said = result.stdout + result.stderr;
    t.ok((said.match(/Remote side initiated key re-exchange/g)?.length ?? 0) >= 2, said);
  });

t.test('keys are renewed during a download when OpenSSH wants it', async (t) => {
  const fixture = await startWithFile(t);
  const { home, env } = await makeClientHome(t);
  const options = ['-o', 'RekeyLimit=1M', ...verbose, '-P', String(fixture.server.port)];
  const command = ['scp', ...options, `${username}@127.0.0.1:/file`, 'out'];
  const { code, stderr } = await runProgram(command, { cwd: home, env });
  t.equal(code, 0);
  t.equal(await digestFile(join(home, 'out')), await digestFile(join(fixture.accountDirectory, 'file')));
  t.ok((stderr.match(/SSH2_MSG_NEWKEYS received/g)?.length ?? 0) >= 3);
});

t.test('a client that does not take part in a key exchange is broken off', async (t) => {
  const fixture = await startFixture({ limits: { rekeyIntervalMs: 100 }, rekeyDeadlineMs: 200 });
  t.teardown(() => fixture.close());
  const client = await connectSsh(fixture.server.port);
  const insides = client as unknown as { _protocol: { _decipher: { decrypt: unknown } } };
  // Whatever comes is ignored from here on.
  insides._protocol._decipher.decrypt = (_chunk: Buffer, _start: number, end: number): number => end;
  const startedAtMs = Date.now();
  await once(client, 'close');
  t.ok(Date.now() - startedAtMs < 3000);
});
