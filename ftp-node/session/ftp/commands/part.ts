// REST and RANG: the part of a file that the next transfer sends, or that HASH is of (RFC 3659 section 5;
// draft-bryan-ftp-range-08). What is wrong with a part is told by the command that uses it. Caller: command-table.ts.
import type { OpenedFile } from '../../session-services.ts';
import type { ControlConnection } from '../control-connection.ts';
import { FtpRefusal } from '../ftp-refusal.ts';
import type { ChosenPart, TransferChoices } from '../transfer-choices.ts';

/** REST: an offset in bytes, for the next transfer command alone. */
export async function setRestartOffset(connection: ControlConnection, argument: string): Promise<void> {
  const fromByte = parseCount(argument.trim());
  if (fromByte === null) return connection.reply(501, 'REST takes a number of bytes.');
  if (fromByte > 0 && connection.choices.type === 'ascii')
    return connection.reply(501, 'A restart offset needs TYPE I.');
  connection.choices.choosePart({ fromByte, toByte: null });
  return connection.reply(350, `The next transfer begins at byte ${fromByte}.`);
}

/** RANG: first and last byte; `1 0` for the whole file again. */
export async function setRange(connection: ControlConnection, argument: string): Promise<void> {
  const { choices } = connection;
  const [fromByte = null, toByte = null, ...others] = argument.trim().split(/ +/).map(parseCount);
  choices.chooseWholeFile();
  if (fromByte === null || toByte === null || others.length > 0)
    return connection.reply(501, 'RANG takes the numbers of the first and of the last byte.');
  if (fromByte === 1 && toByte === 0) return connection.reply(350, 'The whole file again.');
  if (fromByte > toByte) return connection.reply(501, 'The range ends before it begins.');
  if (!canSendPart(choices)) return connection.reply(551, 'A range needs TYPE I and MODE S.');
  choices.choosePart({ fromByte, toByte });
  return connection.reply(350, `The next transfer sends the bytes ${fromByte} to ${toByte}.`);
}

/** The bytes of `file` that `part` means. Throws FtpRefusal 554 when there are no such bytes, 551 for a wrong TYPE. */
export function bytesOf(
  { sizeBytes }: Pick<OpenedFile, 'sizeBytes'>,
  { fromByte, toByte }: ChosenPart,
  choices: TransferChoices,
): { readonly offsetBytes: number; readonly lengthBytes: number } {
  if (fromByte === 0 && toByte === null) return { offsetBytes: 0, lengthBytes: sizeBytes };
  if (choices.type === 'ascii' || (toByte !== null && !canSendPart(choices)))
    throw new FtpRefusal(551, 'A part of a file needs TYPE I, and a range MODE S.');
  // A range behind the end has no bytes (the draft's section 4.3); a restart there is a client's error.
  if (fromByte > sizeBytes && toByte === null)
    throw new FtpRefusal(554, `The file has ${sizeBytes} bytes; the restart offset is behind its end.`);
  const offsetBytes = Math.min(fromByte, sizeBytes);
  const endBytes = toByte === null ? sizeBytes : Math.min(toByte + 1, sizeBytes);
  return { offsetBytes, lengthBytes: Math.max(0, endBytes - offsetBytes) };
}

function canSendPart({ type, mode }: TransferChoices): boolean {
  return type === 'image' && mode === 'stream';
}

function parseCount(text: string): number | null {
  const count = Number(text);
  return /^\d{1,16}$/.test(text) && Number.isSafeInteger(count) ? count : null;
}
