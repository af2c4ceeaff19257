// Bad days of an HTTPS download, from a whole node: a file that shrinks or vanishes under it, half-closed connections,
// keep-alive and pipelines of all kinds. The client never takes a part for the whole, and the record is truthful.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, rmSync, truncateSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import t, { type Test } from 'tap';
import { startNode, waitUntil } from '../../running-node.ts';

const node = await startNode(t, { settings: { limits: { loginDeadlineMs: 1500, stallTimeoutMs: 3000 } } });
const sizeBytes = 30 * 1024 * 1024;
const ca = readFileSync(node.caFile);

interface Exchange {
  readonly socket: TLSSocket;
  /** What has come so far. */
  readonly received: () => Buffer;
  /** How the connection ended. */
  readonly ended: Promise<'in order' | 'broken off'>;
}

function open(t: Test, url: string): Exchange {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', ca, servername: 'localhost' });
  t.teardown(() => socket.destroy());
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<'in order' | 'broken off'>((resolve) => {
    socket.once('end', () => resolve('in order'));
    socket.once('error', () => resolve('broken off'));
    socket.once('close', () => resolve('broken off'));
  });
  return { socket, received: () => Buffer.concat(chunks), ended };
}

/**
 * Waits until so many whole answers have come, which all have the same headers and size. A download is recorded when this
 * machine's kernel has acknowledged it: this program may read its last bytes later.
 */
async function waitForAnswers({ received }: Pick<Exchange, 'received'>, count: number): Promise<Buffer> {
  const headerBytes = received().indexOf('\r\n\r\n') + 4;
  await waitUntil(() => received().length >= count * (headerBytes + sizeBytes), `${count} answers`, 30_000);
  return received();
}

