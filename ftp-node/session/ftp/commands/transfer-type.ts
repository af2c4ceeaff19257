// TYPE. Mends defect 14 of ftp-srv: `A N` and `L 8` are refused. Files are always sent as they are, for what a
// customer checks is the digest of what was published; so TYPE A changes nothing. Caller: command-table.ts.
import type { ControlConnection } from '../control-connection.ts';

/** RFC 959 section 3.1.1: image, local byte of 8 bits, and ASCII non-print. */
export async function setTransferType(connection: ControlConnection, argument: string): Promise<void> {
  const type = argument.trim().toUpperCase().replaceAll(/ +/g, ' ');
  if (/^(?:I|L ?8|A|A N)$/.test(type)) return connection.reply(200, `Type is ${type}.`);
  if (/^(?:A [TC]|E(?: [NTC])?|L(?: ?\d{1,3})?)$/.test(type))
    return connection.reply(504, 'Only types I, L 8 and A N are known here.');
  return connection.reply(501, 'TYPE takes I, L 8 or A N.');
}
