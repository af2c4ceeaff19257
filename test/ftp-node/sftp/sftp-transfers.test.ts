// What is recorded of downloads over SFTP, and how a running one is cut, starved, or outlives an idle timeout.
import t from 'tap';
import { once } from 'node:events';
import { join } from 'node:path';
import { RawSftp, request, string, type, uint32, uint64 } from './raw-sftp.ts';
import { connectSsh, digestFile, makeClientHome, openSshOptions, runProgram } from './sftp-clients.ts';
import { startFixture, username, waitUntil, type SftpFixture } from './sftp-fixture.ts';

const mebibyte = 1024 * 1024;

async function startWithFile(options: Parameters<typeof startFixture>[0] = {}): Promise<SftpFixture> {
  const fixture = await startFixture(options);
  await fixture.put('file', Buffer.alloc(32 * mebibyte, 'content'));
  await fixture.put('small', 'twelve bytes');
  await fixture.put('empty', '');
  return fixture;
}

interface Download {
  readonly path: string;
  readonly ranges: readonly (readonly [offset: number, length: number])[];
  readonly ending: 'close' | 'eof' | 'break';
}

/** Reads `ranges` of a file and ends as told; returns what was recorded. */
async function download(
  fixture: SftpFixture,
  { path, ranges, ending }: Download,
): Promise<SftpFixture['transfers'][number] | undefined> {
  const count = fixture.transfers.length;
  const client = await connectSsh(fixture.server.port);
  const raw = await RawSftp.start(client);
  const handle = string(await raw.openFile(path));
  for (const [offset, length] of ranges) await raw.ask(type.read, 2, handle, uint64(offset), uint32(length));
  if (ending === 'close') await raw.ask(type.close, 3, handle);
  else if (ending === 'eof') (raw.channel as unknown as { eof(): void }).eof();
  else client.destroy();
  const transfer = fixture.transfers[count];
  await waitUntil(() => transfer === undefined || transfer.ends.length > 0);
  client.end();
  return transfer;
}

t.test('the record says what was read, and how it ended', async (t) => {
  const fixture = await startWithFile();
  t.teardown(() => fixture.close());
  const cases: readonly (readonly [
    string,
    string,
    readonly (readonly [number, number])[],
    'close' | 'eof' | 'break',
    number,
    string,
    number,
  ])[] = [
    ['all', '/small', [[0, 100]], 'close', 0, 'complete', 12],
    [
      'all, in parts',
      '/small',
      [
        [0, 5],
        [5, 7],
        [12, 5],
      ],
      'close',
      0,
      'complete',
      12,
    ],
    ['the rest', '/small', [[4, 100]], 'close', 4, 'complete', 8],
    ['an empty file', '/empty', [[0, 100]], 'close', 0, 'complete', 0],
    ['the beginning', '/small', [[0, 5]], 'close', 0, 'partial', 5],
    [
      'with a gap',
      '/small',
      [
        [0, 5],
        [6, 6],
      ],
      'close',
      0,
      'partial',
      11,
    ],
    [
      'one half twice',
      '/small',
      [
        [0, 6],
        [0, 6],
      ],
      'close',
      0,
      'partial',
      12,
    ],
    ['nothing but the end', '/small', [[12, 5]], 'close', 12, 'partial', 0],
    ['all, and never closed', '/small', [[0, 100]], 'eof', 0, 'partial', 12],
    ['all, and broken off', '/small', [[0, 100]], 'break', 0, 'aborted', 12],
    ['some, and broken off', '/file', [[0, 100]], 'break', 0, 'aborted', 100],
  ];
  for (const [name, path, ranges, ending, offsetBytes, outcome, sentBytes] of cases) {
    const transfer = await download(fixture, { path, ranges, ending });
    t.equal(transfer?.start.offsetBytes, offsetBytes, `${name}: offset`);
    t.same(transfer?.ends, [{ outcome, sentBytes }], name);
  }
  t.equal(await download(fixture, { path: '/small', ranges: [], ending: 'close' }), undefined, 'opened only');
});

t.test('a file that is no longer staged is not there, even when it is open', async (t) => {
  const fixture = await startWithFile();
  t.teardown(() => fixture.close());
  const client = await connectSsh(fixture.server.port);
  const raw = await RawSftp.start(client);
  const handle = string(await raw.openFile('/small'));
  fixture.stagings.add('/small');
  const reply = await raw.ask(type.read, 2, handle, uint64(0), uint32(10));
  t.same([reply?.type, reply?.body.readUInt32BE(0)], [type.status, 2]);
  client.end();
});

