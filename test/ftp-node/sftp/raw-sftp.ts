// An SFTP client that sends what a test wants, well formed or not, on the raw channel of ssh2's client.
// Used by the tests of this folder.
import type { Client, ClientChannel } from 'ssh2';

/** A reply: its packet type, request id, and what follows. */
export interface RawReply {
  readonly type: number;
  readonly id: number;
  readonly body: Buffer;
}

/** Packet types that the tests send or expect (draft-ietf-secsh-filexfer-02, section 3). */
export const type = {
  init: 1,
  version: 2,
  open: 3,
  close: 4,
  read: 5,
  write: 6,
  lstat: 7,
  opendir: 11,
  readdir: 12,
  realpath: 16,
  stat: 17,
  status: 101,
  handle: 102,
  data: 103,
  name: 104,
  attrs: 105,
  extended: 200,
  extendedReply: 201,
} as const;

/** A 32-bit number. */
export function uint32(value: number): Buffer {
  const field = Buffer.alloc(4);
  field.writeUInt32BE(value);
  return field;
}

/** A 64-bit number. */
export function uint64(value: number | bigint): Buffer {
  const field = Buffer.alloc(8);
  field.writeBigUInt64BE(BigInt(value));
  return field;
}

/** A string with its length. */
export function string(value: string | Buffer): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return Buffer.concat([uint32(bytes.length), bytes]);
}

/** A request with its length. */
export function request(packetType: number, id: number, ...fields: Buffer[]): Buffer {
  return string(Buffer.concat([Buffer.from([packetType]), uint32(id), ...fields]));
}

/** The file names in an SSH_FXP_NAME: each has a long name and attributes after it, of which only the size varies. */
export function fileNamesIn(body: Buffer): string[] {
  const names: string[] = [];
  let at = 4;
  const next = (): Buffer => {
    const length = body.readUInt32BE(at);
    at += 4 + length;
    return body.subarray(at - length, at);
  };
  const attributeBytes: readonly (readonly [flag: number, bytes: number])[] = [
    [1, 8],
    [2, 8],
    [4, 4],
    [8, 8],
  ];
  for (let left = body.readUInt32BE(0); left > 0; left -= 1) {
    names.push(next().toString('latin1'));
    next();
    const flags = body.readUInt32BE(at);
    at += 4 + attributeBytes.reduce((sum, [flag, bytes]) => sum + ((flags & flag) === 0 ? 0 : bytes), 0);
  }
  return names;
}

/** One raw session. */
export class RawSftp {
  readonly channel: ClientChannel;
  readonly #replies: RawReply[] = [];
  readonly #waiting: ((reply: RawReply | null) => void)[] = [];
  #buffer = Buffer.alloc(0);
  #isClosed = false;

  private constructor(channel: ClientChannel) {
    this.channel = channel;
    channel.on('close', () => {
      this.#isClosed = true;
      for (const resolve of this.#waiting.splice(0)) resolve(null);
    });
  }

  /** Opens the subsystem, without INIT. */
  static async open(client: Client): Promise<RawSftp> {
    const channel = await new Promise<ClientChannel>((resolve, reject) => {
      client.subsys('sftp', (error, opened) => (error ? reject(error) : resolve(opened)));
    });
    channel.on('error', () => undefined);
    return new RawSftp(channel);
  }

  /** Opens the subsystem, says INIT, and starts to read replies. */
  static async start(client: Client): Promise<RawSftp> {
    const raw = await RawSftp.open(client);
    raw.listen();
    raw.send(request(type.init, 3));
    await raw.next();
    return raw;
  }

  /** Starts to read replies; before that, the channel's window is never given back. */
  listen(): void {
    this.channel.on('data', (chunk: Buffer) => this.#receive(chunk));
  }

  send(bytes: Buffer): void {
    this.channel.write(bytes);
  }

  /** The next reply; null when the channel closes first. */
  async next(): Promise<RawReply | null> {
    const reply = this.#replies.shift();
    if (reply !== undefined) return reply;
    if (this.#isClosed) return null;
    return await new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Sends one request and waits for its reply. */
  async ask(packetType: number, id: number, ...fields: Buffer[]): Promise<RawReply | null> {
    this.send(request(packetType, id, ...fields));
    return await this.next();
  }

  /** Opens a file for reading and returns its handle. */
  async openFile(path: string): Promise<Buffer> {
    const reply = await this.ask(type.open, 1, string(path), uint32(1), uint32(0));
    if (reply?.type !== type.handle) throw new Error(`OPEN was answered with ${reply?.type}.`);
    return reply.body.subarray(4);
  }

  #receive(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    while (this.#buffer.length >= 4 && this.#buffer.length >= 4 + this.#buffer.readUInt32BE(0)) {
      const packet = this.#buffer.subarray(4, 4 + this.#buffer.readUInt32BE(0));
      this.#buffer = this.#buffer.subarray(4 + packet.length);
      const reply = { type: packet[0]!, id: packet.readUInt32BE(1), body: packet.subarray(5) };
      const resolve = this.#waiting.shift();
      if (resolve) resolve(reply);
      else this.#replies.push(reply);
    }
  }
}
