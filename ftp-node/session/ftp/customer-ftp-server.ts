// Extends ftp-srv's server, which listens and keeps the table of connections. Mends defect 15 (its own handlers of
// SIGTERM, SIGINT and SIGQUIT exit at once; when to stop is for the process's main.ts to say) and accepts only
// admitted connections. Caller: ftp-server.ts.
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connectionBacklog } from '../../limits.ts';
import { acceptConnection, type AcceptedConnection, type DeclinedConnection } from '../accept-connection.ts';
import type { EndReason, ListeningPlace } from '../session-services.ts';
import { ControlConnection } from './control-connection.ts';
import type { FtpGateway } from './ftp-gateway.ts';
import { ftpLimits } from './ftp-limits.ts';
import { FtpServer } from './ftp-srv-door.ts';
import { makeLibraryLog } from './library-log.ts';
import { decideLogin } from './login-verdict.ts';
import { formatReply } from './reply-text.ts';

const declineTexts: Readonly<Record<DeclinedConnection['reason'], string>> = {
  banned: 'Too many logins have failed from your address',
  too_many: 'There are too many connections',
  too_many_from_address: 'There are too many connections from your address',
  draining: 'The server is going out of service',
  unavailable: 'The server is busy',
};

const stoppingSignals = ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const;

/** One FTP server. */
export class CustomerFtpServer extends FtpServer {
  readonly #gateway: FtpGateway;
  readonly #open = new Set<Socket>();
  #bound = { address: '', port: 0 };
  #stopping = false;
  #retired = false;

  constructor(gateway: FtpGateway) {
    const keepOthers = rememberSignalListeners();
    super({
      // Never used: `listenAt` listens, and passive ports are our own connectors' work.
      url: 'ftp://127.0.0.1:0',
      log: makeLibraryLog(gateway.services.log),
      tls: {},
      timeout: 0,
    });
    keepOthers();
    this.#gateway = gateway;
    this.server.removeAllListeners('connection');
    this.server.on('connection', (socket: Socket) => void this.#accept(socket));
    this.on(
      'login',
      (attempt: LoginAttempt, resolve: (given: object) => void, reject: (error: unknown) => void) => {
        decideLogin(attempt.connection, attempt).then((fs) => resolve({ fs }), reject);
      },
    );
  }

  /** Logged-in sessions. */
  get sessionCount(): number {
    return this.#controls().filter((connection) => connection.session !== null).length;
  }

  /** Where it listens, or listened last: sessions of a retired server still open passive ports there. */
  get bound(): { readonly address: string; readonly port: number } {
    return this.#bound;
  }

  /** Accepts connections from now on. Throws the system's error with its code. */
  async listenAt(place: ListeningPlace): Promise<void> {
    this.server.listen({ ...place, backlog: connectionBacklog });
    await once(this.server, 'listening');
    this.#bound = this.server.address() as AddressInfo;
  }

  /** See ProtocolServer. */
  setDraining(draining: boolean): void {
    if (!this.#retired) for (const connection of this.#controls()) connection.setDraining(draining);
  }

  /** Stops accepting; sessions go on until they are idle for a moment. Resolves after the last. */
  async retire(): Promise<void> {
    this.#retired = true;
    this.server.close();
    for (const connection of this.#controls()) connection.retire();
    await this.#emptied();
  }

  /** Stops accepting; each session is closed when its running command is done. Resolves after the last. */
  async drain(): Promise<void> {
    this.#stopping = true;
    this.server.close();
    for (const connection of this.#controls()) connection.drain();
    await this.#emptied();
  }

  /** Ends everything now, running transfers too. */
  override async close(): Promise<void> {
    this.#stopping = true;
    this.server.close();
    for (const connection of this.#controls()) void connection.close(421, 'The server is going down.');
    for (const socket of this.#open) socket.destroySoon();
    await this.#emptied();
    this.removeAllListeners();
  }

  /** The library would end the process here. */
  override async quit(): Promise<void> {
    await this.close();
  }

  #controls(): ControlConnection[] {
    return Object.values(this.connections) as ControlConnection[];
  }

  async #accept(socket: Socket): Promise<void> {
    // A socket without a listener for `error` would end the process.
    socket.on('error', () => socket.destroy());
    this.#open.add(socket);
    socket.once('close', () => {
      this.#open.delete(socket);
      this.emit('emptier');
    });
    let control: ControlConnection | null = null;
    const end = (reason: EndReason): void => {
      if (control === null) socket.destroy();
      else
        void control.close(421, `${reason === 'banned' ? declineTexts.banned : 'The connection was cut'}.`);
    };
    const { services } = this.#gateway;
    const protocol = this.#gateway.implicitTls ? 'ftps' : 'ftp';
    const accepted = await acceptConnection(socket, { services, protocol, end });
    if (accepted === null) socket.destroy();
    else if (!accepted.admitted) decline(socket, accepted.reason);
    else if (this.#stopping) decline(socket, 'draining');
    else control = this.#greet(accepted);
  }

  #greet(accepted: AcceptedConnection): ControlConnection {
    const connection = new ControlConnection(this, { accepted, gateway: this.#gateway });
    this.connections[connection.id] = connection;
    accepted.socket.once('close', () => delete this.connections[connection.id]);
    void connection.greet();
    if (this.#retired) connection.retire();
    else if (this.#gateway.services.isDraining()) connection.setDraining(true);
    return connection;
  }

  #emptied(): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.#open.size > 0) return;
        this.off('emptier', look);
        resolve();
      };
      this.on('emptier', look);
      look();
    });
  }
}

function decline(socket: Socket, reason: DeclinedConnection['reason']): void {
  socket.end(formatReply(421, [`${declineTexts[reason]}; please try again later.`]));
  setTimeout(() => socket.destroy(), ftpLimits.closingGraceMs).unref();
}

interface LoginAttempt {
  readonly connection: ControlConnection;
  readonly username: string;
  readonly password: string;
}

/** Gives the function that removes every listener which came after this call. */
function rememberSignalListeners(): () => void {
  const before = new Map(stoppingSignals.map((signal) => [signal, new Set(process.listeners(signal))]));
  return () => {
    for (const [signal, known] of before) {
      for (const listener of process.listeners(signal))
        if (!known.has(listener)) process.off(signal, listener);
    }
  };
}
