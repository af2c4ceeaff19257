// ABOR. The transfer itself is stopped when the line arrives (control-connection.ts; defect 10 of ftp-srv: it is
// ignored); this is the command's own reply, in its turn, after the transfer's 426. Caller: command-table.ts.
import type { ControlConnection } from '../control-connection.ts';

/** 226 in any case (RFC 959 section 4.1.3): no transfer runs any more. A passive port that waits is closed. */
export async function abortTransfer(connection: ControlConnection): Promise<void> {
  if (connection.connector.type === 'passive') connection.connector.end();
  return connection.reply(226, 'No transfer is running now.');
}
