// ASCII and image, MODE Z, ranges and their hashes, ABOR with Telnet signals, and what STAT tells meanwhile.
import t from 'tap';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inflateSync } from 'node:zlib';
import { RawClient } from './raw-client.ts';
import { makeWorkplace, startServed } from './served-process.ts';

const run = promisify(execFile);
const place = makeWorkplace(t);
const ours = await startServed(t, place, { kind: 'consign', requireTls: false });
const big = readFileSync(join(place.account, 'tools/2.0/big.bin'));
const bigPath = 'tools/2.0/big.bin';
const texts = ['one\ntwo\r\n\r\rthree\n\n', '\n', '\r\n', 'no end'];
texts.forEach((text, index) => writeFileSync(join(place.account, `text-${index}.txt`), text));

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

t.test(
  'TYPE A puts a CR in front of every LF, and a client that takes them away has the file',
  async (test) => {
    const client = await RawClient.logIn(ours.port);
    for (const [index, text] of texts.entries()) {
      await client.command('TYPE A');
      const { last, data } = await client.transfer(`RETR text-${index}.txt`);
      test.same([last, data.toString()], [226, text.replaceAll('\n', '\r\n')]);
      test.match(await ours.report('end'), { outcome: 'complete', sentBytes: text.length });
      await client.command('TYPE I');
      test.equal((await client.transfer(`RETR text-${index}.txt`)).data.toString(), text);
      await ours.report('end');
    }
    await client.command('TYPE A');
    const { last, data } = await client.transfer(`RETR ${bigPath}`);
    test.equal(last, 226);
    test.equal(
      sha256(Buffer.from(data.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')),
      place.bigSha256,
    );
    test.match(await ours.report('end'), { outcome: 'complete', sentBytes: place.bigBytes });
    client.destroy();
  },
);

t.test('with TYPE A there is no SIZE and no part of a file', async (test) => {
  const client = await RawClient.logIn(ours.port);
  test.equal(await client.code('REST 3'), 350);
  test.equal(await client.code('TYPE A'), 200);
  test.equal((await client.transfer('RETR text-0.txt')).first, 551);
  for (const [line, code] of [
    ['SIZE text-0.txt', 550],
    ['REST 3', 501],
    ['REST 0', 350],
    ['RANG 0 3', 551],
    ['RANG 1 0', 350],
  ] as const)
    test.equal(await client.code(line), code, line);
  test.equal((await client.transfer('RETR text-0.txt')).last, 226);
  await ours.report('end');
  client.destroy();
});

t.test('MODE Z compresses files and listings', async (test) => {
  writeFileSync(join(place.account, 'zeros.bin'), Buffer.alloc(5_000_000));
  const client = await RawClient.logIn(ours.port);
  for (const [line, code] of [
    ['MODE C', 504],
    ['MODE X', 501],
    ['OPTS MODE Z LEVEL 0', 501],
    ['OPTS MODE Z LEVEL 99', 501],
    ['OPTS MODE Z LEVEL 9', 200],
    ['MODE Z', 200],
  ] as const)
    test.equal(await client.code(line), code, line);
  const zeros = await client.transfer('RETR zeros.bin');
  test.ok(zeros.data.length < 50_000, 'it is smaller on the way');
  test.same(inflateSync(zeros.data), Buffer.alloc(5_000_000));
  test.match(await ours.report('end'), { outcome: 'complete', sentBytes: 5_000_000 });
  test.equal(sha256(inflateSync((await client.transfer(`RETR ${bigPath}`)).data)), place.bigSha256);
  await ours.report('end');
  await client.command('REST 16000000');
  test.same(inflateSync((await client.transfer(`RETR ${bigPath}`)).data), big.subarray(16_000_000));
  await ours.report('end');
  test.equal(inflateSync((await client.transfer('NLST tools')).data).toString(), '2.0\r\n');
  test.equal(inflateSync((await client.transfer('NLST nothing')).data).toString(), '');
  await client.command('TYPE A');
  test.equal(inflateSync((await client.transfer('RETR text-1.txt')).data).toString(), '\r\n');
  await ours.report('end');
  await client.command('MODE S');
  test.equal((await client.transfer('RETR text-1.txt')).data.toString(), '\r\n');
  await ours.report('end');
  client.destroy();
});

t.test('one account has few files compressed at once; others go through MODE Z as they are', async (test) => {
  const holders = await Promise.all([1, 2].map(() => RawClient.logIn(ours.port)));
  const opened: Socket[] = [];
  for (const client of holders) {
    await client.command('MODE Z');
    opened.push(await client.openData());
    test.equal(await client.code(`RETR ${bigPath}`), 150);
  }
  const third = await RawClient.logIn(ours.port);
  await third.command('MODE Z');
  const stored = await third.transfer('RETR zeros.bin');
  test.equal(stored.last, 226);
  test.ok(stored.data.length > 5_000_000, 'nothing is packed');
  test.same(inflateSync(stored.data), Buffer.alloc(5_000_000));
  await ours.report('end');
  for (const socket of opened) socket.destroy();
  for (const client of holders) {
    test.match(String((await client.reply())?.code), /^42[56]$/);
    await ours.report('end');
  }
  test.ok((await third.transfer('RETR zeros.bin')).data.length < 50_000, 'there is a place again');
  await ours.report('end');
  for (const client of [...holders, third]) client.destroy();
});

t.test('MODE Z is neither offered nor taken where compression is off', async (test) => {
  const server = await startServed(test, place, { kind: 'consign', compression: false });
  const client = await RawClient.logIn(server.port);
  test.notMatch((await client.command('FEAT'))?.lines.join('\n'), 'MODE Z');
  test.equal(await client.code('MODE Z'), 504);
  test.equal(await client.code('OPTS MODE Z LEVEL 6'), 501);
  client.destroy();
});

t.test('lftp fetches with MODE Z', async (test) => {
  const options = { cwd: place.directory, timeout: 120_000, env: { ...process.env, HOME: place.directory } };
  const script = `set ftp:use-mode-z yes; set ssl:ca-file ${place.certFile}; debug 6;
    open -u erika,secret -p ${ours.port} localhost; get ${bigPath} -o z.bin; ls /tools`;
  const { stdout, stderr } = await run('lftp', ['-c', script], options);
  test.match(stderr, /200 Mode is Z/);
  test.match(stdout, /2\.0/);
  test.equal(sha256(readFileSync(join(place.directory, 'z.bin'))), place.bigSha256);
  test.match(await ours.report('end'), { outcome: 'complete', sentBytes: place.bigBytes });
});

t.test('RANG sends the bytes from the first to the last, once', async (test) => {
  const client = await RawClient.logIn(ours.port);
  const cases = [
    ['RANG 0 0', 0, 1],
    ['RANG 100 1000099', 100, 1_000_100],
    [`RANG ${place.bigBytes - 5} 999999999999`, place.bigBytes - 5, place.bigBytes],
    [`RANG ${place.bigBytes} ${place.bigBytes + 3}`, place.bigBytes, place.bigBytes],
    ['RANG 1 0', 0, place.bigBytes],
  ] as const;
  for (const [line, from, to] of cases) {
    test.equal(await client.code(line), 350, line);
    const { last, data } = await client.transfer(`RETR ${bigPath}`);
    test.equal(last, 226);
    test.equal(sha256(data), sha256(big.subarray(from, to)), line);
    test.match(await ours.report('end'), {
      outcome: to === place.bigBytes ? 'complete' : 'partial',
      sentBytes: to - from,
    });
  }
  await client.command('RANG 0 9');
  await client.transfer('RETR missing');
  test.equal(
    (await client.transfer(`RETR ${bigPath}`)).data.length,
    place.bigBytes,
    'one that fails spends it',
  );
  await ours.report('end');
  for (const line of [
    'RANG',
    'RANG 5',
    'RANG 5 4',
    'RANG a b',
    'RANG -1 4',
    'RANG 1 2 3',
    'RANG 1 99999999999999999',
  ])
    test.equal(await client.code(line), 501, line);
  client.destroy();
});

t.test('HASH is of the whole file, or of the part that RANG has chosen', async (test) => {
  const client = await RawClient.logIn(ours.port);
  const hash = async (path: string): Promise<string | undefined> =>
    (await client.command(`HASH ${path}`))?.lines[0];
  const small = 'tools/2.0/small.txt';
  test.equal(await hash(small), `213 SHA-256 0-5 ${'ab'.repeat(32)} ${small}`, 'from the record');
  const cases = [
    ['RANG 1 3', `1-3 ${sha256(Buffer.from('mal'))}`],
    ['RANG 2 999', `2-5 ${sha256(Buffer.from('all\n'))}`],
    ['RANG 0 5', `0-5 ${'ab'.repeat(32)}`],
    ['REST 4', `4-5 ${sha256(Buffer.from('l\n'))}`],
  ] as const;
  for (const [line, expected] of cases) {
    test.equal(await client.code(line), 350);
    test.equal(await hash(small), `213 SHA-256 ${expected} ${small}`, line);
  }
  test.equal(await client.code('HASH tools'), 553);
  test.equal(await client.code('HASH missing'), 550);
  test.match((await client.command('OPTS HASH'))?.lines[0], /^200 SHA-256$/);
  test.equal(await client.passivePort().then(() => client.code(`HASH ${small}`)), 213);
  test.equal(await client.code('RANG 0 1'), 350);
  test.equal(await client.code(`HASH ${small}`), 213);
  test.equal((await client.transfer(`RETR ${small}`)).last, 226, 'the passive port is as it was');
  await ours.report('end');
  client.destroy();
});

t.test('ABOR as Telnet has it: Interrupt Process and Synch, with urgent data', async (test) => {
  const script = `
import ftplib, socket, sys, time
ftp = ftplib.FTP(timeout=20); ftp.connect('127.0.0.1', int(sys.argv[1])); ftp.login('erika', 'secret')
ftp.voidcmd('TYPE I')
def abort(urgent):
    data = ftp.transfercmd('RETR ${bigPath}')
    data.recv(10)
    ftp.sock.sendall(b'\\xff\\xf4\\xff')
    ftp.sock.send(b'\\xf2', socket.MSG_OOB if urgent else 0)
    ftp.sock.sendall(b'ABOR\\r\\n')
    codes = [ftp.getmultiline()[:3], ftp.getmultiline()[:3]]
    data.close()
    return codes
print(*abort(True), *abort(False))
ftp.sock.send(b'\\xff\\xf4\\xff'); ftp.sock.send(b'\\xf2', socket.MSG_OOB)
print(ftp.sendcmd('ABOR')[:3], ftp.sendcmd('NOOP')[:3])
data = ftp.transfercmd('RETR ${bigPath}')
data.recv(10)
ftp.sock.sendall(b'NOOP\\r\\nPWD\\r\\nABOR\\r\\nPWD\\r\\n')
print(*[ftp.getmultiline()[:3] for _ in range(5)])
`;
  const { stdout } = await run('python3', ['-c', script, String(ours.port)], { timeout: 120_000 });
  test.same(stdout.trim().split('\n'), ['426 226 426 226', '225 200', '426 200 257 226 257']);
  for (let count = 0; count < 3; count += 1)
    test.match(await ours.report('end'), { outcome: 'aborted' }, 'the record says so');
});

t.test('ABOR gives up a data connection that waits', async (test) => {
  const client = await RawClient.logIn(ours.port);
  await client.passivePort();
  test.equal(await client.code('ABOR'), 225);
  test.equal(await client.code('LIST'), 425);
  client.destroy();
});

t.test('STAT tells the state of the session, and lists a path', async (test) => {
  const client = await RawClient.logIn(ours.port);
  const lines = (await client.command('STAT'))?.lines.join('\n');
  test.match(lines, /Type: image; mode: stream; structure: file/);
  test.match(lines, /No transfer is running/);
  test.match((await client.command('STAT tools/2.0/small.txt'))?.lines.join('\n'), /small\.txt/);
  test.equal(await client.code('STAT missing'), 550);
  client.destroy();
});
