// LIST, NLST and MLSD over the data connection. Mends defect 12 of ftp-srv: `-al` is taken for a path, an empty
// directory gives a blank line, and 150,000 entries overflow the stack; here a listing streams in bounded memory, at the
// client's pace. Caller: command-table.ts.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ControlConnection } from '../control-connection.ts';
import { encodeInto } from '../data-encoding.ts';
import { runTransfer, type DataTransfer } from '../data-transfer.ts';
import { formatFacts, isOneLine } from '../entry-text.ts';
import { ftpLimits } from '../ftp-limits.ts';
import { FtpRefusal } from '../ftp-refusal.ts';
import { parseListRequest } from '../list-request.ts';
import { listingLines } from '../listing.ts';

/** LIST: the long form; of a file, its own line. */
export async function listDirectory(connection: ControlConnection, argument: string | null): Promise<void> {
  const { files } = connection.requireSession();
  await sendListing(connection, listingLines(files, parseListRequest(argument, 'long')));
}

/** NLST: names alone. */
export async function listNames(connection: ControlConnection, argument: string | null): Promise<void> {
  const { files } = connection.requireSession();
  await sendListing(connection, listingLines(files, parseListRequest(argument, 'names')));
}

/** MLSD: facts; of a directory only (RFC 3659 section 7.2.1). */
export async function listFacts(connection: ControlConnection, argument: string | null): Promise<void> {
  await sendListing(connection, factLines(connection, argument));
}

/** Without the directory itself and the one above (`cdir`, `pdir`), which RFC 3659 leaves to the server: clients trip over them. */
async function* factLines(connection: ControlConnection, argument: string | null): AsyncGenerator<string> {
  const { files } = connection.requireSession();
  const path = files.resolve(argument);
  const top = await files.directory.describe(path);
  if (top.kind !== 'directory') throw new FtpRefusal(501, 'This is not a directory; send MLST.');
  for await (const entry of files.directory.list(path))
    if (isOneLine(entry.name)) yield formatFacts(entry, entry.name, connection.choices.facts);
}

async function sendListing(connection: ControlConnection, lines: AsyncGenerator<string>): Promise<void> {
  connection.choices.takePart();
  await runTransfer({ connection, subject: 'a listing' }, async (transfer) => {
    const chunks = listingChunks(lines);
    // What cannot be listed is refused before a data connection is asked for.
    const first = await chunks.next();
    await writeChunks({ connection, transfer }, first.done === true ? [] : prepend(first.value, chunks));
    await transfer.close();
  });
  await connection.reply(226, 'Listing sent.');
}

interface ListingTransfer {
  readonly connection: ControlConnection;
  readonly transfer: DataTransfer;
}

/** The lines end as TYPE A has it whatever the type is: that is what clients read. */
async function writeChunks(
  { connection, transfer }: ListingTransfer,
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
): Promise<void> {
  const { stallTimeoutMs } = connection.gateway.services.limits;
  const socket = await transfer.open('The listing follows.');
  const encoded = encodeInto(socket, { netAscii: false, deflateLevel: connection.choices.levelInUse });
  const onStall = (): void => void socket.destroy();
  socket.setTimeout(stallTimeoutMs, onStall);
  try {
    await pipeline(Readable.from(chunks), encoded.destination, { signal: transfer.signal, end: false });
  } catch (error) {
    transfer.throwIfAborted();
    if (socket.errored !== null || socket.destroyed)
      throw new FtpRefusal(426, 'The data connection broke off.', { cause: error });
    throw error;
  } finally {
    socket.setTimeout(0, onStall);
  }
  const isHandedOver = await encoded.finish(stallTimeoutMs);
  transfer.throwIfAborted();
  if (!isHandedOver) throw new FtpRefusal(426, 'The data connection broke off.');
}

async function* listingChunks(lines: AsyncIterable<string>): AsyncGenerator<Buffer> {
  let text = '';
  for await (const line of lines) {
    text += `${line}\r\n`;
    if (text.length < ftpLimits.listingChunkBytes) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (text !== '') yield Buffer.from(text);
}

async function* prepend(first: Buffer, others: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* others;
}
