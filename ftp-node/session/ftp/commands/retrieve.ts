// REST and RETR. Mends defect 11 of ftp-srv (REST survives a failed RETR; one past the end gives an empty 226) and says
// what really happened: 226 and `complete` only when every byte from the offset on was flushed and the client closed
// well. Caller: command-table.ts.
import { sendFile, type SendingResult } from '../../send-file.ts';
import type { OpenedFile, Transfer } from '../../session-services.ts';
import type { ControlConnection, FtpSession } from '../control-connection.ts';
import { runTransfer, type DataTransfer } from '../data-transfer.ts';
import { FtpRefusal } from '../ftp-refusal.ts';

/** REST: an offset in bytes (RFC 3659 section 5), for the next transfer command alone. */
export async function setRestartOffset(connection: ControlConnection, argument: string): Promise<void> {
  const offsetBytes = Number(argument.trim());
  if (!/^\d{1,16}$/.test(argument.trim()) || !Number.isSafeInteger(offsetBytes))
    return connection.reply(501, 'REST takes a number of bytes.');
  connection.restByteCount = offsetBytes;
  return connection.reply(350, `The next transfer begins at byte ${offsetBytes}.`);
}

/** RETR: one file, from the offset to its end. */
export async function retrieveFile(connection: ControlConnection, argument: string): Promise<void> {
  const offsetBytes = connection.takeRestartOffset();
  const session = connection.requireSession();
  if (!(await connection.gateway.services.waitForAdmission(connection.gone)))
    throw new FtpRefusal(450, 'The server is changing its configuration; please try again in a moment.');
  await runTransfer(connection, async (transfer) => {
    await using file = await session.files.directory.openFile(session.files.resolve(argument));
    if (offsetBytes > file.sizeBytes)
      throw new FtpRefusal(
        554,
        `The file has ${file.sizeBytes} bytes; the restart offset is behind its end.`,
      );
    await deliverFile({ connection, session, transfer }, { file, offsetBytes });
  });
  await connection.reply(226, 'All was sent.');
}

interface Retrieval {
  readonly connection: ControlConnection;
  readonly session: FtpSession;
  readonly transfer: DataTransfer;
}

interface FilePart {
  readonly file: OpenedFile;
  readonly offsetBytes: number;
}

/** Sends the part between the record's beginning and its end. */
async function deliverFile({ connection, session, transfer }: Retrieval, part: FilePart): Promise<void> {
  const { file, offsetBytes } = part;
  const record = await connection.gateway.services.beginTransfer({
    account: session.account,
    path: file.path,
    principal: session.principal,
    protocol: connection.secure ? 'ftps' : 'ftp',
    address: connection.address,
    offsetBytes,
    sizeBytes: file.sizeBytes,
    delivery: null,
  });
  if (record === 'not_staged') throw new FtpRefusal(550, 'There is no such file or directory.');
  if (record === 'too_many')
    throw new FtpRefusal(450, 'Too many transfers begin at once; please try again in a moment.');
  const onCut = (): void => transfer.abort('cut');
  record.signal.addEventListener('abort', onCut);
  let outcome: 'complete' | 'partial' | 'aborted' = 'partial';
  try {
    if (record.signal.aborted) onCut();
    await sendPart({ connection, session, transfer }, { ...part, record });
    outcome = 'complete';
  } finally {
    record.signal.removeEventListener('abort', onCut);
    record.end(transfer.abortReason === null ? outcome : 'aborted', transfer.sentBytes);
  }
}

/** Throws FtpRefusal unless all of it arrived. */
async function sendPart(
  { connection, transfer }: Retrieval,
  { file, offsetBytes, record }: FilePart & { readonly record: Transfer },
): Promise<void> {
  const lengthBytes = file.sizeBytes - offsetBytes;
  const socket = await transfer.open(`Sending ${lengthBytes} bytes.`);
  const result = await sendFile({
    handle: file.handle,
    offsetBytes,
    lengthBytes,
    destination: socket,
    socket,
    transfer: {
      signal: transfer.signal,
      progress: (sentBytes) => {
        transfer.sentBytes = sentBytes;
        record.progress(sentBytes);
      },
    },
    limits: connection.gateway.services.limits,
  });
  transfer.sentBytes = result.sentBytes;
  transfer.throwIfAborted();
  if (result.end !== 'sent') throw brokenSending(result);
  await transfer.close();
}

function brokenSending(result: SendingResult): FtpRefusal {
  if (result.end === 'read_failed')
    return new FtpRefusal(451, 'The file could not be read to its end.', { cause: result.cause });
  const text =
    result.end === 'stalled' ? 'The data connection has stalled.' : 'The data connection broke off.';
  return new FtpRefusal(426, text);
}
