// ABOR. The transfer itself is stopped when the line arrives (control-connection.ts; defect 10 of ftp-srv: it is
// ignored); this is the command's own reply, in its turn, after the transfer's 426. Telnet's Interrupt Process and
// Synch, which clients put in front of it, are taken out before (telnet-filter.ts). Caller: command-table.ts.
import type { ControlConnection } from '../control-connection.ts';

/** 226 after a transfer that it has stopped, 225 when there was none. A data connection that waits is given up. */
export async function abortTransfer(connection: ControlConnection): Promise<void> {
  const { hasAborted } = connection;
  connection.hasAborted = false;
  if (connection.connector.type !== false) connection.connector.end();
  if (hasAborted) return connection.reply(226, 'The transfer was aborted.');
  return connection.reply(225, 'No transfer was running.');
}
