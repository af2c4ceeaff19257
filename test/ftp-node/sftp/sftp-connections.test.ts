// What happens before a login, and to clients that do not speak SSH as they should: the server lives on.
import t from 'tap';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import ssh2, { type ConnectConfig } from 'ssh2';
import { HostKeyError } from '#ftp-node/session/sftp/ssh-engine.ts';
import { sshNativeCrypto } from '#ftp-node/session/sftp/native-crypto.ts';
import { prepareSftpServer } from '#ftp-node/session/sftp/sftp-server.ts';
import { connectSsh, openSftp, openSshOptions, runProgram } from './sftp-clients.ts';
import { makeHostKeys, password, startFixture, username, waitUntil } from './sftp-fixture.ts';

/** Listens like a client; resolves with what the server said when it has closed the connection. */
async function talk(port: number, bytes: Buffer | null, endsAfterwards = false): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let said = '';
  socket.setEncoding('latin1').on('data', (text: string) => (said += text));
  socket.on('error', () => undefined);
  if (bytes !== null) socket.write(bytes);
  if (endsAfterwards) socket.end();
  await once(socket, 'close');
  return said;
}

t.test('garbage, half-open connections and port scans do not hurt', async (t) => {
  const fixture = await startFixture({ limits: { loginDeadlineMs: 500 } });
  t.teardown(() => fixture.close());
  const { port } = fixture.server;
  const banner = Buffer.from('SSH-2.0-x\r\n');
  const packet = (payload: Buffer): Buffer => {
    const header = Buffer.alloc(5);
    header.writeUInt32BE(payload.length + 1 + 8);
    header[4] = 8;
    return Buffer.concat([header, payload, Buffer.alloc(8)]);
  };
  const cases: readonly (readonly [string, Buffer | null, boolean?])[] = [
    ['nothing', null],
    ['a port scan', null, true],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
    ['TLS', Buffer.from('160301020001000001fc0303', 'hex')],
    ['SSH 1', Buffer.from('SSH-1.5-x\r\n')],
    ['a banner alone', banner],
    ['a banner without an end', Buffer.from(`SSH-2.0-${'x'.repeat(20_000)}`)],
    ['a banner and garbage', Buffer.concat([banner, randomBytes(5000)])],
    ['an absurd packet length', Buffer.concat([banner, Buffer.from('7fffffff00', 'hex'), randomBytes(100)])],
    ['an empty KEXINIT', Buffer.concat([banner, packet(Buffer.from([20]))])],
    [
      'KEXINIT full of lengths',
      Buffer.concat([banner, packet(Buffer.concat([Buffer.from([20]), Buffer.alloc(200, 0xff)]))]),
    ],
    [
      'authentication before keys',
      Buffer.concat([banner, packet(Buffer.concat([Buffer.from([50]), Buffer.alloc(60)]))]),
    ],
    ['random bytes', randomBytes(100_000)],
  ];
  await Promise.all(
    cases.map(async ([name, bytes, ends]) => {
      const said = await talk(port, bytes, ends);
      t.match(said, /^(?:SSH-2\.0-Consign\r\n|$)/, name);
    }),
  );
  const client = await connectSsh(port);
  t.ok(client, 'the server lives on');
  client.end();
  await waitUntil(() => fixture.admitted === 0);
  t.equal(fixture.admitted, 0);
});

t.test('nothing can connect before it listens', async (t) => {
  const server = await prepareSftpServer({
    services: { limits: { stallTimeoutMs: 1000 } } as never,
    hostKeys: makeHostKeys(),
  });
  t.equal(server.port, 0);
  await server.close();
});

t.test('a connection that is not admitted is told why, and closed', async (t) => {
  const fixture = await startFixture({ admit: () => false });
  t.teardown(() => fixture.close());
  const { port } = fixture.server;
  t.match(await talk(port, null), /^SSH-2\.0-Consign\r\n.*There are too many connections/s);
  const ssh = await runProgram(['ssh', ...openSshOptions, '-p', String(port), '127.0.0.1']);
  t.match(ssh, { code: 255, stderr: /too many connections; please try again later/ });
});

