// The channels of one SSH connection: SFTP is served on them, and everything else is refused in a sentence.
// Caller: ssh-connection.ts. Whatever the client asks for, no program is ever started.
import type { Connection, ServerChannel, Session } from 'ssh2';
import type { Logger } from '#commlink/log.ts';
import type { SessionServices } from '../session-services.ts';
import type { BudgetShare } from './account-budgets.ts';
import type { BufferPool } from './buffer-pool.ts';
import { SftpHandles } from './sftp-handles.ts';
import { sshLimits } from './sftp-limits.ts';
import { SftpError } from './sftp-protocol.ts';
import { SftpSession } from './sftp-session.ts';
import type { Login } from './ssh-login.ts';
import type { SshTransport } from './ssh-transport.ts';
import { boundPacketSize } from './ssh2-insides.ts';

/** What the channels of a connection work with. */
export interface SshChannelsOptions {
  readonly services: SessionServices;
  readonly pool: BufferPool;
  /** The customer's. */
  readonly address: string;
  /** The connection's id at the stager. */
  readonly connectionId: string;
  readonly transport: SshTransport;
  readonly log: Logger;
  /** Aborts when the connection is gone. */
  readonly gone: AbortSignal;
  /** Called for each request and each reply. */
  touch(): void;
  /** True when no new download may begin. */
  isDraining(): boolean;
  /** Ends the connection at once. */
  breakOff(reason: string): void;
  /** Called when an SFTP session is over. */
  onSessionOver(): void;
}

/** For people whose client asks for a shell, a command, rsync or the old scp protocol. */
const commandRefusal =
  'This server offers SFTP only: no shell, no commands, no rsync, and no old scp protocol.\r\n' +
  'Use sftp, or scp without -O.\r\n';

/** The channels; none can be opened before `open`. */
export class SshChannels {
  readonly #options: SshChannelsOptions;
  readonly #handles = new Set<SftpHandles>();
  #login: (Login & BudgetShare) | null = null;
  #channelCount = 0;

  constructor(connection: Connection, options: SshChannelsOptions) {
    this.#options = options;
    connection.on('session', (accept, reject) => this.#openSession(accept, reject));
  }

  /** True from the login on. */
  get isOpen(): boolean {
    return this.#login !== null;
  }

  /** SFTP sessions that are running. */
  get sessionCount(): number {
    return this.#handles.size;
  }

  /** True while a download is running. */
  get isTransferring(): boolean {
    return [...this.#handles].some((handles) => handles.isTransferring);
  }

  /** Lets the client open channels: it has logged in. */
  open(login: Login & BudgetShare): void {
    this.#login = login;
  }

  #openSession(accept: () => Session, reject: () => void): void {
    // A session that never becomes a channel keeps its place: ssh2 forgets no such session.
    if (this.#login === null || this.#channelCount >= sshLimits.channelsPerConnectionMax) return reject();
    this.#channelCount += 1;
    const session = accept();
    if (!boundPacketSize(session))
      return this.#options.breakOff('the client wants packets of no useful size');
    session.on('subsystem', (acceptChannel, refuse, { name }) => {
      if (name === 'sftp') this.#serveSftp(this.#watchChannel(acceptChannel()));
      else refuse?.();
    });
    const refuseCommand = (acceptChannel: () => ServerChannel): void => {
      const channel = this.#watchChannel(acceptChannel());
      channel.resume();
      channel.stderr.write(commandRefusal);
      channel.exit(1);
      channel.end();
    };
    // Granted, though there is no terminal: otherwise `ssh` gives up before it could show the sentence.
    session.on('pty', (grant) => grant?.());
    session.on('exec', refuseCommand);
    session.on('shell', refuseCommand);
  }

  #watchChannel(channel: ServerChannel): ServerChannel {
    channel.on('error', (error: Error) => this.#options.log.info({ err: error }, 'sftp channel failed'));
    channel.stderr.on('error', (error: Error) =>
      this.#options.log.info({ err: error }, 'sftp channel failed'),
    );
    channel.once('close', () => (this.#channelCount -= 1));
    return channel;
  }

  #serveSftp(channel: ServerChannel): void {
    const login = this.#login;
    if (login === null) return this.#options.breakOff('a channel came before the login');
    const { services, address, connectionId, transport, gone } = this.#options;
    const closed = new AbortController();
    channel.once('close', () => closed.abort(new SftpError('ended', 'The channel was closed.')));
    const handles = new SftpHandles(login.openHandles);
    this.#handles.add(handles);
    const session = new SftpSession({
      channel,
      transport,
      accountBudget: login.budget,
      directory: services.accountDirectory(login.account, login.only),
      username: login.username,
      pool: this.#options.pool,
      handles,
      log: this.#options.log,
      signal: AbortSignal.any([closed.signal, gone]),
      touch: () => this.#options.touch(),
      isDraining: () => this.#options.isDraining(),
      isAlone: () => this.#handles.size === 1,
      // Nothing that is queued may still leave.
      cut: () => this.#options.breakOff('a transfer was cut'),
      waitForAdmission: (signal) => services.waitForAdmission(signal),
      beginTransfer: (file, offsetBytes) =>
        services.beginTransfer({
          connection: connectionId,
          account: login.account,
          path: file.path,
          principal: login.principal,
          protocol: 'sftp',
          address,
          offsetBytes,
          sizeBytes: file.sizeBytes,
          delivery: login.only?.delivery ?? null,
        }),
    });
    void this.#superviseSession(session, channel).finally(() => {
      this.#handles.delete(handles);
      this.#options.onSessionOver();
    });
  }

  /** Runs a session to its end. Clients wait for the exit status, and for ever without one. */
  async #superviseSession(session: SftpSession, channel: ServerChannel): Promise<void> {
    let exitStatus = 1;
    try {
      await session.run();
      exitStatus = 0;
    } catch (error) {
      if (error instanceof SftpError)
        this.#options.log.info({ code: error.code }, `sftp session: ${error.message}`);
      else this.#options.log.error({ err: error }, 'sftp session broke');
    }
    if (this.#options.gone.aborted) return;
    channel.exit(exitStatus);
    channel.end();
  }
}
