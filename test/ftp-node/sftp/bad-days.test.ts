// Disks that fail, files that vanish or shrink, networks that are cut, and clients that hang up half: the client hears the
// right status, the record is true, and nothing stays behind.
import t, { type Test } from 'tap';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { truncate, unlink } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AccountDirectory, OpenedFile } from '#ftp-node/session/session-services.ts';
import { RawSftp, string, type, uint32, uint64, type RawReply } from './raw-sftp.ts';
import { connectSsh, digestFile, makeClientHome, openSshOptions, runProgram } from './sftp-clients.ts';
import { startFixture, username, waitUntil, type SftpFixture } from './sftp-fixture.ts';

const mebibyte = 1024 * 1024;
const failure = 4;

async function startWithFile(
  t: { teardown(cleanUp: () => Promise<void>): void },
  options: Parameters<typeof startFixture>[0] = {},
): Promise<SftpFixture> {
  const fixture = await startFixture(options);
  t.teardown(() => fixture.close());
  await fixture.put('file', randomBytes(16 * mebibyte));
  return fixture;
}

const statusOf = (reply: RawReply | null): number | undefined =>
  reply?.type === type.status ? reply.body.readUInt32BE(0) : undefined;

const read = (raw: RawSftp, handle: Buffer, offset: number): Promise<RawReply | null> =>
  raw.ask(type.read, 5, string(handle), uint64(offset), uint32(32 * 1024));

/** Everything that a connection held is given back, and its one transfer ended, once, as told. */
async function isClean(t: Test, fixture: SftpFixture, outcome: string): Promise<void> {
  const hasEnded = (): boolean => fixture.transfers.every(({ ends }) => ends.length > 0);
  await waitUntil(() => fixture.admitted === 0 && fixture.registered === 0 && hasEnded());
  t.same([fixture.admitted, fixture.registered, fixture.server.sessionCount], [0, 0, 0]);
  t.match(
    fixture.transfers.map(({ ends }) => ends),
    [[{ outcome }]],
  );
}

/** An opened file whose disk fails from `offset` on. */
function failFrom(file: OpenedFile, offset: number): OpenedFile {
  const { handle } = file;
  const readWell = handle.read.bind(handle) as (...range: unknown[]) => Promise<{ bytesRead: number }>;
  // Of buffer, place in it, length and position.
  const readOrFail = async (...range: unknown[]): Promise<{ bytesRead: number }> => {
    if (Number(range[3]) >= offset) throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
    return await readWell(...range);
  };
  Object.assign(handle, { read: readOrFail });
  return file;
}

t.test('a disk error is a status with an incident, and the record says how far it went', async (t) => {
  const fixture = await startWithFile(t, {
    replace: (made) => ({
      accountDirectory: (account) => {
        const directory = made.accountDirectory(account);
        const openFile: AccountDirectory['openFile'] = async (path) =>
          failFrom(await directory.openFile(path), 65_536);
        return { ...directory, openFile };
      },
    }),
  });
  const client = await connectSsh(fixture.server.port);
  const raw = await RawSftp.start(client);
  const handle = await raw.openFile('/file');
  t.equal((await read(raw, handle, 0))?.type, type.data);
  t.equal((await read(raw, handle, 32_768))?.type, type.data);
  const failed = await read(raw, handle, 65_536);
  t.equal(statusOf(failed), failure);
  t.match(failed?.body.toString(), /report incident [0-9a-f-]{36}/);
  t.notMatch(failed?.body.toString(), /EIO|consign-sftp/);
  t.equal(statusOf(await raw.ask(type.close, 6, string(handle))), 0);
  t.same(fixture.transfers[0]?.ends, [{ outcome: 'partial', sentBytes: 65_536 }]);
  const { home, env } = await makeClientHome(t);
  const command = ['scp', ...openSshOptions, '-P', String(fixture.server.port)];
  const scp = await runProgram([...command, `${username}@127.0.0.1:/file`, 'out'], { cwd: home, env });
  t.not(scp.code, 0, 'scp says so');
  client.end();
  await waitUntil(() => fixture.admitted === 0);
  t.equal(fixture.admitted, 0);
});

