// Logs in over FTP and stays: a client of a few lines, because what is measured is many logins at once and what idle
// sessions cost, not a client. Caller: delivery-rows.ts.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Door } from './delivery-clients.ts';

const replyWithinMs = 30_000;

/** A session that is logged in. */
export class FtpSession {
  readonly #socket: Socket;
  #received = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => (this.#received += text));
  }

  /** Connects and logs in. Throws when a reply is not the expected one. */
  static async open(door: Door): Promise<FtpSession> {
    const socket = connect({ port: door.port, host: '127.0.0.1', noDelay: true });
    socket.setTimeout(replyWithinMs, () => socket.destroy(new Error('No reply came.')));
    await once(socket, 'connect');
    const session = new FtpSession(socket);
    await session.#expect('220');
    await session.#send(`USER ${door.user}`, '331');
    await session.#send(`PASS ${door.password}`, '230');
    socket.setTimeout(0);
    return session;
  }

  /** Says goodbye, and waits until the server closes. */
  async quit(): Promise<void> {
    const closed = once(this.#socket, 'close');
    this.#socket.write('QUIT\r\n');
    await closed;
  }

  async #send(command: string, code: string): Promise<void> {
    this.#socket.write(`${command}\r\n`);
    await this.#expect(code);
  }

  async #expect(code: string): Promise<void> {
    while (!/^\d{3} .*\r\n/m.test(this.#received)) {
      if (this.#socket.destroyed || this.#socket.readableEnded)
        throw new Error(`The connection was closed while ${code} was expected: ${this.#received}`);
      await Promise.race([once(this.#socket, 'data'), once(this.#socket, 'close')]);
    }
    const reply = this.#received;
    this.#received = '';
    if (!reply.startsWith(code)) throw new Error(`${code} was expected: ${reply}`);
  }
}

/** Logs in `count` times, `atOnce` at a time, and leaves at once. */
export async function logInAndOut(door: Door, count: number, atOnce: number): Promise<void> {
  await inParallel(count, atOnce, async () => {
    const session = await FtpSession.open(door);
    await session.quit();
  });
}

/** Opens `count` sessions, `atOnce` at a time. */
export async function openSessions(door: Door, count: number, atOnce: number): Promise<FtpSession[]> {
  const sessions: FtpSession[] = [];
  await inParallel(count, atOnce, async () => void sessions.push(await FtpSession.open(door)));
  return sessions;
}

async function inParallel(count: number, atOnce: number, work: () => Promise<void>): Promise<void> {
  let begun = 0;
  const workers = Array.from({ length: atOnce }, async () => {
    while (begun < count) {
      begun += 1;
      await work();
    }
  });
  await Promise.all(workers);
}
