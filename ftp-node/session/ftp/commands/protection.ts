// AUTH, PBSZ, PROT and CCC (RFC 4217, RFC 2228). Policy: TLS for the login and for the data, and it stays on.
// Caller: command-table.ts.
import type { ControlConnection } from '../control-connection.ts';
import { secureControlConnection } from '../secure-control.ts';

/** AUTH: TLS, or its older name SSL's refusal. Synchronous up to the wrapped socket (secure-control.ts). */
export function beginTls(connection: ControlConnection, mechanism: string): void | Promise<void> {
  const name = mechanism.trim().toUpperCase();
  if (name !== 'TLS' && name !== 'TLS-C') return connection.reply(504, 'Only AUTH TLS is known here.');
  if (connection.secure) return connection.reply(503, 'The connection is encrypted already.');
  // A client that reads no replies could have our 234 stay behind the handshake.
  if (connection.commandSocket.writableLength > 0) return connection.close(421, 'Read the replies first.');
  secureControlConnection(connection);
}

/** PBSZ: TLS needs no buffer, so zero is what it always is. */
export async function setBufferSize(connection: ControlConnection, size: string): Promise<void> {
  if (!connection.secure) return connection.reply(503, 'Send AUTH TLS first.');
  if (!/^\d{1,10}$/.test(size.trim())) return connection.reply(501, 'PBSZ takes a number.');
  connection.bufferSize = 0;
  return connection.reply(200, 'PBSZ=0');
}

/** PROT: P, and C where clear data is allowed. */
export async function setProtection(connection: ControlConnection, level: string): Promise<void> {
  if (!connection.secure || connection.bufferSize === false)
    return connection.reply(503, connection.secure ? 'Send PBSZ 0 first.' : 'Send AUTH TLS first.');
  switch (level.trim().toUpperCase()) {
    case 'P':
      connection.dataProtection = 'private';
      return connection.reply(200, 'Data connections will be encrypted.');
    case 'C':
      if (connection.gateway.plaintext === 'refused')
        return connection.reply(534, 'Data connections must be encrypted here.');
      connection.dataProtection = 'clear';
      return connection.reply(200, 'Data connections will be clear.');
    case 'S':
    case 'E':
      return connection.reply(536, 'Only PROT P is possible with TLS.');
    default:
      return connection.reply(504, 'PROT takes P.');
  }
}

/** CCC: never; a control connection in clear could be steered by anybody on the way. */
export async function refuseClearControl(connection: ControlConnection): Promise<void> {
  return connection.reply(534, 'The control connection stays encrypted.');
}
