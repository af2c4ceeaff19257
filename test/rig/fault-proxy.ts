// A TCP proxy for one listener that cuts, delays and partitions on command, and keeps the dialler's port: the commlink
// picks its key by that port, so the proxy connects on from the same port of another loopback address (127.0.0.2).
// Callers: tests of links between real processes. Loopback only.
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { Transform, type TransformCallback } from 'node:stream';
import { resetConnection } from '#ftp-node/session/reset-connection.ts';

const proxyAddress = '127.0.0.2';

/** Passes chunks on in order, each after the delay that `delayOf` gives when it comes. */
class Delay extends Transform {
  readonly #delayOf: (chunk: Buffer) => number;

  constructor(delayOf: (chunk: Buffer) => number) {
    super();
    this.#delayOf = delayOf;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const delayMs = this.#delayOf(chunk);
    if (delayMs === 0) done(null, chunk);
    else setTimeout(done, delayMs, null, chunk);
  }
}

/** A proxy in front of `targetPort` on 127.0.0.1. */
export class FaultProxy {
  readonly #server: Server;
  readonly #targetPort: number;
  /** How each one is broken, by the dialler's socket. */
  readonly #connections = new Map<Socket, () => void>();
  #delayMs = 0;
  #isPartitioned = false;
  /** Connections that were cut. */
  cutCount = 0;
  /** What came from the dialler, and what came from the target: TLS records, without the headers of TCP and IP. */
  readonly bytes = { fromDialler: 0, fromTarget: 0 };

  private constructor(server: Server, targetPort: number) {
    this.#server = server;
    this.#targetPort = targetPort;
    server.on('connection', (socket) => this.#join(socket));
  }

  /** Listens on a free port of 127.0.0.1, or on `port`. */
  static async open(targetPort: number, port = 0): Promise<FaultProxy> {
    const server = createServer({ allowHalfOpen: true });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return new FaultProxy(server, targetPort);
  }

  /** The port to dial instead of the target's. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Breaks every connection, or the oldest `count`, with a reset. New ones pass: messages then come in another order. */
  cut(count = Infinity): void {
    for (const breakBoth of [...this.#connections.values()].slice(0, count)) {
      this.cutCount += 1;
      breakBoth();
    }
  }

  /** From now on each chunk waits so long, in both directions. */
  delay(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  /** Breaks every connection, and all new ones until `heal`. */
  partition(): void {
    this.#isPartitioned = true;
    this.cut();
  }

  /** Ends a partition and a delay. */
  heal(): void {
    this.#isPartitioned = false;
    this.#delayMs = 0;
  }

  /** Breaks everything and stops listening. */
  async close(): Promise<void> {
    this.#server.close();
    this.cut();
    await once(this.#server, 'close');
  }

  #join(dialler: Socket): void {
    if (this.#isPartitioned) {
      resetConnection(dialler);
      return;
    }
    const target = connect({
      host: '127.0.0.1',
      port: this.#targetPort,
      localAddress: proxyAddress,
      localPort: dialler.remotePort ?? 0,
      allowHalfOpen: true,
      noDelay: true,
    });
    dialler.setNoDelay(true);
    const breakBoth = (): void => {
      this.#connections.delete(dialler);
      resetConnection(dialler);
      resetConnection(target);
    };
    this.#connections.set(dialler, breakBoth);
    for (const socket of [dialler, target]) {
      socket.on('error', breakBoth);
      socket.on('close', (hadError) => (hadError ? breakBoth() : this.#connections.delete(dialler)));
    }
    const waiting = (from: keyof FaultProxy['bytes']): Delay =>
      new Delay((chunk) => {
        this.bytes[from] += chunk.length;
        return this.#delayMs;
      });
    dialler.pipe(waiting('fromDialler')).pipe(target);
    target.pipe(waiting('fromTarget')).pipe(dialler);
  }
}
