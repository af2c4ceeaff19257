// Extends ftp-srv's data connector. Mends: defect 2 (it wants the TLS handshake before 150, while lftp begins it after;
// here it may begin when the connection comes, and is waited for after 150, data-socket.ts); defect 7 (the timer of an unused PASV
// replaces the newer connector; here it closes nothing but its own listener); defect 8 (listeners and pollers that are
// left behind; here there is one listener, closed by the first connection, and an event instead of a poll); defect 9
// (a stranger at the passive port ends the customer's session; here only the stranger is dropped).
import { EventEmitter } from 'node:events';
import type { Server, Socket } from 'node:net';
import type { Admission } from '../session-services.ts';
import { beginHandshake, type DataHandshake } from './data-socket.ts';
import { FtpConnector, type ConnectionWait, type DataConnection } from './ftp-srv-door.ts';
import type { ControlConnection } from './control-connection.ts';
import { waitForFirstEvent } from './first-event.ts';
import { FtpRefusal } from './ftp-refusal.ts';
import { listenOnRandomPort } from './passive-ports.ts';
import { peerAddressOf } from '#commlink/peer-address.ts';

/** One PASV or EPSV: a listener until the customer's connection comes, then that connection. */
export class PassiveConnector extends FtpConnector {
  readonly #control: ControlConnection;
  #unusedTimer: NodeJS.Timeout | undefined;
  /** Its place among the listening ports of the account. */
  #place: Admission | null = null;
  #used = false;
  #handshake: DataHandshake | null = null;
  /** Tells that the listener is closed: the customer's connection is there, or none will come. */
  readonly #listening = new EventEmitter();

  constructor(control: ControlConnection) {
    super(control);
    this.#control = control;
  }

  /** Listens, and gives the port. Throws FtpRefusal 425 when no port is free, for anybody or for this account. */
  async setupServer(): Promise<number> {
    const { gateway } = this.#control;
    this.#place = gateway.waitingPorts.take(this.#control.requireSession().account);
    if (this.#place === null)
      throw new FtpRefusal(425, 'Your account opens too many data connections at once; try again soon.');
    let server: Server | null = null;
    try {
      server = await listenOnRandomPort(gateway.listenAddress(), gateway.passivePorts);
    } finally {
      if (server === null) this.#place.release();
    }
    if (server === null) throw new FtpRefusal(425, 'No port is free for a data connection; try again soon.');
    if (this.#control.gone.aborted) {
      this.#place.release();
      server.close();
      throw new FtpRefusal(425, 'The control connection is closed.');
    }
    this.type = 'passive';
    this.dataServer = server;
    server.on('connection', (socket: Socket) => this.#admit(socket));
    server.on('error', (error) => this.#control.log.error(error));
    this.#unusedTimer = setTimeout(() => this.closeServer(), gateway.services.limits.dataConnectionTimeoutMs);
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** The customer's data connection, paused. Throws FtpRefusal 425 when none comes. */
  override async waitForConnection({ signal, timeoutMs }: ConnectionWait): Promise<DataConnection> {
    // The server's own `close` comes only after the end of every connection that it has accepted.
    if (this.dataServer !== null)
      await waitForFirstEvent(this.#listening, { names: ['over'], timeoutMs, signal });
    if (this.dataSocket === null || this.dataSocket.destroyed)
      throw new FtpRefusal(425, 'No data connection came; send EPSV or PASV again.');
    this.#used = true;
    return { plain: this.dataSocket, handshake: this.#handshake };
  }

  override closeServer(): void {
    clearTimeout(this.#unusedTimer);
    this.#place?.release();
    this.dataServer?.close();
    this.dataServer = null;
    this.#listening.emit('over');
  }

  /** Closes whatever is open; the connection is without a data connector then. */
  override end(): void {
    this.closeServer();
    // One that was used is closed by its transfer; one that was not has nothing to lose.
    if (!this.#used) this.dataSocket?.destroy();
    this.dataSocket = null;
    this.type = false;
    if (this.#control.connector === this) this.#control.connector = new FtpConnector(this.#control);
  }

  #admit(socket: Socket): void {
    // A socket without a listener for `error` would end the process.
    socket.on('error', (error) => this.#control.log.error(error));
    const { address, peerAddress } = this.#control;
    const peer = peerAddressOf(socket);
    // Behind a balancer customers reach the passive ports either themselves or through the balancer that they came by.
    if (this.dataSocket !== null || (peer !== address && peer !== peerAddress)) {
      this.#control.gateway.services.log.warn(
        { peer, customer: address },
        'connection of another host at a passive port dropped',
      );
      socket.destroy();
      return;
    }
    socket.setNoDelay(true);
    this.dataSocket = socket;
    const { dataProtection, secureContext } = this.#control;
    if (dataProtection === 'private' && secureContext !== null)
      this.#handshake = beginHandshake(socket, secureContext);
    this.closeServer();
  }
}
