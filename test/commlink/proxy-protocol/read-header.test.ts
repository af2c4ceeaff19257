// The PROXY protocol's header taken off real sockets: whatever the segments are, what follows reaches the protocol whole,
// and in clear, in TLS and in HTTP the same.
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import t, { type Test } from 'tap';
import { takeProxyHeader, type ProxyHeader } from '#commlink/proxy-protocol/read-header.ts';
import { issueCertificate } from '../../rig/issued-certificate.ts';
import { connectHeaded } from './headed-socket.ts';
import { binaryHeader, ipv4Block } from './proxy-headers.ts';

const textHeader = Buffer.from('PROXY TCP4 192.0.2.7 127.0.0.1 56324 443\r\n');
const binary = binaryHeader({ family: 0x11, block: ipv4Block('192.0.2.7') });

interface Taken {
  readonly socket: Socket;
  readonly header: ProxyHeader | null;
  /** Listeners that are there now and were not before, by event. */
  readonly leftListeners: Record<string, number>;
}

/** A listener, and what it has taken off the one connection that it gets. */
async function listen(t: Test, deadlineMs = 2000): Promise<{ port: number; taken: Promise<Taken> }> {
  const taken = Promise.withResolvers<Taken>();
  const listener = createServer({ pauseOnConnect: true }, (socket) => {
    socket.on('error', () => undefined);
    t.teardown(() => socket.destroy());
    const before = countListeners(socket);
    void takeProxyHeader(socket, deadlineMs).then((header) => {
      const left = Object.entries(countListeners(socket)).filter(
        ([name, count]) => count > (before[name] ?? 0),
      );
      taken.resolve({ socket, header, leftListeners: Object.fromEntries(left) });
    });
  });
  t.teardown(() => listener.close());
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return { port: (listener.address() as AddressInfo).port, taken: taken.promise };
}

function countListeners(socket: Socket): Record<string, number> {
  return Object.fromEntries(socket.eventNames().map((name) => [String(name), socket.listenerCount(name)]));
}

async function send(t: Test, segments: readonly Buffer[], ends = true): Promise<Taken> {
  const { port, taken } = await listen(t, 1000);
  const client = connect({ port, host: '127.0.0.1', noDelay: true });
  client.on('error', () => undefined);
  t.teardown(() => client.destroy());
  for (const segment of segments) {
    client.write(segment);
    await delay(2);
  }
  if (ends) client.end();
  return await taken;
}

const cases: [what: string, segments: (header: Buffer) => Buffer[], rest: string][] = [
  ['alone', (header) => [header], ''],
  ['and then what follows', (header) => [header, Buffer.from('hello')], 'hello'],
  ['with what follows in one segment', (header) => [Buffer.concat([header, Buffer.from('hello')])], 'hello'],
  ['byte by byte', (header) => [...header].map((byte) => Buffer.from([byte])), ''],
  [
    'in two segments, with what follows',
    (header) => [header.subarray(0, 20), Buffer.concat([header.subarray(20), Buffer.from('hello')])],
    'hello',
  ],
  [
    'in front of another header, which stays',
    (header) => [Buffer.concat([header, header])],
    textHeader.toString('latin1'),
  ],
];
for (const [what, segments, rest] of cases)
  for (const header of [textHeader, binary])
    t.test(`takes a header of version ${header === binary ? 2 : 1} ${what}`, async (t) => {
      const { socket, header: taken, leftListeners } = await send(t, segments(header));
      t.same(leftListeners, {});
      t.same(taken, { kind: 'header', lengthBytes: header.length, source: '192.0.2.7' });
      t.ok(socket.isPaused(), 'the socket is as it was');
      const received = Buffer.concat(await socket.toArray());
      t.equal(
        received.toString('latin1'),
        rest === textHeader.toString('latin1') ? header.toString('latin1') : rest,
      );
    });

t.test('much that follows is not read into the memory', async (t) => {
  const { port, taken } = await listen(t);
  const client = connect({ port, host: '127.0.0.1' });
  client.on('error', () => undefined);
  t.teardown(() => client.destroy());
  client.write(Buffer.concat([textHeader, Buffer.alloc(32 * 1024 * 1024)]));
  const { socket } = await taken;
  await delay(200);
  t.ok(socket.readableLength < 1024 * 1024);
});

const refused: [what: string, segments: Buffer[], ends: boolean][] = [
  ['nothing', [], false],
  ['an end without a word', [], true],
  ['half a header', [textHeader.subarray(0, 30)], false],
  ['half a header and the end', [binary.subarray(0, 20)], true],
  ['another protocol', [Buffer.from('GET / HTTP/1.1\r\n')], false],
];
for (const [what, segments, ends] of refused)
  t.test(`takes nothing from ${what}`, async (t) => {
    const { header, leftListeners } = await send(t, segments, ends);
    t.equal(header, null);
    t.same(leftListeners, {});
  });

const { certificate, privateKey } = await issueCertificate('proxied');

t.test('a TLS hello in one segment with the header reaches TLS', async (t) => {
  const { port, taken } = await listen(t);
  const secure = connectTls({
    socket: connectHeaded(port, binary),
    ca: certificate,
    servername: 'localhost',
  });
  t.teardown(() => secure.destroy());
  const { socket, header } = await taken;
  t.equal(header?.source, '192.0.2.7');
  t.ok(socket.readableLength > 100, 'the hello came with it');
  const server = createTlsServer({ cert: certificate, key: privateKey }, (accepted) =>
    accepted.end('hello over TLS'),
  );
  server.emit('connection', socket);
  t.equal(Buffer.concat(await secure.toArray()).toString(), 'hello over TLS');
});

t.test('an HTTP request in one segment with the header reaches HTTP, and so does the next', async (t) => {
  const { port, taken } = await listen(t);
  const client = connectHeaded(port, textHeader);
  client.write('GET /first HTTP/1.1\r\nHost: a\r\n\r\nGET /second HTTP/1.1\r\nHo');
  const { socket } = await taken;
  const server = createHttpServer((request, response) => response.end(`answer to ${request.url};`));
  server.emit('connection', socket);
  socket.resume();
  await delay(20);
  client.write('st: a\r\nConnection: close\r\n\r\n');
  const answers = Buffer.concat(await client.toArray()).toString();
  t.match(answers, /answer to \/first;[^]*answer to \/second;/);
});
