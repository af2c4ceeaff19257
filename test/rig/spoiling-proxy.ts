// Stands where a site's router does: passes TCP on from an address of its own to the same ports of 127.0.0.1, where a node listens
// that is reached by that address. While it spoils, what the node sends in clear is changed on the way; TLS and SSH it can't read, and
// passes on. Ports can be closed, as a firewall does. Callers: tests of the fleet. Loopback only.
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Transform, type TransformCallback } from 'node:stream';
import { resetConnection } from '#ftp-node/session/reset-connection.ts';

/** The headers of an answer, and whatever a control connection says, are shorter than this, and left alone. */
const spareBytes = 4096;
const tlsHandshake = 0x16;

/** Where it stands. */
export interface SpoilingPlace {
  /** A loopback address other than the node's. */
  readonly address: string;
  readonly ports: readonly number[];
}

/** Changes everything but the beginning. */
class Spoiler extends Transform {
  readonly #isToSpoil: () => boolean;
  #passedBytes = 0;

  constructor(isToSpoil: () => boolean) {
    super();
    this.#isToSpoil = isToSpoil;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const spared = Math.max(0, spareBytes - this.#passedBytes);
    this.#passedBytes += chunk.length;
    if (chunk.length <= spared || !this.#isToSpoil()) return done(null, chunk);
    const changed = Buffer.from(chunk);
    for (let index = spared; index < changed.length; index += 1) changed[index] = (changed[index] ?? 0) ^ 1;
    done(null, changed);
  }
}

/** The proxy. */
export class SpoilingProxy {
  readonly #servers: readonly Server[];
  readonly #sockets = new Set<Socket>();
  readonly #closed = new Set<number>();
  /** Whether it changes what goes in clear. */
  isSpoiling = false;
  /** The ports of connections whose content it has changed. */
  readonly spoiled: number[] = [];

  private constructor(servers: readonly Server[]) {
    this.#servers = servers;
  }

  /** Listens on these ports, and passes on what comes. */
  static async open({ address, ports }: SpoilingPlace): Promise<SpoilingProxy> {
    const servers = ports.map(() => createServer({ allowHalfOpen: true }));
    const proxy = new SpoilingProxy(servers);
    for (const [index, server] of servers.entries()) {
      const port = ports[index] ?? 0;
      server.on('connection', (client) => proxy.#join(client, port));
      server.listen(port, address);
      await once(server, 'listening');
    }
    return proxy;
  }

  /** Breaks whatever comes to this port. */
  closePort(port: number): void {
    this.#closed.add(port);
  }

  /** Passes everything on, unchanged. */
  heal(): void {
    this.isSpoiling = false;
    this.#closed.clear();
  }

  /** Ends. */
  close(): void {
    for (const server of this.#servers) server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(client: Socket, port: number): void {
    if (this.#closed.has(port)) return resetConnection(client);
    const node = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    const pair = [client, node];
    for (const socket of pair) {
      this.#sockets.add(socket);
      socket.on('error', () => pair.forEach((each) => resetConnection(each)));
      socket.on('close', () => this.#sockets.delete(socket));
    }
    let isSecret = false;
    client.once('data', (chunk: Buffer) => (isSecret = chunk[0] === tlsHandshake));
    let isNoted = false;
    const spoiler = new Spoiler(() => {
      const isToSpoil = this.isSpoiling && !isSecret && !this.#closed.has(port);
      if (isToSpoil && !isNoted) this.spoiled.push(port);
      isNoted ||= isToSpoil;
      return isToSpoil;
    });
    client.pipe(node);
    node.pipe(spoiler).pipe(client);
  }
}
