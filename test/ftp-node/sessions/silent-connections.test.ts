// Whoever connects and does not go on is gone at the deadline before a login, on every protocol and at every step, and its
// place among the connections is free again.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { ftpNodeMethods } from '#commlink/methods/ftp-node-methods.ts';
import { startNode, type RunningNode } from '../running-node.ts';
import { usualFtp } from '../node-cluster.ts';

const deadlineMs = 2000;

/** What a client does before it falls silent. */
type Opening = (port: number) => Promise<Socket>;

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined).resume();
  await once(socket, 'connect');
  return socket;
}

/** True when the connection is over, in order or not: `once` would reject for one that was reset. */
function closeOf(socket: Socket): Promise<true> {
  return new Promise((resolve) => {
    if (socket.closed) resolve(true);
    else socket.once('close', () => resolve(true));
  });
}

/** Says `text` and listens from then on. */
function saying(text: string): Opening {
  return async (port) => {
    const socket = await open(port);
    socket.write(text);
    return socket;
  };
}

async function openTls(port: number): Promise<Socket> {
  const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false });
  socket.on('error', () => undefined).resume();
  await once(socket, 'secureConnect');
  return socket;
}

/** A byte now and then, for ever. */
async function trickling(socket: Socket, text: string): Promise<Socket> {
  void (async () => {
    for (const byte of text.repeat(1000)) {
      if (socket.destroyed) return;
      socket.write(byte);
      await delay(100);
    }
  })();
  return socket;
}

const openings: [protocol: 'https' | 'http' | 'ftp' | 'ftps' | 'sftp', what: string, opening: Opening][] = [
  ['ftp', 'nothing', open],
  ['ftp', 'half a line', saying('USER al')],
  ['ftp', 'a name, and no password', saying('USER alice\r\n')],
  ['ftp', 'AUTH TLS, and no handshake', saying('AUTH TLS\r\n')],
  ['ftp', 'a byte now and then', async (port) => trickling(await open(port), 'NOOP\r\n')],
  ['ftps', 'no handshake', open],
  ['ftps', 'half a handshake', saying('\x16\x03\x01\x02\x00')],
  ['ftps', 'nothing after the handshake', openTls],
  ['sftp', 'no identification', open],
  ['sftp', 'an identification, and no key exchange', saying('SSH-2.0-Silence\r\n')],
  ['sftp', 'a byte now and then', async (port) => trickling(await open(port), 'S')],
  ['https', 'no handshake', open],
  ['https', 'half a handshake', saying('\x16\x03\x01\x02\x00')],
  ['https', 'no request after the handshake', openTls],
  ['https', 'a byte now and then', async (port) => trickling(await openTls(port), 'GET / HTTP/1.1\r\nX: y')],
  ['http', 'nothing', open],
  ['http', 'half a request', saying('GET / HTTP/1.1\r\nHost:')],
];

async function countSessions(node: RunningNode): Promise<number> {
  return (await node.web.call('ftp1', ftpNodeMethods, 'sessions.list', { account: null })).sessionCount;
}

t.test('who does not go on is gone at the deadline', async (t) => {
  const node = await startNode(t, {
    settings: {
      https: { enabled: true, port: 0, publicBase: 'https://localhost:1', plainPort: 0 },
      ftp: {
        enabled: true,
        port: 0,
        publicHost: 'localhost',
        passivePorts: { from: 31_500, to: 31_520 },
        requireTls: true,
        ...usualFtp,
        implicitPort: 0,
      },
      limits: { loginDeadlineMs: deadlineMs },
    },
  });
  const ports: Readonly<Record<string, number | null>> = { ...node.ports };
  await Promise.all(
    openings.map(async ([protocol, what, opening]) => {
      const socket = await opening(ports[protocol] ?? 0);
      const startedAt = performance.now();
      const closed = closeOf(socket);
      const isClosed = await Promise.race([closed, delay(deadlineMs * 6, false)]);
      const afterMs = Math.round(performance.now() - startedAt);
      socket.destroy();
      t.ok(isClosed, `${protocol}, ${what}: after ${afterMs} ms`);
    }),
  );
  for (let tries = 0; tries < 50 && (await countSessions(node)) > 0; tries += 1) await delay(100);
  t.equal(await countSessions(node), 0, 'their places are free again');
});

t.test('a balancer that does not say whom it speaks for is gone too', async (t) => {
  const node = await startNode(t, { settings: { proxyProtocol: { trustedNetworks: ['127.0.0.0/8'] } } });
  for (const port of Object.values(node.ports)) {
    if (port === null) continue;
    const socket = await open(port);
    t.ok(await Promise.race([closeOf(socket), delay(20_000, false)]), String(port));
    socket.destroy();
  }
  t.equal(await countSessions(node), 0, 'it never had a place');
});
