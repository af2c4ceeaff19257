// The SFTP server of one session server process: accepts connections, bounds what comes before a login, and hands
// each socket to ssh2. Caller: prepare-protocols.ts, before the jail is shut; it listens after that.
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import type { Connection } from 'ssh2';
import { connectionBacklog } from '../../limits.ts';
import { acceptConnection, type AcceptedConnection } from '../accept-connection.ts';
import type { ListeningPlace, ProtocolServer, SessionServices } from '../session-services.ts';
import { AccountBudgets } from './account-budgets.ts';
import { BufferPool } from './buffer-pool.ts';
import { declineConnection } from './decline-connection.ts';
import { finishLoadingSsh } from './native-crypto.ts';
import { sshLimits } from './sftp-limits.ts';
import { SshConnection } from './ssh-connection.ts';
import { createSshEngine } from './ssh-engine.ts';
import { socketOf } from './ssh2-insides.ts';

const tcpKeepAliveMs = 60_000;

/** What the server is made with. */
export interface SftpServerOptions {
  readonly services: SessionServices;
  /** Private keys, Ed25519 and ECDSA, in OpenSSH or PEM form. */
  readonly hostKeys: readonly Buffer[];
  /** As in sshLimits, unless a test is in a hurry. */
  readonly rekeyDeadlineMs?: number;
}

/** Makes the server; see ProtocolServer. Rejects with HostKeyError. */
export async function prepareSftpServer(options: SftpServerOptions): Promise<ProtocolServer> {
  const server = new SftpServer(options);
  await finishLoadingSsh();
  return server;
}

interface OpenSocket {
  /** Null until it was admitted. */
  accepted: AcceptedConnection | null;
  /** Null until the client has identified itself. */
  connection: SshConnection | null;
  readonly deadline: NodeJS.Timeout;
}

class SftpServer implements ProtocolServer {
  readonly #options: SftpServerOptions;
  readonly #budgets = new AccountBudgets();
  readonly #pool = new BufferPool();
  readonly listener: Server;
  readonly #sockets = new Map<Socket, OpenSocket>();
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
    this.listener = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
      void this.#accept(socket);
    });
    this.listener.on('error', (error) => services.log.error({ err: error }, 'sftp listener failed'));
  }

  get port(): number {
    return this.#port;
  }

  get sessionCount(): number {
    return this.#sockets.size;
  }

  async listen(place: ListeningPlace): Promise<void> {
    this.listener.listen({ ...place, backlog: connectionBacklog });
    await once(this.listener, 'listening');
    this.#port = (this.listener.address() as AddressInfo).port;
  }

  setDraining(draining: boolean): void {
    for (const { connection } of this.#sockets.values()) connection?.setDraining(draining);
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
    this.listener.close();
    this.#isStopping = true;
    this.#resolveIfEmpty();
    return this.#emptied.promise;
  }

  #resolveIfEmpty(): void {
    if (this.#isStopping && this.#sockets.size === 0) this.#emptied.resolve();
  }

  async #accept(socket: Socket): Promise<void> {
    const { services } = this.#options;
    socket.on('error', (error) => services.log.debug({ err: error }, 'sftp socket failed'));
    const deadline = setTimeout(() => socket.destroy(), services.limits.loginDeadlineMs).unref();
    const entry: OpenSocket = { accepted: null, connection: null, deadline };
    this.#sockets.set(socket, entry);
    socket.once('close', () => {
      clearTimeout(deadline);
      this.#sockets.delete(socket);
      this.#resolveIfEmpty();
    });
    const end = (): void => void socket.destroy();
    const accepted = await acceptConnection(socket, { services, protocol: 'sftp', end });
    if (accepted === null) return void socket.destroy();
    if (!accepted.admitted) return declineConnection(socket, accepted.reason);
    entry.accepted = accepted;
    socket.setKeepAlive(true, tcpKeepAliveMs);
    this.#engine.serve(socket);
  }

  #serve(connection: Connection): void {
    const socket = socketOf(connection);
    const entry = this.#sockets.get(socket);
    if (entry === undefined || entry.accepted === null) {
      socket.destroy();
      return;
    }
    entry.connection = new SshConnection(connection, {
      services: this.#options.services,
      budgets: this.#budgets,
      pool: this.#pool,
      rekeyDeadlineMs: this.#options.rekeyDeadlineMs ?? sshLimits.rekeyDeadlineMs,
      address: entry.accepted.address,
      connectionId: entry.accepted.connection,
      onLogin: () => clearTimeout(entry.deadline),
    });
    if (this.#isDraining) entry.connection.drain();
    else if (this.#isStopping) entry.connection.retire();
  }
}