t.test('passwords are verified by both methods, and by no other', async (t) => {
  const fixture = await startFixture();
  t.teardown(() => fixture.close());
  const { port } = fixture.server;
  (await connectSsh(port, { authHandler: ['password'] })).end();
  const interactive = new ssh2.Client();
  interactive.on('error', () => undefined);
  interactive.on('keyboard-interactive', (...[, , , prompts, finish]) => {
    t.match(prompts, [{ prompt: /Password/, echo: false }]);
    finish([password]);
  });
  interactive.connect({
    host: '127.0.0.1',
    port,
    username,
    authHandler: ['keyboard-interactive'],
    tryKeyboard: true,
  });
  await once(interactive, 'ready');
  interactive.end();
  t.match(fixture.logins, [
    { username, credential: { kind: 'password', password }, address: '127.0.0.1' },
    { username, credential: { kind: 'password', password }, address: '127.0.0.1' },
  ]);
  const refused: ConnectConfig[] = [
    { authHandler: ['none'] },
    { password: 'x'.repeat(1000) },
    { username: 'u'.repeat(1000) },
  ];
  for (const config of refused) await t.rejects(connectSsh(port, config));
  t.equal(fixture.logins.length, 2, 'nobody was asked about these');
});

t.test('attempts are bounded, and each failure takes longer', async (t) => {
  const fixture = await startFixture({ limits: { loginAttemptsMax: 3 } });
  t.teardown(() => fixture.close());
  const answeredAtMs: number[] = [Date.now()];
  const client = new ssh2.Client();
  client.on('error', () => undefined);
  const authHandler = (_methods: unknown, _partial: unknown, next: (attempt: unknown) => void): void => {
    answeredAtMs.push(Date.now());
    next({ type: 'password', username, password: 'wrong' });
  };
  client.connect({ host: '127.0.0.1', port: fixture.server.port, username, authHandler } as ConnectConfig);
  await once(client, 'close');
  t.equal(fixture.logins.length, 3);
  const pauses = answeredAtMs.slice(2).map((time, index) => time - answeredAtMs[index + 1]!);
  t.ok(pauses[0]! >= 240 && pauses[1]! >= 490, String(pauses));
});

t.test('an account with too many sessions is told so, and not that its password is wrong', async (t) => {
  const fixture = await startFixture({ limits: { sessionsPerAccountMax: 1 } });
  t.teardown(() => fixture.close());
  const first = await connectSsh(fixture.server.port);
  await t.rejects(connectSsh(fixture.server.port));
  t.equal(fixture.logins.length, 2, 'the client was not asked again');
  first.end();
  await once(first, 'close');
  await waitUntil(() => fixture.registered === 0);
  (await connectSsh(fixture.server.port)).end();
});

t.test('a channel with packets of 0 bytes breaks the connection, and the server does not spin', async (t) => {
  const fixture = await startFixture();
  t.teardown(() => fixture.close());
  for (const packetBytes of [0, 1, 100]) {
    const client = await connectSsh(fixture.server.port);
    const { _protocol: protocol } = client as unknown as {
      _protocol: { session(channel: number, window: number, packetBytes: number): void };
    };
    const openSession = protocol.session.bind(protocol);
    protocol.session = (channel, window) => openSession(channel, window, packetBytes);
    const closed = once(client, 'close');
    client.sftp(() => undefined);
    await closed;
    const isGone = (): boolean => fixture.admitted === 0;
    await waitUntil(isGone);
    t.ok(isGone(), `${packetBytes} bytes`);
  }
  (await connectSsh(fixture.server.port)).end();
});

