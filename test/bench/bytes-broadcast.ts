// The floor beside a change of the configuration: bytes sent to a number of processes over mutual TLS connections that are
// open already; each writes them to a file, fsyncs, and answers with one byte. No signatures, no agreement.
// Caller: configuration-benchmark.ts; bytes-receiver.ts is the other end.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { TLSSocket } from 'node:tls';
import type { ReceiverSetup } from './bytes-receiver.ts';
import { dialMutualTls, makeTlsIdentities } from './mutual-tls.ts';

/** The sending end, and the processes. */
export class BytesBroadcast {
  readonly #children: readonly ChildProcess[];
  readonly #sockets: readonly TLSSocket[];

  private constructor(children: readonly ChildProcess[], sockets: readonly TLSSocket[]) {
    this.#children = children;
    this.#sockets = sockets;
  }

  /** Starts `count` processes, with their files in `directory`, and connects to them. */
  static async open(directory: string, count: number): Promise<BytesBroadcast> {
    const identities = await makeTlsIdentities(directory);
    const program = path.join(import.meta.dirname, 'bytes-receiver.ts');
    const children: ChildProcess[] = [];
    const sockets: TLSSocket[] = [];
    for (let index = 0; index < count; index += 1) {
      const child = fork(program);
      children.push(child);
      const file = path.join(directory, `received-${index}`);
      child.send({ identity: identities.server, file } satisfies ReceiverSetup);
      const [port] = (await once(child, 'message')) as [number];
      const socket = await dialMutualTls(identities.client, port);
      socket.resume();
      sockets.push(socket);
    }
    return new BytesBroadcast(children, sockets);
  }

  /** Sends a text to all; resolves when all have it on their disks. */
  async send(text: string): Promise<void> {
    const content = Buffer.from(text);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(content.length);
    await Promise.all(
      this.#sockets.map((socket) => {
        const answered = once(socket, 'data');
        socket.write(Buffer.concat([length, content]));
        return answered;
      }),
    );
  }

  /** Ends it all. */
  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    for (const child of this.#children) child.kill();
  }
}
