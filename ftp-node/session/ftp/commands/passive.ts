// PASV and EPSV (RFC 959, RFC 2428). Mends the rest of defect 5 of ftp-srv (a bad port
// never gets a reply) and of defect 8 (each EPSV leaves its listener behind). Caller: command-table.ts.
import { isIPv4 } from 'node:net';
import { announcedAddress } from '../announced-address.ts';
import type { ControlConnection } from '../control-connection.ts';
import { PassiveConnector } from '../passive-connector.ts';
import { localAddressOf } from '#commlink/peer-address.ts';

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
  const address = announcedAddress(connection.gateway.publicAddresses, {
    client: connection.address,
    local: localAddressOf(connection.commandSocket),
  });
  if (address === null) return connection.reply(425, 'PASV is for IPv4; send EPSV.');
  const port = await openListener(connection);
  const numbers = [...address.split('.'), port >> 8, port & 0xff].join(',');
  return connection.reply(227, `Entering Passive Mode (${numbers}).`);
}

async function openListener(connection: ControlConnection): Promise<number> {
  if (connection.connector.type !== false) connection.connector.end();
  const connector = new PassiveConnector(connection);
  const port = await connector.setupServer();
  connection.connector = connector;
  return port;
}
