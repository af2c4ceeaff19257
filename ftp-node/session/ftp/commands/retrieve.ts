// RETR. Mends defect 11 of ftp-srv (REST survives a failed RETR; one past the end gives an empty 226) and says what
// really happened: 226 only when every byte of the part was flushed and the client closed well, `complete` only when the
// file's last byte was among them. The record counts bytes of the file, whatever encoding they were sent in.
// Caller: command-table.ts.
import { sendFile, type SendingResult } from '../../send-file.ts';
import type { Admission, OpenedFile, Transfer } from '../../session-services.ts';
import type { ControlConnection, FtpSession } from '../control-connection.ts';
import { encodeInto } from '../data-encoding.ts';
import { runTransfer, type DataTransfer } from '../data-transfer.ts';
import { FtpRefusal } from '../ftp-refusal.ts';
import { bytesOf } from './part.ts';

/** zlib's level that packs nothing. */
const storedLevel = 0;

/** RETR: one file, or the part of it that REST or RANG has chosen. */
export async function retrieveFile(connection: ControlConnection, argument: string): Promise<void> {
  const part = connection.choices.takePart();
  const session = connection.requireSession();
  if (!(await connection.gateway.services.waitForAdmission(connection.gone)))
    throw new FtpRefusal(450, 'The server is changing its configuration; please try again in a moment.');
  const path = session.files.resolve(argument);
  await runTransfer({ connection, subject: `RETR ${path}` }, async (transfer) => {
    const { deflateLevel, place } = takeCompressor(connection, session);
    try {
      await using file = await session.files.directory.openFile(path);
      const bytes = bytesOf(file, part, connection.choices);
      await deliverFile({ connection, session, transfer, deflateLevel }, { file, ...bytes });
    } finally {
      place?.release();
    }
  });
  await connection.reply(226, 'All was sent.');
}

interface Retrieval {
  readonly connection: ControlConnection;
  readonly session: FtpSession;
  readonly transfer: DataTransfer;
  /** Null without MODE Z. */
  readonly deflateLevel: number | null;
}

interface FilePart {
  readonly file: OpenedFile;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/**
 * How the file is compressed, when MODE Z asks for it, and the place among the account's compressions: they take the threads
 * that read everybody's files. Without a place the file goes through MODE Z as it is.
 */
function takeCompressor(
  { choices, gateway }: ControlConnection,
  { account }: FtpSession,
): { readonly deflateLevel: number | null; readonly place: Admission | null } {
  if (choices.levelInUse === null) return { deflateLevel: null, place: null };
  const place = gateway.compressing.take(account);
  return { deflateLevel: place === null ? storedLevel : choices.levelInUse, place };
}

/**
 * Sends the part between the record's beginning and its end. A part is `partial` where it stops before the file's end, also when
 * the client leaves it: many do so where another of their connections began. A whole file that breaks off is `aborted`.
 */
async function deliverFile(retrieval: Retrieval, part: FilePart): Promise<void> {
  const { connection, session, transfer } = retrieval;
  const { file, offsetBytes } = part;
  const record = await connection.gateway.services.beginTransfer({
    connection: connection.connectionId,
    account: session.account,
    path: file.path,
    principal: session.principal,
    protocol: connection.secure ? 'ftps' : 'ftp',
    address: connection.address,
    offsetBytes,
    sizeBytes: file.sizeBytes,
    delivery: session.only?.delivery ?? null,
  });
  if (record === 'not_staged') throw new FtpRefusal(550, 'There is no such file or directory.');
  if (record === 'too_many')
    throw new FtpRefusal(450, 'Too many transfers begin at once; please try again in a moment.');
  if (record === 'too_many_transfers')
    throw new FtpRefusal(450, 'Too many transfers are running; please try again when one is over.');
  const onCut = (): void => transfer.abort('cut');
  record.signal.addEventListener('abort', onCut);
  let outcome: 'complete' | 'partial' | 'aborted' = offsetBytes > 0 ? 'partial' : 'aborted';
  try {
    if (record.signal.aborted) onCut();
    await sendPart(retrieval, { ...part, record });
    outcome = offsetBytes + part.lengthBytes === file.sizeBytes ? 'complete' : 'partial';
  } finally {
    record.signal.removeEventListener('abort', onCut);
    record.end(transfer.abortReason === null ? outcome : 'aborted', transfer.sentBytes);
  }
}

/** Throws FtpRefusal unless all of it arrived. */
async function sendPart(
  { connection, transfer, deflateLevel }: Retrieval,
  { file, offsetBytes, lengthBytes, record }: FilePart & { readonly record: Transfer },
): Promise<void> {
  const { choices, gateway } = connection;
  const netAscii = choices.type === 'ascii';
  // Clients read the number as the size of what they are going to get; with TYPE A nobody knows it.
  const socket = await transfer.open(netAscii ? 'Sending text.' : `Sending ${lengthBytes} bytes.`);
  const encoded = encodeInto(socket, { netAscii, deflateLevel });
  const result = await sendFile({
    handle: file.handle,
    offsetBytes,
    lengthBytes,
    destination: encoded.destination,
    socket,
    transfer: {
      signal: transfer.signal,
      get pace() {
        return record.pace;
      },
      progress: (sentBytes) => {
        transfer.sentBytes = sentBytes;
        record.progress(sentBytes);
      },
    },
    limits: gateway.services.limits,
    kernel: gateway.kernelSender,
  });
  transfer.sentBytes = result.sentBytes;
  transfer.throwIfAborted();
  if (result.end !== 'sent') throw brokenSending(result);
  const isHandedOver = await encoded.finish(gateway.services.limits.stallTimeoutMs);
  transfer.throwIfAborted();
  if (!isHandedOver) throw new FtpRefusal(426, 'The data connection broke off.');
  await transfer.close();
}

function brokenSending(result: SendingResult): FtpRefusal {
  if (result.end === 'read_failed')
    return new FtpRefusal(451, 'The file could not be read to its end.', { cause: result.cause });
  const text =
    result.end === 'stalled' ? 'The data connection has stalled.' : 'The data connection broke off.';
  return new FtpRefusal(426, text);
}
