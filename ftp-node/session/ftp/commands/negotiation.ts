// OPTS, LANG, HOST and CLNT: what client and server agree on before anything else. Caller: command-table.ts.
import type { ControlConnection } from '../control-connection.ts';
import { factNames } from '../entry-text.ts';
import { ftpLimits } from '../ftp-limits.ts';

/** OPTS (RFC 2389): the options of the commands that have any. UTF-8 is always on. */
export async function acceptOptions(connection: ControlConnection, argument: string): Promise<void> {
  const [name = '', ...values] = argument.trim().split(/ +/);
  const value = values.join(' ');
  switch (name.toUpperCase()) {
    case 'UTF8':
    case 'UTF-8':
      if (/^(?:ON|NLST)?$/i.test(value)) return connection.reply(200, 'Always in UTF-8.');
      return connection.reply(504, 'UTF-8 stays on.');
    case 'MLST':
      return chooseFacts(connection, value);
    case 'MODE':
      return setDeflateLevel(connection, value);
    case 'HASH':
      if (/^(?:SHA-256)?$/i.test(value)) return connection.reply(200, 'SHA-256');
      return connection.reply(501, 'The hash is SHA-256.');
    default:
      return connection.reply(501, 'There is no such option.');
  }
}

/** RFC 3659 section 7.9: unknown facts are passed over; without any, MLST shows names alone. */
async function chooseFacts(connection: ControlConnection, value: string): Promise<void> {
  const wanted = new Set(value.toLowerCase().split(';'));
  const facts = factNames.filter((name) => wanted.has(name));
  connection.choices.facts = facts;
  const chosen = facts.map((name) => `${name};`).join('');
  return connection.reply(200, chosen === '' ? 'MLST OPTS' : `MLST OPTS ${chosen}`);
}

/** draft-preston-ftpext-deflate-04 section 3.1; levels above the highest that is worth its time count as that one. */
async function setDeflateLevel(connection: ControlConnection, value: string): Promise<void> {
  if (!connection.gateway.compression) return connection.reply(501, 'There is no such option.');
  const level = /^Z(?: LEVEL (\d))?$/i.exec(value);
  if (level === null || level[1] === '0') return connection.reply(501, 'OPTS MODE Z takes LEVEL 1 to 9.');
  const wanted = Number(level[1] ?? ftpLimits.deflateLevelUsual);
  connection.choices.deflateLevel = Math.min(wanted, ftpLimits.deflateLevelMax);
  return connection.reply(200, `MODE Z LEVEL set to ${connection.choices.deflateLevel}.`);
}

/** LANG (RFC 2640): the replies are in English, whatever kind of it is asked for. */
export async function chooseLanguage(connection: ControlConnection, argument: string | null): Promise<void> {
  const tag = argument?.trim().toLowerCase() ?? 'en';
  if (/^en(?:-[a-z0-9-]{1,32})?\*?$/.test(tag)) return connection.reply(200, 'The replies are in English.');
  if (/^[a-z]{1,8}(?:-[a-z0-9]{1,8})*\*?$/.test(tag))
    return connection.reply(504, 'The replies are in English only.');
  return connection.reply(501, 'LANG takes a language tag.');
}

/** HOST (RFC 7151): the names of this node, which has one set of files under all of them; only before the login. */
export async function acceptHost(connection: ControlConnection, argument: string): Promise<void> {
  if (connection.session !== null) return connection.reply(503, 'HOST comes before the login.');
  const host = argument.trim();
  // Section 3.1: a name, an IPv4 address, or an IPv6 address in brackets; never a port.
  const literal = /^\[([0-9a-f:.]+)\]$/i.exec(host)?.[1];
  if (literal === undefined && !/^[a-z0-9._-]{1,255}$/i.test(host))
    return connection.reply(501, 'HOST takes a name, or an address in brackets.');
  if (!connection.gateway.isOwnName(literal ?? host, connection))
    return connection.reply(504, 'This server does not have that name.');
  return connection.reply(220, 'This is Consign.');
}

/** CLNT: taken note of by nobody. */
export async function nameClient(connection: ControlConnection): Promise<void> {
  return connection.reply(200, 'Welcome.');
}
