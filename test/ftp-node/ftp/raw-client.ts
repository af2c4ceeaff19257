// An FTP client that sends what a test wants and hides nothing: raw control lines, TLS when told, data connections by
// hand. For probes that no real client makes; the real clients are in clients.test.ts.
import { once } from 'node:events';
import { connect, isIPv6, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';

/** A reply: its code, and all its lines as they came. `null` stands for "nothing came in time". */
export interface RawReply {
  readonly code: number;
  readonly lines: readonly string[];
}

/** One control connection. */
export class RawClient {
  socket: Socket;
  readonly port: number;
  readonly host: string;
  closed = false;
  #text = '';
  #notify: () => void = () => undefined;

  private constructor({ port, host }: { port: number; host: string }, socket: Socket) {
    this.port = port;
    this.host = host;
    this.socket = socket;
    this.#listen(socket);
  }

  /** Connects; the greeting is still to be read. */
  static async connect(port: number, localAddress = '127.0.0.1'): Promise<RawClient> {
    const host = isIPv6(localAddress) ? '::1' : '127.0.0.1';
    const socket = connect({ port, host, localAddress });
    const client = new RawClient({ port, host }, socket);
    await once(socket, 'connect');
    return client;
  }

  /** Logs in as each server lets one: ours over TLS, with PROT P; the stock one in clear, where its data works. */
  static async enter(server: {
    readonly kind: 'stock' | 'consign';
    readonly port: number;
  }): Promise<RawClient> {
    return server.kind === 'stock' ? RawClient.logInClear(server.port) : RawClient.logIn(server.port);
  }

  /** Connects, and goes on to a TLS session that is logged in, with PROT P. */
  static async logIn(port: number): Promise<RawClient> {
    const client = await RawClient.connect(port);
    await client.reply();
    await client.startTls();
    for (const line of ['USER erika', 'PASS secret', 'PBSZ 0', 'PROT P', 'TYPE I'])
      await client.command(line);
    return client;
  }

  /** The same on either server; on the stock one, defect 1 makes some handshakes fail. */
  static async enterSecurely(
    server: { readonly kind: 'stock' | 'consign'; readonly port: number },
    triesLeft = 20,
  ): Promise<RawClient> {
    try {
      return await RawClient.logIn(server.port);
    } catch (error) {
      if (server.kind === 'consign' || triesLeft === 0) throw error;
      return RawClient.enterSecurely(server, triesLeft - 1);
    }
  }

  /** The same without TLS, which only the stock server takes. */
  static async logInClear(port: number): Promise<RawClient> {
    const client = await RawClient.connect(port);
    await client.reply();
    for (const line of ['USER erika', 'PASS secret', 'TYPE I']) await client.command(line);
    return client;
  }

  write(bytes: string | Buffer): void {
    this.socket.write(bytes);
  }

  /** The next reply; null when none comes in `waitMs`, or the connection is closed without one. */
  async reply(waitMs = 4000): Promise<RawReply | null> {
    const deadlineMs = Date.now() + waitMs;
    for (;;) {
      const reply = this.#takeReply();
      if (reply !== null) return reply;
      const leftMs = deadlineMs - Date.now();
      if (leftMs <= 0 || this.closed) return null;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#notify = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  async command(line: string, waitMs = 4000): Promise<RawReply | null> {
    this.write(`${line}\r\n`);
    return this.reply(waitMs);
  }

  /** The code of the reply to a command; 0 for none. */
  async code(line: string, waitMs = 4000): Promise<number> {
    return (await this.command(line, waitMs))?.code ?? 0;
  }

  /** Sends AUTH TLS and does the handshake. Throws when the handshake fails. */
  async startTls(): Promise<void> {
    const reply = await this.command('AUTH TLS');
    if (reply?.code !== 234) throw new Error(`AUTH TLS: ${reply?.code}`);
    await this.handshake();
  }

  async handshake(waitMs = 5000): Promise<void> {
    this.socket.removeAllListeners('data');
    const secure = connectTls({ socket: this.socket, rejectUnauthorized: false });
    this.socket = secure;
    this.#listen(secure);
    await once(secure, 'secureConnect', { signal: AbortSignal.timeout(waitMs) });
  }

  /** Sends EPSV and connects to the port; clear, as it is before the server's 150. */
  async openData(): Promise<Socket> {
    const data = connect({ port: await this.passivePort(), host: this.host });
    data.on('error', () => undefined);
    await once(data, 'connect');
    return data;
  }

  async passivePort(): Promise<number> {
    const reply = await this.command('EPSV');
    const port = /\|\|\|(\d+)\|/.exec(reply?.lines[0] ?? '')?.[1];
    if (port === undefined) throw new Error(`EPSV: ${JSON.stringify(reply)}`);
    return Number(port);
  }

  /** Runs a transfer command to its end; the data connection is encrypted when the control connection is. */
  async transfer(line: string): Promise<{ first: number; last: number; data: Buffer }> {
    const plain = await this.openData();
    const first = (await this.command(line))?.code ?? 0;
    if (first !== 150) {
      plain.destroy();
      return { first, last: first, data: Buffer.alloc(0) };
    }
    const data = await readAll(this.secureData(plain));
    return { first, last: (await this.reply())?.code ?? 0, data };
  }

  secureData(plain: Socket): Socket {
    if (!('encrypted' in this.socket)) return plain;
    const session = (this.socket as TLSSocket).getSession();
    const secure = connectTls({ socket: plain, rejectUnauthorized: false, ...(session ? { session } : {}) });
    secure.on('error', () => undefined);
    return secure;
  }

  destroy(): void {
    this.socket.destroy();
  }

  #listen(socket: Socket): void {
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      this.#text += bytes.toString();
      this.#notify();
    });
    socket.on('close', () => {
      this.closed = true;
      this.#notify();
    });
  }

  #takeReply(): RawReply | null {
    const lines = this.#text.split('\r\n');
    const code = /^(\d{3})[ -]/.exec(lines[0] ?? '')?.[1];
    if (code === undefined) return null;
    const last = lines.findIndex((line, index) => index < lines.length - 1 && line.startsWith(`${code} `));
    if (last < 0) return null;
    this.#text = lines.slice(last + 1).join('\r\n');
    return { code: Number(code), lines: lines.slice(0, last + 1) };
  }
}

/** All bytes until the end; whatever came until an error. */
export async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise((resolve) => socket.once('close', resolve));
  return Buffer.concat(chunks);
}
