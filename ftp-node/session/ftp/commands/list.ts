// LIST, NLST and MLSD over the data connection. Mends defect 12 of ftp-srv: `-al` is taken for a path, an empty
// directory gives a blank line, and 150,000 entries overflow the stack; here a listing streams in bounded memory, at the
// client's pace. Callers: command-table.ts, and status.ts for the entries.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CustomerPath } from '../../customer-path.ts';
import type { DirectoryEntry } from '../../session-services.ts';
import type { ControlConnection } from '../control-connection.ts';
import type { CustomerFileSystem } from '../customer-file-system.ts';
import { runTransfer, type DataTransfer } from '../data-transfer.ts';
import { formatFacts, formatLongLine, isOneLine } from '../entry-text.ts';
import { ftpLimits } from '../ftp-limits.ts';
import { FtpRefusal } from '../ftp-refusal.ts';

type EntryFormat = (entry: DirectoryEntry) => string;

/** LIST: the long form; of a file, its own line. */
export async function listDirectory(connection: ControlConnection, argument: string | null): Promise<void> {
  const nowMs = Date.now();
  await sendListing(connection, withoutFlags(argument), (entry) => formatLongLine(entry, nowMs));
}

/** NLST: names alone. */
export async function listNames(connection: ControlConnection, argument: string | null): Promise<void> {
  await sendListing(connection, withoutFlags(argument), (entry) => entry.name);
}

/** MLSD: facts; of a directory only (RFC 3659 section 7.2.1). */
export async function listFacts(connection: ControlConnection, argument: string | null): Promise<void> {
  const { files } = connection.requireSession();
  const entry = await files.directory.describe(files.resolve(argument));
  if (entry.kind !== 'directory') throw new FtpRefusal(501, 'This is not a directory; send MLST.');
  await sendListing(connection, argument, (listed) => formatFacts(listed, listed.name));
}

/** The entries that a listing of `path` shows, of a directory or of one file. Names that would break a line are left out. */
export async function* listedEntries(
  files: CustomerFileSystem,
  path: CustomerPath,
): AsyncGenerator<DirectoryEntry> {
  const entry = await files.directory.describe(path);
  if (entry.kind === 'file') yield entry;
  else for await (const listed of files.directory.list(path)) if (isOneLine(listed.name)) yield listed;
}

/** Clients send flags of ls(1) before the path; they change nothing here. A path that begins so is written `./-x`. */
export function withoutFlags(argument: string | null): string | null {
  if (argument === null) return null;
  const path = argument.replace(/^(?:-[A-Za-z0-9]+(?: +|$))+/, '');
  return path === '' ? null : path;
}

async function sendListing(
  connection: ControlConnection,
  argument: string | null,
  format: EntryFormat,
): Promise<void> {
  connection.takeRestartOffset();
  const { files } = connection.requireSession();
  const path = files.resolve(argument);
  await runTransfer(connection, async (transfer) => {
    // A path that cannot be listed is refused before a data connection is asked for.
    await files.directory.describe(path);
    const stallTimeoutMs = connection.gateway.services.limits.stallTimeoutMs;
    await writeLines(transfer, listingChunks(listedEntries(files, path), format), stallTimeoutMs);
    await transfer.close();
  });
  await connection.reply(226, 'Listing sent.');
}

async function writeLines(
  transfer: DataTransfer,
  chunks: AsyncGenerator<Buffer>,
  stallTimeoutMs: number,
): Promise<void> {
  const socket = await transfer.open('The listing follows.');
  socket.setTimeout(stallTimeoutMs, () => socket.destroy());
  try {
    await pipeline(Readable.from(chunks), socket, { signal: transfer.signal, end: false });
  } catch (error) {
    transfer.throwIfAborted();
    if (socket.errored !== null || socket.destroyed)
      throw new FtpRefusal(426, 'The data connection broke off.', { cause: error });
    throw error;
  }
}

async function* listingChunks(
  entries: AsyncIterable<DirectoryEntry>,
  format: EntryFormat,
): AsyncGenerator<Buffer> {
  let text = '';
  for await (const entry of entries) {
    text += `${format(entry)}\r\n`;
    if (text.length < ftpLimits.listingChunkBytes) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (text !== '') yield Buffer.from(text);
}
