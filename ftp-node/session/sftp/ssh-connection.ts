// One SSH connection, from the client's identification to its end: login deadline, channels, idleness, new keys,
// expiry. Caller: sftp-server.ts. Whatever the client sends, the worst that happens is that its connection closes.
import type { Socket } from 'node:net';
import type { Connection } from 'ssh2';
import type { Logger } from '#commlink/log.ts';
import { retiredIdleTimeoutMs } from '../../limits.ts';
import type { SessionServices } from '../session-services.ts';
import type { AccountBudgets } from './account-budgets.ts';
import type { BufferPool } from './buffer-pool.ts';
import { guardOutput } from './output-guard.ts';
import { SftpError } from './sftp-protocol.ts';
import { sshLimits } from './sftp-limits.ts';
import { SshChannels } from './ssh-channels.ts';
import { isExchangingKeys, socketOf } from './ssh2-insides.ts';
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

/** A connection whose client has identified itself. */
export class SshConnection {
  readonly #connection: Connection;
  readonly #socket: Socket;
  readonly #options: SshConnectionOptions;
  readonly #log: Logger;
  readonly #gone = new AbortController();
  readonly #transport: SshTransport;
  readonly #channels: SshChannels;
  readonly #cleanups: (() => void)[] = [];
  #rekeying: Rekeying | null = null;
  #lastActiveAtMs = Date.now();
  #isDraining = false;
  #isRetired = false;
  #isLeaving: boolean;
  #drainTimer: NodeJS.Timeout | undefined;

  constructor(connection: Connection, options: SshConnectionOptions) {
    const { services, address, connectionId } = options;
    this.#connection = connection;
    this.#socket = socketOf(connection);
    this.#options = options;
    this.#isLeaving = services.isDraining();
    this.#log = services.log.child({ protocol: 'sftp', address, connection: connectionId });
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
    this.#channels = new SshChannels(connection, {
      ...options,
      transport: this.#transport,
      log: this.#log,
      gone: this.#gone.signal,
      touch: () => this.#touch(),
      isDraining: () => this.#isDraining,
      breakOff: (reason) => this.#break(reason),
      onSessionOver: () => this.#closeIfDrained(),
    });
    // Without a listener ssh2 does not honour no-more-sessions@openssh.com. Forwarding is refused.
    connection.on('request', (_accept, reject) => reject?.());
    // Before a login there is no reason for new keys, and each exchange costs us more than the client.
    connection.on('rekey', () => {
      if (!this.#channels.isOpen) this.#break('the client renews its keys before it logs in');
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
      connectionId,
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
    return this.#channels.isTransferring;
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
    if (this.#channels.sessionCount === 0) this.#sayGoodbye();
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
    this.#channels.open({ ...login, ...share });
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
