// One SSH connection, from the client's identification to its end: login deadline, channels, idleness, new keys,
// expiry. Caller: sftp-server.ts. Whatever the client sends, the worst that happens is that its connection closes.
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Connection, ServerChannel, Session } from 'ssh2';
import type { Logger } from '#commlink/log.ts';
import { retiredIdleTimeoutMs } from '../../limits.ts';
import type { SessionServices } from '../session-services.ts';
import type { AccountBudgets, BudgetShare } from './account-budgets.ts';
import type { BufferPool } from './buffer-pool.ts';
import { guardOutput } from './output-guard.ts';
import { SftpError } from './sftp-protocol.ts';
import { SftpHandles } from './sftp-handles.ts';
import { sshLimits } from './sftp-limits.ts';
import { SftpSession } from './sftp-session.ts';
import { boundPacketSize, isExchangingKeys, socketOf } from './ssh2-insides.ts';
import { offerLogin, type Login } from './ssh-login.ts';
import { renewKeys, type Rekeying } from './ssh-rekey.ts';
import { SshTransport } from './ssh-transport.ts';

/** What a connection is served with. */
export interface SshConnectionOptions {
  readonly services: SessionServices;
  readonly budgets: AccountBudgets;
  readonly pool: BufferPool;
  /** The customer's. */
  readonly address: string;
  /** The connection's id at the stager. */
  readonly connectionId: string;
  readonly rekeyDeadlineMs: number;
  /** Called when the client has logged in: its deadline is over. */
  onLogin(): void;
}

/** For people whose client asks for a shell, a command, rsync or the old scp protocol. */
const commandRefusal =
  'This server offers SFTP only: no shell, no commands, no rsync, and no old scp protocol.\r\n' +
  'Use sftp, or scp without -O.\r\n';

/** A connection whose client has identified itself. */
export class SshConnection {
  readonly #connection: Connection;
  readonly #socket: Socket;
  readonly #options: SshConnectionOptions;
  readonly #log: Logger;
  readonly #gone = new AbortController();
  readonly #transport: SshTransport;
  readonly #handles = new Set<SftpHandles>();
  readonly #cleanups: (() => void)[] = [];
  #session: (Login & BudgetShare) | null = null;
  #rekeying: Rekeying | null = null;
  #channelCount = 0;
  #lastActiveAtMs = Date.now();
  #isDraining = false;
  #isRetired = false;
  #isLeaving: boolean;
  #drainTimer: NodeJS.Timeout | undefined;

