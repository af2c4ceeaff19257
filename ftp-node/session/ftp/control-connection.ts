// One customer's control connection: ftp-srv's connection, with its reading, its replies and its ends replaced. Holds
// the session's state, which the commands change. Made by ftp-server.ts's listener for each admitted connection; the
// mended defects are named in the files that it is put together from.
import type { SecureContext } from 'node:tls';
import { retiredIdleTimeoutMs } from '../../limits.ts';
import type { AcceptedConnection } from '../accept-connection.ts';
import type { DeliveredFile, SessionRegistration } from '../session-services.ts';
import { CommandDispatcher } from './command-dispatcher.ts';
import { CommandQueue } from './command-queue.ts';
import { ControlLines, type ControlLine } from './control-lines.ts';
import type { CustomerFileSystem } from './customer-file-system.ts';
import type { DataTransfer } from './data-transfer.ts';
import { waitForFirstEvent } from './first-event.ts';
import type { FtpGateway } from './ftp-gateway.ts';
import { ftpLimits } from './ftp-limits.ts';
import { FtpRefusal, refusalFor } from './ftp-refusal.ts';
import { FtpConnection, type LibraryServer, type ReplyLetter } from './ftp-srv-door.ts';
import { IdleTimer } from './idle-timer.ts';
import { makeLibraryLog } from './library-log.ts';
import { formatReply } from './reply-text.ts';
import { secureFromTheStart } from './secure-control.ts';
import { describeStatus } from './session-status.ts';
import { TransferChoices } from './transfer-choices.ts';

/** Who is logged in, and what the session sees. */
export interface FtpSession {
  readonly account: string;
  readonly principal: string;
  readonly username: string;
  /** The one file that it is for, if it is for one. */
  readonly only: DeliveredFile | undefined;
  readonly files: CustomerFileSystem;
  readonly admission: SessionRegistration;
}

const problemTexts = {
  line_too_long: 'The command line is too long.',
  not_utf8: 'The command line is not UTF-8.',
} as const;

const idleText = 'Idle for too long.';

/** A control connection and its session. */
export class ControlConnection extends FtpConnection {
  readonly gateway: FtpGateway;
  /** The customer's address, and the other end of the TCP connection: the same, or a balancer's. */
  readonly address: string;
  readonly peerAddress: string;
  /** The connection's id at the stager. */
  readonly connectionId: string;
  readonly choices = new TransferChoices();
  session: FtpSession | null = null;
  transfer: DataTransfer | null = null;
  /** ABOR has stopped a transfer, and is still to be answered itself. */
  hasAborted = false;
  secureContext: SecureContext | null = null;
  dataProtection: 'clear' | 'private' = 'clear';
  /** After EPSV ALL (RFC 2428 section 4). */
  extendedPassiveOnly = false;
  failedLoginCount = 0;
  readonly #lines: ControlLines;
  readonly #queue: CommandQueue<ControlLine>;
  readonly #idle: IdleTimer;
  readonly #loginDeadline: NodeJS.Timeout;
  readonly #gone = new AbortController();
  #closing = false;
  #draining = false;
  #idleText = idleText;

