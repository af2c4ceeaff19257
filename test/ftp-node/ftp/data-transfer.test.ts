// Transfers that do not simply run to their end: aborted, cut, broken, stalled, abandoned. The stock library's defects
// are seen there first; the records of ours must say what happened.
import t from 'tap';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { RawClient, readAll } from './raw-client.ts';
import { makeWorkplace, startBoth, startServed, type ServedProcess } from './served-process.ts';

const place = makeWorkplace(t);
const both = await startBoth(t, place);
const big = 'tools/2.0/big.bin';

/** Begins to fetch the big file and stops reading after the first bytes. */
async function beginBig(server: ServedProcess): Promise<{ client: RawClient; data: Socket; plain: Socket }> {
  const client = await RawClient.enter(server);
  const plain = await client.openData();
  await client.command(`RETR ${big}`);
  const data = client.secureData(plain);
  await new Promise<void>((resolve) => {
    data.once('data', () => {
      data.pause();
      resolve();
    });
  });
  return { client, data, plain };
}

t.test(
  'TLS on a data connection may be shaken hands on before RETR, as curl does, or after 150',
  async (test) => {
    const server = await startServed(test, place, { kind: 'consign', requireTls: false });
    const client = await RawClient.logIn(server.port);
    const early = client.secureData(await client.openData());
    await once(early, 'secureConnect', { signal: AbortSignal.timeout(3000) });
    test.equal(await client.code('RETR tools/2.0/small.txt'), 150);
    test.equal((await readAll(early)).toString(), 'small\n');
    test.equal((await client.reply())?.code, 226);
    const { last, data } = await client.transfer('RETR tools/2.0/small.txt');
    test.equal(last, 226);
    test.equal(data.toString(), 'small\n');
    const changed = await client.openData();
    // Both connections are the server's to read in any order.
    await delay(200);
    test.equal(await client.code('PROT C'), 200);
    test.equal(
      await client.code('RETR tools/2.0/small.txt'),
      425,
      'a connection keeps the protection that it began with',
    );
    changed.destroy();
    const clear = await client.openData();
    test.equal(await client.code('RETR tools/2.0/small.txt'), 150);
    test.equal((await readAll(clear)).toString(), 'small\n');
    client.destroy();
  },
);

/** The end of the last transfer: what the record says. */
async function lastEnd(server: ServedProcess): Promise<{ outcome: string; sentBytes: number }> {
  return server.report('end');
}

t.test('defect 8: the file is closed when the control connection goes away in mid-transfer', async (test) => {
  const openBigFiles = async (server: ServedProcess): Promise<number> => {
    const { client, plain } = await beginBig(server);
    client.destroy();
    await delay(600);
    const count = server.descriptors().filter((path) => path.endsWith('big.bin')).length;
    plain.destroy();
    return count;
  };
  test.equal(await openBigFiles(both.stock), 1);
  test.equal(await openBigFiles(both.ours), 0);
  const { outcome, sentBytes } = await lastEnd(both.ours);
  test.equal(outcome, 'aborted');
  test.ok(sentBytes < place.bigBytes);
});

t.test('defect 10: ABOR stops a transfer at once, with Telnet signals in front or without', async (test) => {
  const abort = async (server: ServedProcess, bytes: string): Promise<(number | undefined)[]> => {
    const { client, plain } = await beginBig(server);
    client.write(Buffer.from(bytes, 'latin1'));
    const codes = [(await client.reply(1200))?.code, (await client.reply(300))?.code];
    if (server.kind === 'consign') test.equal(await client.code('NOOP'), 200, 'the session goes on');
    client.destroy();
    plain.destroy();
    return codes;
  };
  test.same(await abort(both.stock, '\xff\xf4\xff\xf2ABOR\r\n'), [undefined, undefined]);
  for (const bytes of ['\xff\xf4\xff\xf2ABOR\r\n', '\xf4\xff\xf2ABOR\r\n', 'abor\r\n']) {
    test.same(await abort(both.ours, bytes), [426, 226]);
    test.equal((await lastEnd(both.ours)).outcome, 'aborted');
  }
  const idle = await RawClient.enter(both.ours);
  test.equal(await idle.code('ABOR'), 225, 'without a transfer there is nothing to stop');
  idle.destroy();
});

t.test('replies keep their order around ABOR, and STAT is answered in the middle', async (test) => {
  const { client, plain } = await beginBig(both.ours);
  const status = await client.command('STAT');
  test.equal(status?.code, 211);
  test.match(status?.lines.join('\n'), /Running: RETR \/tools\/2\.0\/big\.bin; \d+ bytes sent/);
  client.write('NOOP\r\nABOR\r\n');
  const codes = [await client.reply(), await client.reply(), await client.reply()].map(
    (reply) => reply?.code,
  );
  test.same(codes, [426, 200, 226]);
  client.destroy();
  plain.destroy();
  await lastEnd(both.ours);
});