  constructor(connection: Connection, options: SshConnectionOptions) {
    const { services, address } = options;
    this.#connection = connection;
    this.#socket = socketOf(connection);
    this.#options = options;
    this.#isLeaving = services.isDraining();
    this.#log = services.log.child({ protocol: 'sftp', address, connection: randomUUID() });
    this.#transport = new SshTransport(connection, {
      pool: options.pool,
      stallTimeoutMs: services.limits.stallTimeoutMs,
      onStall: () => this.#break('the client takes nothing any more'),
      onSent: () => this.#rekeying?.look(),
    });
    this.#cleanups.push(() => this.#transport.close());
    connection.on('error', (error) => {
      this.#log.info({ err: error }, 'sftp connection failed');
      this.#sayGoodbye();
    });
    connection.on('close', () => this.#cleanUp());
    connection.on('session', (accept, reject) => this.#openSession(accept, reject));
    // Without a listener ssh2 does not honour no-more-sessions@openssh.com. Forwarding is refused.
    connection.on('request', (_accept, reject) => reject?.());
    // Before a login there is no reason for new keys, and each exchange costs us more than the client.
    connection.on('rekey', () => {
      if (this.#session === null) this.#break('the client renews its keys before it logs in');
    });
    guardOutput({
      socket: this.#socket,
      isExchangingKeys: () => isExchangingKeys(connection),
      onExcess: () => this.#break('the client sends without end during a key exchange'),
    });
    offerLogin({
      connection,
      services,
      address,
      connectionId: options.connectionId,
      signal: this.#gone.signal,
      onLogin: (login) => this.#begin(login),
      onRefused: () => this.#sayGoodbye(),
      onEnd: (reason) => {
        this.#log.info({ reason }, 'sftp session ended');
        this.#sayGoodbye();
      },
    });
  }

  /** True while a download is running. */
  get isTransferring(): boolean {
    return [...this.#handles].some((handles) => handles.isTransferring);
  }

  /** While the node is taken out of service, it closes as soon as no download is running for a moment. */
  setDraining(draining: boolean): void {
    this.#isLeaving = draining;
  }

  /** Goes on as before, and closes as soon as no download is running and nothing is asked for a moment. */
  retire(): void {
    this.#isRetired = true;
  }

  /** Closes when no download is running any more. */
  drain(): void {
    this.#isDraining = true;
    if (this.#handles.size === 0) this.#sayGoodbye();
    else this.#closeIfDrained();
  }

  /** Closes now. */
  end(): void {
    this.#sayGoodbye();
  }

  #begin(login: Login): void {
    const { services, budgets } = this.#options;
    const { account, principal, registration } = login;
    const share = budgets.join(account);
    this.#session = { ...login, ...share };
    this.#log.info({ account, principal }, 'sftp login');
    const lookEveryMs = Math.max(10, Math.min(services.limits.idleTimeoutMs / 4, sshLimits.idleLookMsMax));
    const idleTimer = setInterval(() => this.#closeIfIdle(), lookEveryMs).unref();
    const rekeying = this.#renewKeys();
    this.#rekeying = rekeying;
    this.#cleanups.push(
      () => share.leave(),
      () => registration.release(),
      () => clearInterval(idleTimer),
      () => rekeying.stop(),
    );
    this.#options.onLogin();
    this.#closeIfDrained();
  }

  #renewKeys(): Rekeying {
    const { services, rekeyDeadlineMs } = this.#options;
    const { rekeyBytes, rekeyIntervalMs } = services.limits;
    const limits = { bytes: rekeyBytes, intervalMs: rekeyIntervalMs, deadlineMs: rekeyDeadlineMs };
    return renewKeys(this.#connection, {
      limits,
      onOverdue: () => this.#break('the client does not renew its keys'),
    });
  }

  #openSession(accept: () => Session, reject: () => void): void {
    // A session that never becomes a channel keeps its place: ssh2 forgets no such session.
    if (this.#session === null || this.#channelCount >= sshLimits.channelsPerConnectionMax) return reject();
    this.#channelCount += 1;
    const session = accept();
    if (!boundPacketSize(session)) return this.#break('the client wants packets of no useful size');
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
    channel.on('error', (error: Error) => this.#log.info({ err: error }, 'sftp channel failed'));
    channel.stderr.on('error', (error: Error) => this.#log.info({ err: error }, 'sftp channel failed'));
    channel.once('close', () => (this.#channelCount -= 1));
    return channel;
  }

  #serveSftp(channel: ServerChannel): void {
    const login = this.#session;
    if (login === null) return this.#break('a channel came before the login');
    const { services, address, connectionId } = this.#options;
    const closed = new AbortController();
    channel.once('close', () => closed.abort(new SftpError('ended', 'The channel was closed.')));
    const handles = new SftpHandles(login.openHandles);
    this.#handles.add(handles);
    const session = new SftpSession({
      channel,
      transport: this.#transport,
      accountBudget: login.budget,
      directory: services.accountDirectory(login.account),
      username: login.username,
      pool: this.#options.pool,
      handles,
      log: this.#log,
      signal: AbortSignal.any([closed.signal, this.#gone.signal]),
      touch: () => this.#touch(),
      isDraining: () => this.#isDraining,
      isAlone: () => this.#handles.size === 1,
      cut: () => this.#cut(),
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
          delivery: null,
        }),
    });
    void this.#superviseSession(session, channel).finally(() => {
      this.#handles.delete(handles);
      this.#closeIfDrained();
    });
  }

  /** Runs a session to its end. Clients wait for the exit status, and for ever without one. */
  async #superviseSession(session: SftpSession, channel: ServerChannel): Promise<void> {
    let exitStatus = 1;
    try {
      await session.run();
      exitStatus = 0;
    } catch (error) {
      if (error instanceof SftpError) this.#log.info({ code: error.code }, `sftp session: ${error.message}`);
      else this.#log.error({ err: error }, 'sftp session broke');
    }
    if (this.#gone.signal.aborted) return;
    channel.exit(exitStatus);
    channel.end();
  }

  #touch(): void {
    this.#lastActiveAtMs = Date.now();
    this.#closeIfDrained();
  }

  /**
   * A client whose last transfer is over has a moment to end in its own way: scp would call a download failed that
   * is followed by a disconnect message.
   */
  #closeIfDrained(): void {
    if (!this.#isDraining || this.isTransferring) return;
    if (this.#drainTimer !== undefined) return;
    this.#drainTimer = setTimeout(() => {
      this.#drainTimer = undefined;
      if (!this.isTransferring) this.#sayGoodbye();
    }, sshLimits.lingerMs).unref();
  }

  #closeIfIdle(): void {
    if (this.#transport.isBusy) return;
    const { idleTimeoutMs } = this.#options.services.limits;
    const isEnding = (this.#isRetired || this.#isLeaving) && !this.isTransferring;
    const allowedMs = isEnding ? Math.min(idleTimeoutMs, retiredIdleTimeoutMs) : idleTimeoutMs;
    if (Date.now() - this.#lastActiveAtMs < allowedMs) return;
    this.#log.info('sftp connection was idle for too long');
    this.#sayGoodbye();
  }

  /** A transfer was revoked: nothing that is queued may still leave. */
  #cut(): void {
    this.#break('a transfer was cut');
  }

  #break(reason: string): void {
    this.#log.info({ reason }, 'sftp connection broken off');
    this.#socket.destroy();
  }

  /** Sends a disconnect message, and leaves the client a moment to read it. */
  #sayGoodbye(): void {
    this.#connection.end();
    setTimeout(() => this.#socket.destroy(), sshLimits.lingerMs).unref();
  }

  #cleanUp(): void {
    this.#gone.abort(new SftpError('ended', 'The connection was closed.'));
    for (const cleanUp of this.#cleanups.splice(0)) cleanUp();
  }
}
