// The lines that STAT shows of a session, idle or in the middle of a transfer. Callers: control-connection.ts (during
// a transfer) and commands/status.ts.
import type { ControlConnection } from './control-connection.ts';
import type { ReplyLetter } from './ftp-srv-door.ts';

/** A reply for code 211: heading, details, end. Holds nothing that the client does not know. */
export function describeStatus(connection: ControlConnection): ReplyLetter[] {
  const { choices, session, transfer } = connection;
  const details = [
    `Connected from ${connection.address}`,
    session === null ? 'Not logged in' : `Logged in as ${session.username}`,
    `Control connection: ${connection.secure ? 'TLS' : 'clear'}; data connections: ${connection.dataProtection}`,
    `Type: ${choices.type}; mode: ${choices.mode}; structure: file`,
    transfer === null
      ? 'No transfer is running'
      : `Running: ${transfer.subject}; ${transfer.sentBytes} bytes sent`,
  ];
  return [
    'Status of this session:',
    ...details.map((message) => ({ message: ` ${message}`, raw: true })),
    'End of status.',
  ];
}
