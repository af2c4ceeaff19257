// SIZE, MDTM and MLST: what is known of one file, on the control connection (RFC 3659). Mends of ftp-srv: SIZE of an
// empty file gives no number, MDTM a fraction (defect 14). Caller: command-table.ts.
import type { DirectoryEntry } from '../../session-services.ts';
import type { ControlConnection } from '../control-connection.ts';
import { formatFacts, formatTimeValue } from '../entry-text.ts';
import { FtpRefusal } from '../ftp-refusal.ts';

/** SIZE: bytes as RETR sends them; with TYPE A nobody knows before the file is read. */
export async function showSize(connection: ControlConnection, argument: string): Promise<void> {
  const entry = await describeFile(connection, argument);
  if (connection.choices.type === 'ascii') throw new FtpRefusal(550, 'SIZE needs TYPE I.');
  return connection.reply(213, String(entry.sizeBytes));
}

/** MDTM: when the file was published, UTC. */
export async function showModified(connection: ControlConnection, argument: string): Promise<void> {
  const entry = await describeFile(connection, argument);
  return connection.reply(213, formatTimeValue(entry.modifiedAtMs));
}

/** MLST: the facts of one file or directory (RFC 3659 section 7). */
export async function showFacts(connection: ControlConnection, argument: string | null): Promise<void> {
  const { files } = connection.requireSession();
  const path = files.resolve(argument);
  const entry = await files.directory.describe(path);
  const facts = { message: ` ${formatFacts(entry, path, connection.choices.facts)}`, raw: true };
  return connection.reply(250, 'Facts:', facts, 'End.');
}

async function describeFile(connection: ControlConnection, argument: string): Promise<DirectoryEntry> {
  const { files } = connection.requireSession();
  const entry = await files.directory.describe(files.resolve(argument));
  if (entry.kind !== 'file') throw new FtpRefusal(550, 'This is a directory, not a file.');
  return entry;
}
