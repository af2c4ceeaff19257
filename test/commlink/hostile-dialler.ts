// A dialler for tests that does by hand what dialLink does, so that each step can be done wrongly.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { Test } from 'tap';
import { deriveLinkPsk } from '#commlink/link/link-identity.ts';
import { linkTlsOptions } from '#commlink/link/link-tls.ts';
import type { KeyBag } from '#commlink/key-bag.ts';

/** What to claim; what is not given is what an honest dialler would say. */
export interface HostileClaim {
  readonly cluster?: string;
  readonly generation?: number;
  readonly index?: number;
  readonly from?: string;
  readonly to?: string;
  readonly identityText?: string;
  readonly key?: Buffer;
  readonly tls?: ConnectionOptions;
  readonly withoutPsk?: boolean;
  readonly localPort?: number;
}

/** A finished handshake, whose node proof is still to come. */
export interface HostileLink {
  readonly socket: TLSSocket;
  readonly identityText: string;
}

/** Connects to `port` with a bag, doing what `claim` says. Rejects with TLS's error when the handshake fails. */
export async function dialByHand(
  t: Test,
  port: number,
  options: { bag: KeyBag; claim?: HostileClaim },
): Promise<HostileLink> {
  const { bag, claim = {} } = options;
  const { localPort } = claim;
  const raw = connect({ port, host: '127.0.0.1', ...(localPort === undefined ? {} : { localPort }) });
  t.teardown(() => raw.destroy());
  await once(raw, 'connect');
  const { generation, keys } = bag.generations[0] ?? { generation: 0, keys: [] };
  const index = claim.index ?? (raw.localPort ?? 0) % keys.length;
  const text = [
    1,
    claim.cluster ?? bag.cluster,
    claim.generation ?? generation,
    index,
    claim.from ?? bag.from,
    claim.to ?? bag.to,
  ];
  const identityText = claim.identityText ?? text.join('|');
  const psk = deriveLinkPsk(claim.key ?? keys[index] ?? Buffer.alloc(32), identityText);
  const socket = connectTls({
    ...linkTlsOptions,
    socket: raw,
    ...(claim.withoutPsk ? {} : { pskCallback: () => ({ psk, identity: identityText }) }),
    checkServerIdentity: () => new Error('a certificate'),
    ...claim.tls,
  });
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.once('close', () => reject(new Error('closed')));
    socket.once('secureConnect', resolve);
  });
  return { socket, identityText };
}

/** Resolves when the other end has closed the connection. */
export async function closedByPeer(socket: Socket): Promise<void> {
  socket.resume();
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
}

/** A TCP proxy in front of `port`, which, as every proxy does, connects from a port of its own. `tap` sees the bytes. */
export async function openProxy(
  t: Test,
  port: number,
  tap: (bytes: Buffer) => void = () => undefined,
): Promise<number> {
  const server = createServer((incoming) => {
    const outgoing = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      from.on('data', (bytes: Buffer) => {
        tap(bytes);
        to.write(bytes);
      });
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
  });
  return listenOnFreePort(t, server);
}

/** Listens on a free loopback port until the test ends. */
export async function listenOnFreePort(t: Test, server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}
