// SIZE, MDTM, MLST and HASH: what is known of one file, on the control connection (RFC 3659;
// draft-bryan-ftp-hash-12). Mends of ftp-srv: SIZE of an empty file gives no number, MDTM a fraction (defect 14).
// Caller: command-table.ts.
import type { CustomerPath } from '../../customer-path.ts';
import type { DirectoryEntry } from '../../session-services.ts';
import type { ControlConnection } from '../control-connection.ts';
import { formatFacts, formatTimeValue } from '../entry-text.ts';
import { FtpRefusal } from '../ftp-refusal.ts';

/** SIZE: bytes as RETR sends them, which is the same for every TYPE. */
export async function showSize(connection: ControlConnection, argument: string): Promise<void> {
  const { entry } = await describeFile(connection, argument);
  return connection.reply(213, String(entry.sizeBytes));
}

/** MDTM: when the file was published, UTC. */
export async function showModified(connection: ControlConnection, argument: string): Promise<void> {
  const { entry } = await describeFile(connection, argument);
  return connection.reply(213, formatTimeValue(entry.modifiedAtMs));
}

/** MLST: the facts of one file or directory (RFC 3659 section 7). */
export async function showFacts(connection: ControlConnection, argument: string | null): Promise<void> {
  const { files } = connection.requireSession();
  const path = files.resolve(argument);
  const entry = await files.directory.describe(path);
  const facts = { message: ` ${formatFacts(entry, path)}`, raw: true };
  return connection.reply(250, 'Facts:', facts, 'End.');
}

/** HASH: the SHA-256 that was recorded when the file was published; nothing is read. */
export async function showHash(connection: ControlConnection, argument: string): Promise<void> {
  const { account } = connection.requireSession();
  const { path } = await describeFile(connection, argument);
  const facts = await connection.gateway.services.describeStaging(account, path, null);
  if (facts === null) throw new FtpRefusal(550, 'There is no such file or directory.');
  return connection.reply(213, `SHA-256 0-${facts.sizeBytes} ${facts.sha256} ${path}`);
}

async function describeFile(
  connection: ControlConnection,
  argument: string,
): Promise<{ path: CustomerPath; entry: DirectoryEntry }> {
  const { files } = connection.requireSession();
  const path = files.resolve(argument);
  const entry = await files.directory.describe(path);
  if (entry.kind !== 'file') throw new FtpRefusal(550, 'This is a directory, not a file.');
  return { path, entry };
}
