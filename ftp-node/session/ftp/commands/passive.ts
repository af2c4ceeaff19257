// PASV, EPSV, and the refusal of active mode (RFC 959, RFC 2428). Mends the rest of defect 5 of ftp-srv (a bad port
// never gets a reply) and of defect 8 (each EPSV leaves its listener behind). Caller: command-table.ts.
import { isIPv4 } from 'node:net';
import type { ControlConnection } from '../control-connection.ts';
import { PassiveConnector } from '../passive-connector.ts';
import { localAddressOf } from '../../peer-address.ts';

/** EPSV: a port alone, on the address that the client knows already. */
export async function openExtendedPassive(
  connection: ControlConnection,
  argument: string | null,
): Promise<void> {
  const family = isIPv4(connection.address) ? '1' : '2';
  switch (argument?.trim().toUpperCase()) {
    case undefined:
    case family: {
      const port = await openListener(connection);
      return connection.reply(229, `Entering Extended Passive Mode (|||${port}|)`);
    }
    case 'ALL':
      connection.extendedPassiveOnly = true;
      return connection.reply(200, 'Only EPSV from now on.');
    default:
      return connection.reply(522, `This network protocol is not supported, use (${family})`);
  }
}

/** PASV: an IPv4 address and a port. */
export async function openPassive(connection: ControlConnection): Promise<void> {
  if (connection.extendedPassiveOnly) return connection.reply(501, 'You have said EPSV ALL.');
  const address = announcedAddress(connection);
  if (address === null) return connection.reply(425, 'PASV is for IPv4; send EPSV.');
  const port = await openListener(connection);
  const numbers = [...address.split('.'), port >> 8, port & 0xff].join(',');
  return connection.reply(227, `Entering Passive Mode (${numbers}).`);
}

/** PORT and EPRT: a server that connects to where it is told can be used against others. */
export async function refuseActive(connection: ControlConnection): Promise<void> {
  return connection.reply(500, 'Active mode is off here; send EPSV or PASV.');
}

async function openListener(connection: ControlConnection): Promise<number> {
  if (connection.connector.type === 'passive') connection.connector.end();
  const connector = new PassiveConnector(connection);
  const port = await connector.setupServer();
  connection.connector = connector;
  return port;
}

/** Clients on this very machine cannot come through the public address, in general. */
function announcedAddress(connection: ControlConnection): string | null {
  const local = localAddressOf(connection.commandSocket);
  if (!isIPv4(local)) return null;
  return local.startsWith('127.') ? local : connection.gateway.publicAddress;
}