t.test('random messages inside the encryption end a connection at worst', async (t) => {
  const fixture = await startFixture();
  t.teardown(() => fixture.close());
  await fixture.put('file', 'content');
  // From a seed, so that a failure comes back: a linear congruential generator (Numerical Recipes).
  let seed = 20_261_122;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  for (let round = 0; round < 100; round += 1) {
    const client = await connectSsh(fixture.server.port);
    const sftp = await openSftp(client);
    sftp.on('error', () => undefined);
    for (let count = 0; count < 20; count += 1) sendPayload(client, makePayload(random));
    client.end();
  }
  const other = await connectSsh(fixture.server.port);
  const sftp = await openSftp(other);
  const content = await new Promise((resolve, reject) => {
    sftp.readFile('/file', 'utf8', (error, text) => (error ? reject(error) : resolve(text)));
  });
  t.equal(content, 'content', 'another client gets its file');
  other.end();
  await waitUntil(() => fixture.admitted === 0);
  t.same([fixture.admitted, fixture.registered], [0, 0]);
});

/** A message of a random type from 50 to 100, or of the transport, with small and huge numbers in it. */
function makePayload(random: (below: number) => number): Buffer {
  const types = [
    1, 2, 4, 5, 20, 21, 30, 50, 61, 80, 81, 82, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100, 255,
  ];
  const names = [
    'session',
    'sftp',
    'exec',
    'pty-req',
    'env',
    'subsystem',
    'tcpip-forward',
    'x11',
    'direct-tcpip',
  ];
  const fields = Array.from({ length: random(6) }, () => {
    const name = Buffer.from(names[random(names.length)]!);
    const number = Buffer.alloc(4);
    number.writeUInt32BE([0, 1, 2, name.length, 0xffff, 0xffffffff][random(6)]!);
    return Buffer.concat([number, random(2) === 0 ? name : Buffer.alloc(random(9), random(256))]);
  });
  return Buffer.concat([Buffer.from([types[random(types.length)]!]), ...fields]);
}

/** Sends a payload through the insides of ssh2's client, properly encrypted. */
function sendPayload(client: ssh2.Client, payload: Buffer): void {
  const { _protocol: protocol } = client as unknown as {
    _protocol: {
      _cipher: { encrypt(packet: Buffer): void };
      _packetRW: {
        write: { allocStart: number; alloc(size: number): Buffer; finalize(packet: Buffer): Buffer };
      };
    };
  };
  const { write } = protocol._packetRW;
  const packet = write.alloc(payload.length);
  packet.set(payload, write.allocStart);
  protocol._cipher.encrypt(write.finalize(packet));
}

t.test('channels on one connection are bounded', async (t) => {
  const fixture = await startFixture();
  t.teardown(() => fixture.close());
  const client = await connectSsh(fixture.server.port);
  for (let count = 0; count < 10; count += 1) await openSftp(client);
  await t.rejects(openSftp(client));
  client.end();
});

t.test('host keys that are none, or RSA, are refused at the start', async (t) => {
  const rsa = ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 });
  const ed25519 = ssh2.utils.generateKeyPairSync('ed25519');
  const fixture = await startFixture();
  t.teardown(() => fixture.close());
  for (const keys of [[], ['no key'], [rsa.private], [ed25519.public]]) {
    const starting = prepareSftpServer({
      services: { limits: { stallTimeoutMs: 1000 } } as never,
      hostKeys: keys.map((key) => Buffer.from(key)),
    });
    await t.rejects(starting, HostKeyError);
  }
});

t.test('a taken port is an error with its code', async (t) => {
  const fixture = await startFixture();
  t.teardown(() => fixture.close());
  const { hostKeys, server } = fixture;
  const services = { limits: { stallTimeoutMs: 1000 }, log: { error: () => undefined } } as never;
  const second = await prepareSftpServer({ services, hostKeys });
  await t.rejects(second.listen({ host: '127.0.0.1', port: server.port }), { code: 'EADDRINUSE' });
});

t.test('says whether the native binding is loaded', async (t) => {
  t.type(sshNativeCrypto(), 'boolean');
});
