// HTTPS as nobody should speak it: noise in place of TLS and of HTTP, and requests for a link that is right, changed or cut,
// with ranges and conditions that make no sense. Caller: run-hostile.ts.
import type { Random } from '../rig/random.ts';
import type { HostileTarget } from './hostile-node.ts';
import { leave, noise, openHostile, secureHostile, sendInPieces } from './hostile-socket.ts';

const methods = [
  'GET',
  'GET',
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'OPTIONS',
  'CONNECT',
  'TRACE',
  'PRI',
  'get',
  '',
] as const;
const versions = ['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/9', ''] as const;
const numbers = [
  '',
  '0',
  '1',
  '-1',
  '299999',
  '300000',
  '9007199254740993',
  '99999999999999999999',
  '0x10',
  '1e3',
  ' 5',
  'a',
] as const;
const likely = { noTls: 10, headerNoise: 8, pipelined: 30 } as const;

/** One session. */
export async function hostileHttps(random: Random, target: HostileTarget): Promise<void> {
  const plain = await openHostile(target.ports.https);
  if (random.percent(likely.noTls)) {
    await sendInPieces(plain, noise(random, 600), random);
    return leave(plain, random);
  }
  const socket = await secureHostile(plain);
  if (socket === null) return;
  const requestCount = random.percent(likely.pipelined) ? random.between(2, 30) : 1;
  if (random.percent(20)) socket.pause();
  for (let sent = 0; sent < requestCount && !socket.destroyed; sent += 1)
    await sendInPieces(socket, Buffer.from(request(random, target), 'latin1'), random);
  await leave(socket, random);
}

function request(random: Random, target: HostileTarget): string {
  const headers = Array.from({ length: random.between(0, 5) }, () => header(random));
  const lines = [
    `${random.pick(methods)} ${path(random, target)} ${random.pick(versions)}`,
    'Host: localhost',
    ...headers,
  ];
  const end = random.pick(['\r\n\r\n', '\r\n\r\n', '\r\n\r\n', '\n\n', '\r\n', '']);
  return lines.join('\r\n') + end;
}

function path(random: Random, { link }: HostileTarget): string {
  switch (random.pick(['right', 'right', 'right', 'changed', 'cut', 'query', 'odd'])) {
    case 'right':
      return link;
    case 'changed': {
      const at = random.between(0, link.length - 1);
      return `${link.slice(0, at)}${random.pick(['A', '_', '%', '.', '\0', '/'])}${link.slice(at + 1)}`;
    }
    case 'cut':
      return link.slice(0, random.between(0, link.length));
    case 'query':
      return `${link}?${'x'.repeat(random.between(0, 9000))}`;
    default:
      return random.pick([
        '/',
        '*',
        '',
        '//',
        '/..',
        'http://localhost/',
        '/d/',
        '/%',
        `/${'a'.repeat(40_000)}`,
      ]);
  }
}

function header(random: Random): string {
  switch (random.pick(['range', 'range', 'condition', 'framing', 'noise'])) {
    case 'range':
      return `Range: ${random.pick(['bytes', 'bytes', 'bytes', 'lines', ''])}=${ranges(random)}`;
    case 'condition':
      return `${random.pick(['If-Range', 'If-Match', 'If-None-Match', 'If-Modified-Since', 'If-Unmodified-Since'])}: ${random.pick(['*', '"x"', 'W/"x"', '"', 'Thu, 01 Jan 1970 00:00:00 GMT', 'yesterday', ','.repeat(3000)])}`;
    case 'framing':
      return random.pick([
        'Content-Length: 5',
        'Content-Length: -1',
        'Transfer-Encoding: chunked',
        'Expect: 100-continue',
        'Connection: close',
        'Connection: upgrade',
        'Upgrade: h2c',
        'Want-Repr-Digest: sha-256=99, md5=-1',
        'Accept-Encoding: gzip;q=1, *;q=0',
      ]);
    default:
      return random.percent(likely.headerNoise)
        ? noise(random, 100).toString('latin1')
        : `X-${'y'.repeat(random.between(0, 2000))}: z`;
  }
}

function ranges(random: Random): string {
  const one = (): string => `${random.pick(numbers)}-${random.pick(numbers)}`;
  const count = random.percent(10) ? 500 : random.between(1, 6);
  return Array.from({ length: count }, one).join(random.pick([',', ', ', ',,']));
}