const ask = (url: string, ...headers: string[]): string =>
  [`GET ${new URL(url).pathname} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n');

/** Asks for a large file, takes a first bite and no more. */
async function beginDownload(t: Test, file: string) {
  const content = randomBytes(sizeBytes);
  const grant = await node.publishAndStage(content, { file });
  const exchange = open(t, node.linkFor(grant));
  exchange.socket.write(ask(node.linkFor(grant)));
  await once(exchange.socket, 'data');
  exchange.socket.pause();
  return { content, grant, ...exchange };
}

t.test('a file that becomes shorter in mid-transfer is broken off, not ended', async (t) => {
  const { grant, socket, ended, received } = await beginDownload(t, 'shrinking.bin');
  truncateSync(join(node.storeroom, grant.sha256), sizeBytes - 5_000_000);
  socket.resume();
  t.equal(await ended, 'broken off');
  t.ok(received().length < sizeBytes);
  const [download] = await node.endedDownloads(grant.delivery, 1);
  t.equal(download?.outcome, 'aborted');
  t.ok((download?.sentBytes ?? sizeBytes) <= sizeBytes - 5_000_000);
  t.match(node.log.join(''), /a staged file could not be read/);
});

t.test('a file that vanishes in mid-transfer arrives whole: it is open', async (t) => {
  const { content, grant, socket, received } = await beginDownload(t, 'vanishing.bin');
  rmSync(join(node.accounts, 'acme', 'tool', '1.0.0', 'vanishing.bin'));
  rmSync(join(node.storeroom, grant.sha256));
  socket.resume();
  const [download] = await node.endedDownloads(grant.delivery, 1);
  t.match(download, { outcome: 'complete', sentBytes: sizeBytes });
  t.ok((await waitForAnswers({ received }, 1)).subarray(-sizeBytes).equals(content));
  const again = open(t, node.linkFor(grant));
  again.socket.write(ask(node.linkFor(grant), 'Connection: close'));
  await again.ended;
  t.match(again.received().toString('latin1'), /^HTTP\/1\.1 410 /);
});

t.test('a client that closes its side behind its request is gone, as for most servers', async (t) => {
  const grant = await node.publishAndStage(randomBytes(3_000_000), { file: 'half-closed.bin' });
  const { socket, received, ended } = open(t, node.linkFor(grant));
  await once(socket, 'secureConnect');
  socket.end(ask(node.linkFor(grant)));
  await ended;
  t.ok(received().length < 3_000_000);
  await delay(500);
  t.same(
    node.downloadsOf(grant.delivery).filter(({ outcome }) => outcome !== 'aborted'),
    [],
    'and nothing is recorded as fetched, or as running still',
  );
});

t.test(
  'a connection that is cut without a word leaves a record that it broke off, and no process',
  async (t) => {
    const { grant, socket } = await beginDownload(t, 'cut.bin');
    socket.destroy();
    const [download] = await node.endedDownloads(grant.delivery, 1);
    t.equal(download?.outcome, 'aborted');
    t.equal(node.process.exitCode, null);
  },
);

t.test('a pipeline of everything is answered in order on one connection', async (t) => {
  const content = randomBytes(200_000);
  const grant = await node.publishAndStage(content, { file: 'mixed.bin' });
  const url = node.linkFor(grant);
  const { socket, received, ended } = open(t, url);
  socket.write(
    [
      ask(url),
      ask(url).replace('GET', 'HEAD'),
      ask(url, 'Range: bytes=0-9,1000-1009'),
      ask(url, `If-None-Match: "${grant.sha256}"`),
      ask(url, 'Range: bytes=999999-'),
      ask(url, 'Range: bytes=-5'),
      'GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n',
      ask(url),
    ].join(''),
  );
  t.equal(await ended, 'in order');
  const statuses = received()
    .toString('latin1')
    .match(/HTTP\/1\.1 \d{3} /g)
    ?.map((line) => Number(line.slice(9)));
  t.same(statuses, [200, 200, 206, 304, 416, 206, 404], 'who asks without a link is hung up on');
  t.ok(received().includes(content.subarray(-5)));
  t.equal((await node.endedDownloads(grant.delivery, 3)).length, 3, 'HEAD, 304 and 416 are no downloads');
});

t.test('a pipelined download may take longer than the next request may', async (t) => {
  const { content, grant, socket, received } = await beginDownload(t, 'second.bin');
  socket.write(ask(node.linkFor(grant)));
  socket.resume();
  await node.endedDownloads(grant.delivery, 1);
  socket.pause();
  await delay(2000);
  socket.resume();
  const outcomes = (await node.endedDownloads(grant.delivery, 2)).map(({ outcome }) => outcome);
  t.same(outcomes, ['complete', 'complete']);
  const answers = await waitForAnswers({ received }, 2);
  t.ok(answers.subarray(-sizeBytes).equals(content));
});

const hostile: [what: string, text: string][] = [
  ['no HTTP', 'EHLO example.test\r\n\r\n'],
  ['two lengths', 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
  [
    'a length and chunks',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  ['no host', 'GET / HTTP/1.1\r\n\r\n'],
  ['a NUL in a header', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n'],
  ['headers without end', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`],
  ['many headers', `GET / HTTP/1.1\r\nHost: a\r\n${'X: a\r\n'.repeat(6000)}\r\n`],
  ['a path without end', `GET /${'a'.repeat(40_000)} HTTP/1.1\r\nHost: a\r\n\r\n`],
  ['a tunnel', 'CONNECT example.test:443 HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['an upgrade', 'GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n'],
  ['HTTP/2 without asking', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
];
for (const [what, text] of hostile)
  t.test(`${what} is refused and closed`, async (t) => {
    const { socket, received, ended } = open(t, `https://localhost:${node.ports.https}/`);
    socket.write(text, 'latin1');
    await ended;
    t.match(received().toString('latin1'), /^(HTTP\/1\.1 4\d\d |$)/);
  });

t.test('nothing at all instead of a TLS handshake is closed in time', async (t) => {
  const socket = connectTcp({ port: node.ports.https, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  const startedAt = performance.now();
  socket.resume();
  await once(socket, 'close');
  t.ok(performance.now() - startedAt < 15_000);
});