  constructor(server: LibraryServer, options: { accepted: AcceptedConnection; gateway: FtpGateway }) {
    const { accepted, gateway } = options;
    const { socket } = accepted;
    const { limits, log } = gateway.services;
    super(server, { socket, log: makeLibraryLog(log) });
    this.gateway = gateway;
    this.address = accepted.address;
    this.peerAddress = accepted.peerAddress;
    this.connectionId = accepted.connection;
    this.commands = new CommandDispatcher(this);
    this.#lines = new ControlLines(limits.commandBytesMax);
    this.#queue = new CommandQueue({
      waitingMax: ftpLimits.pipelinedCommandsMax,
      run: (line) => this.#run(line),
      hold: () => this.commandSocket.pause(),
      release: () => this.commandSocket.resume(),
    });
    this.#idle = new IdleTimer(limits.idleTimeoutMs, () => void this.close(421, this.#idleText));
    this.#loginDeadline = setTimeout(() => void this.close(421, 'Log in sooner.'), limits.loginDeadlineMs);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, ftpLimits.keepAliveMs);
    socket.once('close', () => this.#release());
  }

  /** Aborts when the control connection is closed or about to be. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Greets the client and begins to read. */
  async greet(): Promise<void> {
    this.#idle.restart();
    const { implicitTls, plaintext } = this.gateway;
    if (implicitTls) {
      secureFromTheStart(this);
      await this.reply(220, 'Consign FTP server ready.');
    } else {
      const tls = plaintext === 'refused' ? 'AUTH TLS is required to log in' : 'AUTH TLS is offered';
      await this.reply(220, `Consign FTP server ready; ${tls}.`);
    }
    this.commandSocket.resume();
  }

  override _handleData(packet: Buffer): void {
    const wasSecure = this.secure;
    for (const line of this.#lines.push(packet)) {
      // What stood in one packet with AUTH came in clear (defect 3).
      if (this.secure !== wasSecure) return;
      this.#accept(line);
    }
  }

  /** Forgets every command that has not begun; TLS begins now. */
  discardReceived(): void {
    this.#lines.discard();
    this.#queue.clear();
    delete this.username;
  }

  /** Writes the whole reply at once; resolves when the client has room for the next. */
  override async reply(options: number | { code: number }, ...letters: ReplyLetter[]): Promise<void> {
    const code = typeof options === 'number' ? options : options.code;
    const socket = this.commandSocket;
    if (this.#closing || !socket.writable || socket.write(formatReply(code, letters))) return;
    const timeoutMs = this.gateway.services.limits.stallTimeoutMs;
    const event = await waitForFirstEvent(socket, {
      names: ['drain', 'close'],
      timeoutMs,
      signal: this.gone,
    });
    if (event === 'timeout') socket.destroy();
  }

  /** The session has begun; the deadline before it is met. */
  beginSession(session: FtpSession): void {
    clearTimeout(this.#loginDeadline);
    this.session = session;
  }

  /** The session, which the dispatcher has demanded. Throws FtpRefusal 530 when there is none. */
  requireSession(): FtpSession {
    if (this.session === null) throw new FtpRefusal(530, 'Log in first.');
    return this.session;
  }

  /** Says why, stops the transfer and closes, in order if the client lets us; code 0 says nothing. */
  override async close(code = 421, message = 'Closing the connection.'): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    this.#queue.clear();
    this.transfer?.abort('session_over');
    this.#gone.abort();
    const socket = this.commandSocket;
    if (!socket.writable) return void socket.destroy();
    socket.end(code === 0 ? '' : formatReply(code, [message]));
    setTimeout(() => socket.destroy(), ftpLimits.closingGraceMs).unref();
  }

  /** While the node is taken out of service, it closes as soon as nothing runs for a moment. */
  setDraining(draining: boolean): void {
    this.#idleText = draining ? 'The server is going out of service.' : idleText;
    this.#idle.setTimeout(draining ? retiredIdleTimeoutMs : this.gateway.services.limits.idleTimeoutMs);
  }

  /** Goes on as before, and closes as soon as nothing runs for a moment. */
  retire(): void {
    this.#idleText = 'The server has a new configuration; please connect again.';
    this.#idle.setTimeout(retiredIdleTimeoutMs);
  }

  /** Closes when what runs now is done. */
  drain(): void {
    this.#draining = true;
    if (this.transfer === null) void this.close(421, 'The server is going down; please come back soon.');
  }

  #accept(line: ControlLine): void {
    if (this.#closing) return;
    // A browser that a page has sent here: the lines of its body would be taken for commands, and its network banned.
    if (this.session === null && 'text' in line && / HTTP\/1\.[01]$/.test(line.text))
      return void this.close(0);
    const command = 'text' in line ? line.text.trim().toUpperCase() : '';
    if (this.transfer !== null && command === 'ABOR') {
      this.transfer.abort('client');
      this.hasAborted = true;
    }
    // RFC 959 section 4.1.3: STAT may be asked while a transfer runs, and is then answered at once; of a client that
    // does not read the answers it waits like any other command, or they would fill the memory.
    const isAnsweredAtOnce = this.#queue.waitingCount === 0 && this.commandSocket.writableLength === 0;
    if (this.transfer !== null && command === 'STAT' && isAnsweredAtOnce)
      void this.reply(211, ...describeStatus(this));
    else this.#queue.push(line);
  }

  async #run(line: ControlLine): Promise<void> {
    if (this.#closing) return;
    this.#idle.stop();
    try {
      if ('problem' in line) await this.reply(500, problemTexts[line.problem]);
      else await this.commands.handle(line.text);
    } catch (error) {
      await this.#answerError(error);
    }
    if (this.#draining) this.drain();
    if (!this.#closing && !this.commandSocket.destroyed) this.#idle.restart();
  }

  async #answerError(error: unknown): Promise<void> {
    const refusal = refusalFor(error);
    if (refusal !== null) return this.reply(refusal.replyCode, refusal.message);
    if (this.gone.aborted) return;
    const incident = this.id.slice(0, 8);
    this.gateway.services.log.error({ err: error, incident }, 'command failed');
    await this.reply(451, `Something went wrong on our side (incident ${incident}).`);
  }

  #release(): void {
    this.#closing = true;
    this.#queue.clear();
    this.#idle.stop();
    clearTimeout(this.#loginDeadline);
    this.#gone.abort();
    this.transfer?.abort('session_over');
    this.connector.end();
    this.session?.admission.release();
  }
}