t.test('a file that is taken away is fetched to its end by whoever has it open, and not again', async (t) => {
  const fixture = await startWithFile(t);
  const { home, env } = await makeClientHome(t);
  const expected = await digestFile(join(fixture.accountDirectory, 'file'));
  const command = ['scp', '-l', '200000', ...openSshOptions, '-P', String(fixture.server.port)];
  const target = `${username}@127.0.0.1:/file`;
  const running = runProgram([...command, target, 'out'], { cwd: home, env });
  await waitUntil(() => (fixture.transfers[0]?.progressBytes ?? 0) > mebibyte);
  await unlink(join(fixture.accountDirectory, 'file'));
  t.match(await running, { code: 0, stderr: '' });
  t.equal(await digestFile(join(home, 'out')), expected);
  await isClean(t, fixture, 'complete');
  t.match(await runProgram([...command, target, 'again'], { cwd: home, env }), {
    code: 1,
    stderr: /No such/,
  });
});

t.test('a file that shrinks is an error, never a shorter file', async (t) => {
  const fixture = await startWithFile(t);
  const client = await connectSsh(fixture.server.port);
  const raw = await RawSftp.start(client);
  const handle = await raw.openFile('/file');
  t.equal((await read(raw, handle, 0))?.type, type.data);
  await truncate(join(fixture.accountDirectory, 'file'), 40_000);
  t.equal(statusOf(await read(raw, handle, 32_768)), failure);
  await raw.ask(type.close, 6, string(handle));
  client.end();
  await isClean(t, fixture, 'partial');
});

/** A network between a client and the server, which can be cut without a word. */
async function startNetwork(t: Test, port: number): Promise<{ port: number; cut(): void; end(): void }> {
  const sockets: Socket[] = [];
  const network = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    sockets.push(near, far);
    near.on('error', () => undefined).pipe(far);
    far.on('error', () => undefined).pipe(near);
  });
  network.listen(0, '127.0.0.1');
  await once(network, 'listening');
  const end = (): void => {
    for (const socket of sockets) socket.destroy();
    network.close();
  };
  t.teardown(end);
  const cut = (): void => {
    for (const socket of sockets) socket.unpipe().pause();
  };
  return { port: (network.address() as AddressInfo).port, cut, end };
}

t.test('a network that is cut in the middle of a download', async (t) => {
  const fixture = await startWithFile(t, { limits: { stallTimeoutMs: 500 } });
  const network = await startNetwork(t, fixture.server.port);
  const { home, env } = await makeClientHome(t);
  const command = ['scp', '-l', '20000', ...openSshOptions, '-P', String(network.port)];
  const program = [...command, `${username}@127.0.0.1:/file`, 'out'];
  const running = runProgram(program, { cwd: home, env });
  await waitUntil(() => (fixture.transfers[0]?.progressBytes ?? 0) > mebibyte);
  network.cut();
  await isClean(t, fixture, 'aborted');
  t.ok(fixture.transfers[0]!.ends[0]!.sentBytes < 16 * mebibyte);
  network.end();
  t.not((await running).code, 0);
});

for (const [name, hangUp] of [
  ['ends its half of the connection', (socket: Socket) => socket.end()],
  ['resets the connection', (socket: Socket) => socket.resetAndDestroy()],
] as const)
  t.test(`a client that ${name} in the middle of a download`, async (t) => {
    const fixture = await startWithFile(t);
    const client = await connectSsh(fixture.server.port);
    const raw = await RawSftp.start(client);
    const handle = await raw.openFile('/file');
    await read(raw, handle, 0);
    hangUp((client as unknown as { _sock: Socket })._sock);
    await isClean(t, fixture, 'aborted');
    client.destroy();
  });

t.test('a client that ends its channel in the middle of a download gets what it asked for', async (t) => {
  const fixture = await startWithFile(t);
  const client = await connectSsh(fixture.server.port);
  const raw = await RawSftp.start(client);
  const handle = await raw.openFile('/file');
  const reads = [0, 1, 2].map((index) => read(raw, handle, index * 32_768));
  (raw.channel as unknown as { eof(): void }).eof();
  t.same(
    (await Promise.all(reads)).map((reply) => reply?.type),
    [type.data, type.data, type.data],
  );
  await once(raw.channel, 'close');
  await sleep(10);
  t.same(fixture.transfers[0]?.ends, [{ outcome: 'partial', sentBytes: 3 * 32_768 }]);
  client.end();
});
