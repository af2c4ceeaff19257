// OPTS, HOST and CLNT: what clients say of themselves and of what they like. Caller: command-table.ts.
import type { ControlConnection } from '../control-connection.ts';

/** OPTS: UTF8 is always on; MLST always shows all its facts, and says so (RFC 3659 section 7.9). */
export async function acceptOptions(connection: ControlConnection, argument: string): Promise<void> {
  const [name = '', value = ''] = argument.trim().split(/ +/, 2);
  switch (name.toUpperCase()) {
    case 'UTF8':
    case 'UTF-8':
      if (/^(?:ON|NLST)?$/i.test(value)) return connection.reply(200, 'Always in UTF-8.');
      return connection.reply(504, 'UTF-8 stays on.');
    case 'MLST':
      return connection.reply(200, 'MLST OPTS type;size;modify;perm;');
    case 'HASH':
      if (/^(?:SHA-256)?$/i.test(value)) return connection.reply(200, 'SHA-256');
      return connection.reply(501, 'The hash is SHA-256.');
    default:
      return connection.reply(501, 'There is no such option.');
  }
}

/** HOST (RFC 7151): one server, whatever it is called; only before the login. */
export async function acceptHost(connection: ControlConnection): Promise<void> {
  if (connection.session !== null) return connection.reply(503, 'HOST comes before the login.');
  return connection.reply(220, 'This is Consign.');
}

/** CLNT: taken note of by nobody. */
export async function nameClient(connection: ControlConnection): Promise<void> {
  return connection.reply(200, 'Welcome.');
}
