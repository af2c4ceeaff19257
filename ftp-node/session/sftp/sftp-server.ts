// The SFTP server of one session server process: accepts connections, bounds what comes before a login, and hands
// each socket to ssh2. Caller: prepare-protocols.ts, before the jail is shut; it listens after that.
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import type { Connection } from 'ssh2';
import { connectionBacklog } from '../../limits.ts';
import type { ListeningPlace, ProtocolServer, SessionServices } from '../session-services.ts';
import { AccountBudgets } from './account-budgets.ts';
import { finishLoadingSsh } from './native-crypto.ts';
import { sshLimits } from './sftp-limits.ts';
import { SshConnection } from './ssh-connection.ts';
import { createSshEngine, socketOf } from './ssh-engine.ts';
import type { RekeyLimits } from './ssh-rekey.ts';

const tcpKeepAliveMs = 60_000;

/** What the server is made with. */
export interface SftpServerOptions {
  readonly services: SessionServices;
  /** Private keys, Ed25519 and ECDSA, in OpenSSH or PEM form. */
  readonly hostKeys: readonly Buffer[];
  /** sshLimits unless a test is in a hurry. */
  readonly rekeyLimits?: RekeyLimits;
}

/** Makes the server; see ProtocolServer. Rejects with HostKeyError. */
export async function prepareSftpServer(options: SftpServerOptions): Promise<ProtocolServer> {
  const server = new SftpServer(options);
  await finishLoadingSsh();
  return server;
}

class SftpServer implements ProtocolServer {
  readonly #options: SftpServerOptions;
  readonly #budgets = new AccountBudgets();
  readonly #listener: Server;
  readonly #sockets = new Map<Socket, { connection: SshConnection | null; deadline: NodeJS.Timeout }>();
  readonly #engine;
  #port = 0;
  readonly #emptied = Promise.withResolvers<void>();
  #isStopping = false;
  #isDraining = false;

  constructor(options: SftpServerOptions) {
    const { services, hostKeys } = options;
    this.#options = options;
    this.#engine = createSshEngine({
      hostKeys,
      silenceMsMax: services.limits.stallTimeoutMs,
      onConnection: (connection) => this.#serve(connection),
    });
    this.#listener = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => this.#accept(socket));
    this.#listener.on('error', (error) => services.log.error({ err: error }, 'sftp listener failed'));
  }

  get port(): number {
    return this.#port;
  }

  get sessionCount(): number {
    return this.#sockets.size;
  }

  async listen(place: ListeningPlace): Promise<void> {
    this.#listener.listen({ ...place, backlog: connectionBacklog });
    await once(this.#listener, 'listening');
    this.#port = (this.#listener.address() as AddressInfo).port;
  }

  async retire(): Promise<void> {
    const closed = this.#stopListening();
    for (const { connection } of this.#sockets.values()) connection?.retire();
    await closed;
  }

  async drain(): Promise<void> {
    this.#isDraining = true;
    const closed = this.#stopListening();
    for (const [socket, { connection }] of this.#sockets) {
      if (connection === null) socket.destroy();
      else connection.drain();
    }
    await closed;
  }

  async close(): Promise<void> {
    const closed = this.#stopListening();
    for (const socket of this.#sockets.keys()) socket.destroy();
    await closed;
  }

  /** Resolves when the last connection is gone, and what it held is given back. */
  #stopListening(): Promise<void> {
    this.#listener.close();
    this.#isStopping = true;
    this.#resolveIfEmpty();
    return this.#emptied.promise;
  }

  #resolveIfEmpty(): void {
    if (this.#isStopping && this.#sockets.size === 0) this.#emptied.resolve();
  }

  #accept(socket: Socket): void {
    const { services } = this.#options;
    socket.on('error', (error) => services.log.debug({ err: error }, 'sftp socket failed'));
    const admission = services.admitConnection(addressOf(socket));
    if (admission === null) {
      socket.destroy();
      return;
    }
    socket.setKeepAlive(true, tcpKeepAliveMs);
    const deadline = setTimeout(() => socket.destroy(), services.limits.loginDeadlineMs).unref();
    this.#sockets.set(socket, { connection: null, deadline });
    socket.once('close', () => {
      clearTimeout(deadline);
      this.#sockets.delete(socket);
      admission.release();
      this.#resolveIfEmpty();
    });
    this.#engine.serve(socket);
  }

  #serve(connection: Connection): void {
    const socket = socketOf(connection);
    const entry = this.#sockets.get(socket);
    if (entry === undefined) {
      socket.destroy();
      return;
    }
    entry.connection = new SshConnection(connection, {
      services: this.#options.services,
      budgets: this.#budgets,
      rekeyLimits: this.#options.rekeyLimits ?? sshLimits,
      address: addressOf(socket),
      onLogin: () => clearTimeout(entry.deadline),
    });
    if (this.#isDraining) entry.connection.drain();
    else if (this.#isStopping) entry.connection.retire();
  }
}

/** The peer's address; an IPv4 one as such, also when the listener is an IPv6 one. */
function addressOf(socket: Socket): string {
  return (socket.remoteAddress ?? '::').replace(/^::ffff:(?=\d+\.)/, '');
}
