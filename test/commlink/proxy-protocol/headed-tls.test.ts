// The HTTPS entrance behind a balancer: requests have the customer's address, of both versions of the header; who is no
// trusted balancer has its own; and a balancer that says nothing is closed. Real sockets, real TLS.
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import t, { type Test } from 'tap';
import { HttpsEntrance, type EntranceHandler } from '#commlink/https-entrance.ts';
import { createTrustedProxies } from '#commlink/proxy-protocol/trusted-proxies.ts';
import { findFreePortBase } from '../../rig/free-ports.ts';
import { issueCertificate } from '../../rig/issued-certificate.ts';
import { connectHeaded } from './headed-socket.ts';
import { binaryHeader, ipv4Block, ipv6Block } from './proxy-headers.ts';

const balancer = '127.0.0.9';
const issued = await issueCertificate('portal');
const textHeader = Buffer.from('PROXY TCP4 192.0.2.7 127.0.0.1 56324 443\r\n');
const ipv6Header = binaryHeader({
  family: 0x21,
  block: ipv6Block(Buffer.from('20010db8000000000000000000000007', 'hex')),
});

/** Answers with the address that it sees. */
const handler: EntranceHandler = {
  request: (request, response) => void response.end(`from ${request.socket.remoteAddress};`),
  clientError: (_error, socket) => void socket.destroy(),
};

async function openEntrance(t: Test) {
  const port = await findFreePortBase();
  const silent: string[] = [];
  const entrance = new HttpsEntrance({
    name: 'portal',
    server: { idleTimeoutMs: 10_000, headersTimeout: 500, connectionsCheckingInterval: 100 },
    drainMs: 1000,
    onNoProxyHeader: (peerAddress) => void silent.push(peerAddress),
  });
  t.teardown(() => entrance.close());
  const trust = async (...networks: string[]): Promise<void> => {
    const trustedProxies = createTrustedProxies(networks);
    const address = { host: '127.0.0.1', port };
    (await entrance.prepare({ address, ...issued, connectionsMax: 10, trustedProxies })).commit(handler);
  };
  await trust(`${balancer}/32`);
  return { port, silent, trust };
}

/** Two requests on one connection from `localAddress`, which begins with `header`; what was answered, or null. */
async function ask(port: number, header: Buffer, localAddress: string): Promise<string | null> {
  const options = { socket: connectHeaded(port, header, localAddress), ca: issued.certificate };
  const secure = connectTls({ ...options, servername: 'localhost', checkServerIdentity: () => undefined });
  secure.write('GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  try {
    return Buffer.concat(await secure.toArray()).toString();
  } catch {
    return null;
  }
}

const none = Buffer.alloc(0);
const cases: [what: string, header: Buffer, localAddress: string, seen: string | null][] = [
  ['a header of version 1', textHeader, balancer, '192.0.2.7'],
  [
    'a header of version 2',
    binaryHeader({ family: 0x11, block: ipv4Block('192.0.2.8') }),
    balancer,
    '192.0.2.8',
  ],
  ['a header of version 2 with IPv6', ipv6Header, balancer, '2001:db8::7'],
  ["the balancer's own check", binaryHeader({ command: 0x20, family: 0, block: none }), balancer, balancer],
  ['no header from a customer', none, '127.0.0.5', '127.0.0.5'],
  ['a header from a customer', textHeader, '127.0.0.5', null],
  ['no header from the balancer', none, balancer, null],
];

t.test('what requests see as the address of the other end', async (t) => {
  const { port, silent } = await openEntrance(t);
  for (const [what, header, localAddress, seen] of cases) {
    const answers = (await ask(port, header, localAddress))?.match(/from [^;]+/g) ?? null;
    t.same(answers, seen === null ? null : [`from ${seen}`, `from ${seen}`], what);
  }
  t.same(silent, [balancer]);
});

t.test('who is trusted changes with the settings, for the connections that come then', async (t) => {
  const { port, trust } = await openEntrance(t);
  await trust('127.0.0.5/32');
  t.match(await ask(port, textHeader, '127.0.0.5'), 'from 192.0.2.7');
  t.match(await ask(port, none, balancer), `from ${balancer}`);
  await trust();
  t.match(await ask(port, none, '127.0.0.5'), 'from 127.0.0.5');
});

t.test(
  'the time for a request counts behind a header too, and a balancer that goes away harms nobody',
  async (t) => {
    const { port } = await openEntrance(t);
    const gone = connectTcp({ port, host: '127.0.0.1', localAddress: balancer });
    await once(gone, 'connect');
    gone.resetAndDestroy();
    const slow = connectTls({
      socket: connectHeaded(port, textHeader, balancer),
      rejectUnauthorized: false,
    });
    await once(slow, 'secureConnect');
    slow.write('GET / HTTP/1.1\r\n');
    slow.resume();
    await once(slow, 'close');
    t.match(await ask(port, textHeader, balancer), 'from 192.0.2.7');
  },
);
