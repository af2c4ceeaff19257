// TYPE and MODE: how files go over the data connection. Mends defect 14 of ftp-srv: `A N` and `L 8` are refused.
// Caller: command-table.ts.
import type { ControlConnection } from '../control-connection.ts';

/** RFC 959 section 3.1.1: image, local byte of 8 bits, and ASCII non-print. */
export async function setTransferType(connection: ControlConnection, argument: string): Promise<void> {
  const type = argument.trim().toUpperCase().replaceAll(/ +/g, ' ');
  if (/^(?:I|L ?8|A|A N)$/.test(type)) {
    connection.choices.type = type.startsWith('A') ? 'ascii' : 'image';
    return connection.reply(200, `Type is ${type}.`);
  }
  if (/^(?:A [TC]|E(?: [NTC])?|L(?: ?\d{1,3})?)$/.test(type))
    return connection.reply(504, 'Only types I, L 8 and A N are known here.');
  return connection.reply(501, 'TYPE takes I, L 8 or A N.');
}

/** MODE: stream, or deflated stream (draft-preston-ftpext-deflate-04); RFC 959's others are not used by anybody. */
export async function setTransferMode(connection: ControlConnection, argument: string): Promise<void> {
  switch (argument.trim().toUpperCase()) {
    case 'S':
      connection.choices.mode = 'stream';
      return connection.reply(200, 'Mode is S.');
    case 'Z':
      if (!connection.gateway.compression) return connection.reply(504, 'Only mode S is known here.');
      connection.choices.mode = 'deflate';
      return connection.reply(200, 'Mode is Z.');
    case 'B':
    case 'C':
      return connection.reply(504, 'There is no such mode here.');
    default:
      return connection.reply(501, 'MODE takes S or Z.');
  }
}
