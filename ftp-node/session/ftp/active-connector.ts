// Extends ftp-srv's data connector for active mode: connects to the client's own address, at the port that PORT or EPRT
// named, when the transfer begins. It cannot be sent elsewhere (RFC 2577 section 3): the address that it connects to is
// that of the control connection, whatever the command said. Caller: commands/active.ts.
import { connect } from 'node:net';
import { localAddressOf } from '#commlink/peer-address.ts';
import type { ControlConnection } from './control-connection.ts';
import { waitForFirstEvent } from './first-event.ts';
import { FtpRefusal } from './ftp-refusal.ts';
import { FtpConnector, type ConnectionWait, type DataConnection } from './ftp-srv-door.ts';

/** One PORT or EPRT: a port of the client, then the connection to it. */
export class ActiveConnector extends FtpConnector {
  readonly #control: ControlConnection;
  readonly #port: number;

  constructor(control: ControlConnection, port: number) {
    super(control);
    this.#control = control;
    this.#port = port;
    this.type = 'active';
  }

  /** The data connection, in clear and paused. Throws FtpRefusal 425 when the client cannot be reached. */
  override async waitForConnection({ signal, timeoutMs }: ConnectionWait): Promise<DataConnection> {
    const { address, peerAddress, commandSocket } = this.#control;
    const socket = connect({
      host: address,
      port: this.#port,
      allowHalfOpen: true,
      // Clients and firewalls expect it to come from the address that they know; a balancer's is not ours to have.
      ...(address === peerAddress ? { localAddress: localAddressOf(commandSocket) } : {}),
    });
    socket.pause();
    socket.setNoDelay(true);
    // A socket without a listener for `error` would end the process.
    socket.on('error', (error) => this.#control.log.error(error));
    const event = await waitForFirstEvent(socket, { names: ['connect', 'close'], timeoutMs, signal });
    if (event !== 'connect') {
      socket.destroy();
      throw new FtpRefusal(425, 'Your data port could not be reached; send EPSV or PASV.');
    }
    this.dataSocket = socket;
    return { plain: socket, handshake: null };
  }

  /** The connection, when there is one, is closed by its transfer. */
  override end(): void {
    this.dataSocket = null;
    this.type = false;
    if (this.#control.connector === this) this.#control.connector = new FtpConnector(this.#control);
  }
}
