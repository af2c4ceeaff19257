// TLS on the control connection, from AUTH on or from the first byte. Mends two defects of ftp-srv: 1 (it wraps the socket after an asynchronous reply, so
// the client's hello may be parsed as commands; here the reply and the wrapping are one synchronous step) and 3
// (commands that came in clear behind AUTH run as though they had been encrypted; here they are forgotten).
// Callers: commands/protection.ts, control-connection.ts.
import { constants, randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { createSecureContext, TLSSocket, type SecureContext } from 'node:tls';
import { peopleTls } from '#commlink/people-tls.ts';
import type { ControlConnection } from './control-connection.ts';
import type { FtpTls } from './ftp-gateway.ts';
import { ftpLimits } from './ftp-limits.ts';

const ticketKeyBytes = 48;

/** Replies 234 and begins TLS. There must be no `await` between the command's line and the end of this function. */
export function secureControlConnection(connection: ControlConnection): void {
  void connection.reply(234, 'Begin TLS.');
  discardBuffered(connection.commandSocket);
  wrapControlConnection(connection);
}

/** Begins TLS on a connection of the implicit port, where clients take data connections for protected unasked. */
export function secureFromTheStart(connection: ControlConnection): void {
  wrapControlConnection(connection);
  connection.bufferSize = 0;
  connection.dataProtection = 'private';
}

function wrapControlConnection(connection: ControlConnection): void {
  const plain = connection.commandSocket;
  plain.removeAllListeners('data');
  connection.discardReceived();
  const secureContext = createControlContext(connection.gateway.tls);
  const secure = new TLSSocket(plain, { isServer: true, secureContext });
  secure.on('data', (packet: Buffer) => connection._handleData(packet));
  secure.on('error', (error) => {
    connection.log.error(error);
    plain.destroy();
  });
  connection.commandSocket = secure;
  connection.secureContext = secureContext;
  connection.secure = true;
}

/** Its ticket keys are random and its own: only this session's data connections can resume it. */
function createControlContext(tls: FtpTls): SecureContext {
  return createSecureContext({
    cert: tls.cert,
    key: tls.key,
    minVersion: tls.minVersion,
    ...peopleTls,
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    ticketKeys: randomBytes(ticketKeyBytes),
    sessionTimeout: ftpLimits.tlsSessionLifetimeSeconds,
  });
}

/** Node would hand what it has read already to TLS; nothing that a client may send can be there. */
function discardBuffered(plain: Socket): void {
  while (plain.readableLength > 0 && plain.read() !== null);
}
