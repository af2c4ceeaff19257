// PORT and EPRT (RFC 959, RFC 2428): active mode, which is off unless the operator allows it, and then goes to nobody
// but the client (RFC 2577: no bounce, no well-known port). Caller: command-table.ts.
import { BlockList, isIP, isIPv4 } from 'node:net';
import { ActiveConnector } from '../active-connector.ts';
import type { ControlConnection } from '../control-connection.ts';
import { FtpRefusal } from '../ftp-refusal.ts';

/** Ports below belong to services (RFC 2577 section 3). */
const firstFreePort = 1024;

/** PORT: `h1,h2,h3,h4,p1,p2`, IPv4. */
export async function openActive(connection: ControlConnection, argument: string): Promise<void> {
  requireActiveMode(connection);
  const numbers = argument.trim().split(',').map(parseByte);
  const [high = null, low = null] = numbers.slice(4);
  if (numbers.length !== 6 || numbers.includes(null) || high === null || low === null)
    throw new FtpRefusal(501, 'PORT takes six numbers with commas between them.');
  await connectLater(connection, { address: numbers.slice(0, 4).join('.'), port: high * 256 + low });
}

/** EPRT: `|1|IPv4 address|port|` or `|2|IPv6 address|port|`, with any delimiter. */
export async function openExtendedActive(connection: ControlConnection, argument: string): Promise<void> {
  requireActiveMode(connection);
  const delimiter = argument.trim().slice(0, 1);
  const fields = argument.trim().split(delimiter);
  const [, protocol = '', address = '', port = ''] = fields;
  if (!/^[!-~]$/.test(delimiter) || fields.length !== 5 || !/^\d{1,5}$/.test(port))
    throw new FtpRefusal(501, 'EPRT takes |protocol|address|port|.');
  const family = isIPv4(connection.address) ? '1' : '2';
  if (protocol !== family)
    throw new FtpRefusal(522, `This network protocol is not supported, use (${family})`);
  await connectLater(connection, { address, port: Number(port) });
}

function requireActiveMode({ extendedPassiveOnly, gateway }: ControlConnection): void {
  if (extendedPassiveOnly) throw new FtpRefusal(501, 'You have said EPSV ALL.');
  if (!gateway.activeMode) throw new FtpRefusal(500, 'Active mode is off here; send EPSV or PASV.');
}

async function connectLater(
  connection: ControlConnection,
  { address, port }: { readonly address: string; readonly port: number },
): Promise<void> {
  if (port < firstFreePort || port > 0xffff)
    throw new FtpRefusal(501, 'Data ports are those from 1024 to 65535.');
  if (!isSameAddress(address, connection.address))
    throw new FtpRefusal(501, 'Data connections go to your own address only.');
  if (connection.connector.type !== false) connection.connector.end();
  connection.connector = new ActiveConnector(connection, port);
  await connection.reply(200, 'The data connection will be opened to your port.');
}

/** IPv6 addresses have many spellings. */
function isSameAddress(given: string, own: string): boolean {
  const version = isIP(given);
  if (version === 0 || version !== isIP(own)) return false;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addAddress(own, family);
  return list.check(given, family);
}

function parseByte(text: string): number | null {
  return /^\d{1,3}$/.test(text) && Number(text) <= 255 ? Number(text) : null;
}