t.test('a cut transfer ends the running download of scp within a second', async (t) => {
  const fixture = await startWithFile();
  t.teardown(() => fixture.close());
  const { home, env } = await makeClientHome(t);
  const command = ['scp', ...openSshOptions, '-l', '8000', '-P', String(fixture.server.port)];
  const running = runProgram([...command, `${username}@127.0.0.1:/file`, 'out'], { cwd: home, env });
  await waitUntil(() => (fixture.transfers[0]?.progressBytes ?? 0) > mebibyte);
  const cutAtMs = Date.now();
  fixture.transfers[0]?.abort.abort();
  t.not((await running).code, 0);
  t.ok(Date.now() - cutAtMs < 1000);
  await waitUntil(() => fixture.transfers[0]?.ends.length === 1);
  t.match(fixture.transfers[0]?.ends, [{ outcome: 'aborted' }]);
});

t.test('the end of a session from outside closes the connection', async (t) => {
  const fixture = await startWithFile();
  t.teardown(() => fixture.close());
  for (const reason of ['expired', 'revoked', 'shutdown'] as const) {
    const client = await connectSsh(fixture.server.port);
    const closed = once(client, 'close');
    fixture.endSessions.at(-1)?.(reason);
    await closed;
  }
  await waitUntil(() => fixture.registered === 0 && fixture.admitted === 0);
  t.same([fixture.registered, fixture.admitted], [0, 0]);
});

t.test('a client that takes nothing is broken off after the stall timeout', async (t) => {
  const fixture = await startWithFile({ limits: { stallTimeoutMs: 400 } });
  t.teardown(() => fixture.close());
  const client = await connectSsh(fixture.server.port);
  const raw = await RawSftp.start(client);
  const handle = string(await raw.openFile('/file'));
  raw.channel.removeAllListeners('data').pause();
  const reads = Array.from({ length: 20 }, (_, id) =>
    request(type.read, id, handle, uint64(id * 255 * 1024), uint32(255 * 1024)),
  );
  raw.send(Buffer.concat(reads));
  await once(client, 'close');
  await waitUntil(() => fixture.transfers[0]?.ends.length === 1);
  t.match(fixture.transfers[0]?.ends, [{ outcome: 'aborted' }]);
});

t.test('an idle session is closed, and a slow download is not', async (t) => {
  const fixture = await startWithFile({ limits: { idleTimeoutMs: 400 } });
  t.teardown(() => fixture.close());
  const startedAtMs = Date.now();
  const idle = await connectSsh(fixture.server.port);
  const idleClosed = once(idle, 'close');
  const { home, env } = await makeClientHome(t);
  const command = ['scp', ...openSshOptions, '-l', '100000', '-P', String(fixture.server.port)];
  const slow = await runProgram([...command, `${username}@127.0.0.1:/file`, 'out'], { cwd: home, env });
  t.same([slow.code, slow.stderr], [0, '']);
  t.ok(Date.now() - startedAtMs > 1500, 'it took longer than the timeout');
  t.equal(await digestFile(join(home, 'out')), await digestFile(join(fixture.accountDirectory, 'file')));
  await idleClosed;
});

t.test('draining lets a running download end, and nothing begin', async (t) => {
  const fixture = await startWithFile();
  t.teardown(() => fixture.close());
  const idle = await connectSsh(fixture.server.port);
  const idleClosed = once(idle, 'close');
  const { home, env } = await makeClientHome(t);
  const command = ['scp', ...openSshOptions, '-l', '200000', '-P', String(fixture.server.port)];
  const running = runProgram([...command, `${username}@127.0.0.1:/file`, 'out'], { cwd: home, env });
  await waitUntil(() => (fixture.transfers[0]?.progressBytes ?? 0) > mebibyte);
  const drained = fixture.server.drain();
  await idleClosed;
  await t.rejects(connectSsh(fixture.server.port), { code: 'ECONNREFUSED' });
  t.equal(fixture.server.sessionCount, 1);
  const { code, stderr } = await running;
  t.same([code, stderr], [0, '']);
  await drained;
  t.equal(fixture.server.sessionCount, 0);
  t.match(fixture.transfers[0]?.ends, [{ outcome: 'complete', sentBytes: 32 * mebibyte }]);
});

t.test('a limited rate is waited for in small slices, and nothing is lost', async (t) => {
  const waitedFor: number[] = [];
  const fixture = await startWithFile({
    replace: (made) => ({
      beginTransfer: async (start) => {
        const transfer = await made.beginTransfer(start);
        if (typeof transfer === 'string') return transfer;
        const pace = async (byteCount: number): Promise<void> => {
          waitedFor.push(byteCount);
          // The limit is lifted in the middle.
          if (waitedFor.length === 100) Object.assign(paced, { pace: null });
        };
        const paced = { ...transfer, pace };
        return paced;
      },
    }),
  });
  t.teardown(() => fixture.close());
  const { home, env } = await makeClientHome(t);
  const command = ['scp', ...openSshOptions, '-P', String(fixture.server.port)];
  const result = await runProgram([...command, `${username}@127.0.0.1:/file`, 'out'], { cwd: home, env });
  t.same([result.code, result.stderr], [0, '']);
  t.equal(await digestFile(join(home, 'out')), await digestFile(join(fixture.accountDirectory, 'file')));
  t.equal(waitedFor.length, 100);
  t.equal(Math.max(...waitedFor), 32 * 1024);
});
