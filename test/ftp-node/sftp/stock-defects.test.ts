// The defects of ssh2's SFTP server that delivery.md names, each seen on a stock server first and then gone in ours:
// replies out of order, no end after the end of input, memory without bound, no deadline before the login.
import t from 'tap';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RawSftp, request, string, type, uint32, uint64 } from './raw-sftp.ts';
import { connectSsh } from './sftp-clients.ts';
import { startFixture, waitUntil } from './sftp-fixture.ts';
import { startStockServer } from './stock-server.ts';

const mebibyte = 1024 * 1024;
const fixture = await startFixture({ limits: { loginDeadlineMs: 300 } });
await fixture.put('file', Buffer.alloc(8 * mebibyte, 'x'));
const stock = await startStockServer(join(fixture.accountDirectory, 'file'));
t.teardown(async () => {
  stock.close();
  await fixture.close();
});

/** The ids of the replies to many READs of very different lengths, sent at once. */
async function readAtOnce(port: number): Promise<number[]> {
  const client = await connectSsh(port);
  const raw = await RawSftp.start(client);
  const handle = await raw.openFile('/file');
  const lengths = Array.from({ length: 60 }, (_, index) => (index % 3 === 0 ? 255 * 1024 : 10));
  raw.send(
    Buffer.concat(
      lengths.map((length, index) =>
        request(type.read, 100 + index, string(handle), uint64(index), uint32(length)),
      ),
    ),
  );
  const ids: number[] = [];
  for (const _ of lengths) ids.push((await raw.next())?.id ?? -1);
  client.end();
  return ids;
}

t.test('READs are answered in the order of asking', async (t) => {
  const expected = Array.from({ length: 60 }, (_, index) => 100 + index);
  let stockIsOrdered = true;
  // By chance it may be in order for a while: its replies are as the reads of four threads end.
  for (let round = 0; round < 300 && stockIsOrdered; round += 1)
    stockIsOrdered = String(await readAtOnce(stock.port)) === String(expected);
  t.notOk(stockIsOrdered, 'the stock server answers as the disk does');
  for (let round = 0; round < 5; round += 1) t.same(await readAtOnce(fixture.server.port), expected);
});

/** What the client hears within half a second of ending its input. */
async function endInput(port: number): Promise<{ exitStatus: number | null; isClosed: boolean }> {
  const client = await connectSsh(port);
  const raw = await RawSftp.start(client);
  const heard = { exitStatus: null as number | null, isClosed: false };
  raw.channel.on('exit', (code: number) => (heard.exitStatus = code));
  raw.channel.on('close', () => (heard.isClosed = true));
  (raw.channel as unknown as { eof(): void }).eof();
  await sleep(500);
  client.end();
  return heard;
}

t.test('the end of input is answered with exit status 0 and the end of the channel', async (t) => {
  t.same(
    await endInput(stock.port),
    { exitStatus: null, isClosed: false },
    'clients of the stock server hang',
  );
  t.same(await endInput(fixture.server.port), { exitStatus: 0, isClosed: true });
});

/** Asks for a great deal, takes nothing, and returns how much this process holds for it at most. */
async function askWithoutReading(port: number, readBytes: number): Promise<number> {
  const client = await connectSsh(port);
  const raw = await RawSftp.start(client);
  const handle = await raw.openFile('/file');
  const before = process.memoryUsage().arrayBuffers;
  // Without a reader the window of 2 MiB is used up and never given back.
  raw.channel.removeAllListeners('data').pause();
  const read = (id: number): Buffer => request(type.read, id, string(handle), uint64(0), uint32(readBytes));
  let most = 0;
  for (let round = 0; round < 20; round += 1) {
    raw.send(Buffer.concat(Array.from({ length: 50 }, (_, index) => read(round * 50 + index))));
    await sleep(25);
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  client.destroy();
  await sleep(50);
  return most;
}

t.test('a client that asks and does not read costs a bounded amount of memory', async (t) => {
  const stockBytes = await askWithoutReading(stock.port, 255 * 1024);
  const ourBytes = await askWithoutReading(fixture.server.port, 255 * 1024);
  t.comment(`stock: ${Math.round(stockBytes / mebibyte)} MiB, ours: ${Math.round(ourBytes / mebibyte)} MiB`);
  t.ok(stockBytes > 100 * mebibyte, 'the stock server queues all that was asked for');
  // The window of the client, which is in this process too, the budget of the channel, and garbage.
  t.ok(ourBytes < 16 * mebibyte);
});

/** How long a connection that says nothing is kept; at most `mostMs`. */
async function keepSilent(port: number, mostMs: number): Promise<number> {
  const startedAtMs = Date.now();
  const socket = connect(port, '127.0.0.1').resume();
  await Promise.race([once(socket, 'close'), sleep(mostMs)]);
  socket.destroy();
  return Date.now() - startedAtMs;
}

t.test('a connection that does not log in is closed at the deadline', async (t) => {
  t.ok((await keepSilent(stock.port, 1000)) >= 1000, 'the stock server waits for ever');
  t.ok((await keepSilent(fixture.server.port, 5000)) < 1000);
  await waitUntil(() => fixture.admitted === 0);
  t.equal(fixture.admitted, 0, 'its place is given back');
});