t.test('a cut transfer ends at once with a reset, and the session may go on', async (test) => {
  const { client, data } = await beginBig(both.ours);
  const failed = new Promise((resolve) => {
    data.once('error', resolve);
    data.once('close', resolve);
  });
  const beganMs = Date.now();
  both.ours.order({ type: 'cut', path: `/${big}` });
  test.equal((await client.reply())?.code, 426);
  test.ok(Date.now() - beganMs < 1000);
  data.resume();
  test.match(await failed, { code: 'ECONNRESET' }, 'the client cannot take it for the end of the file');
  test.match(await lastEnd(both.ours), { outcome: 'aborted' });
  test.equal(await client.code('NOOP'), 200);
  client.destroy();
});

t.test('a client that leaves in mid-transfer gets 426, and the record says partial', async (test) => {
  const leave = {
    reset: (plain: Socket) => plain.resetAndDestroy(),
    close: (plain: Socket) => plain.destroy(),
  };
  for (const [title, act] of Object.entries(leave)) {
    const { client, plain } = await beginBig(both.ours);
    act(plain);
    test.equal((await client.reply())?.code, 426, title);
    const { outcome, sentBytes } = await lastEnd(both.ours);
    test.equal(outcome, 'aborted');
    test.ok(sentBytes < place.bigBytes);
    client.destroy();
  }
});

t.test('a client that takes no byte for the stall timeout is dropped', async (test) => {
  const limits = { stallTimeoutMs: 700, idleTimeoutMs: 5000 };
  const ours = await startServed(test, place, { kind: 'consign', limits });
  const { client, plain } = await beginBig(ours);
  test.equal((await client.reply())?.code, 426);
  test.equal((await lastEnd(ours)).outcome, 'aborted');
  client.destroy();
  plain.destroy();
});

t.test('a data connection that never begins TLS is given up, and no record says complete', async (test) => {
  const ours = await startServed(test, place, { kind: 'consign', limits: { dataConnectionTimeoutMs: 500 } });
  const client = await RawClient.logIn(ours.port);
  const plain = await client.openData();
  test.equal(await client.code(`RETR ${big}`), 150);
  test.equal((await client.reply())?.code, 425);
  test.match(await lastEnd(ours), { outcome: 'aborted', sentBytes: 0 });
  const clear = await client.openData();
  await client.command(`RETR ${big}`);
  clear.write('this is no handshake at all, whatever it is\r\n');
  test.equal((await client.reply())?.code, 425);
  for (const socket of [plain, clear]) socket.destroy();
  client.destroy();
});

t.test('the end of the session stops its transfer', async (test) => {
  const { client, plain } = await beginBig(both.ours);
  both.ours.order({ type: 'end-sessions', reason: 'revoked' });
  test.equal((await client.reply())?.code, 421);
  test.equal((await lastEnd(both.ours)).outcome, 'aborted');
  client.destroy();
  plain.destroy();
});

t.test('encrypted data ends with close_notify, so that a truncated transfer is visible', async (test) => {
  const script = `
import ftplib, ssl, sys
context = ssl._create_unverified_context()
ftp = ftplib.FTP_TLS(context=context, timeout=20)
ftp.connect('127.0.0.1', int(sys.argv[1])); ftp.login('erika', 'secret'); ftp.prot_p()
host, port = ftp.makepasv()
import socket
plain = socket.create_connection((host, port))
assert ftp.sendcmd('RETR ${big}').startswith('150')
data = context.wrap_socket(plain, suppress_ragged_eofs=False, session=ftp.sock.session)
count = 0
while chunk := data.recv(65536): count += len(chunk)
data.unwrap().close()
print(count, ftp.voidresp()[:3])
`;
  const { stdout } = await promisify(execFile)('python3', ['-c', script, String(both.ours.port)]);
  test.equal(stdout.trim(), `${place.bigBytes} 226`);
  test.match(await lastEnd(both.ours), { outcome: 'complete', sentBytes: place.bigBytes });
});

t.test('drain lets a running transfer finish and takes nobody new', async (test) => {
  const ours = await startServed(test, place, { kind: 'consign' });
  const idle = await RawClient.logIn(ours.port);
  const { client, data } = await beginBig(ours);
  ours.order({ type: 'drain' });
  test.equal((await idle.reply())?.code, 421, 'an idle session is closed');
  await test.rejects(RawClient.connect(ours.port), { code: 'ECONNREFUSED' });
  data.resume();
  test.equal((await client.reply())?.code, 226);
  test.equal((await client.reply())?.code, 421);
  await ours.report('drained');
  test.match(await lastEnd(ours), { outcome: 'complete' });
});
