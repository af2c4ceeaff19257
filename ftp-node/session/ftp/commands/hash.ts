// HASH: the SHA-256 of a file, or of the part of it that RANG has chosen (draft-bryan-ftpext-hash-02). The whole file's
// was recorded when it was published, and nothing is read; a part is read, up to a limit, and ABOR stops it.
// Caller: command-table.ts.
import { createHash } from 'node:crypto';
import type { OpenedFile } from '../../session-services.ts';
import type { ControlConnection } from '../control-connection.ts';
import { runAbortable, type DataTransfer } from '../data-transfer.ts';
import { ftpLimits } from '../ftp-limits.ts';
import { FtpRefusal } from '../ftp-refusal.ts';
import { bytesOf } from './part.ts';

/** HASH: name of the function, first and last byte, digest, and the path as the client wrote it. */
export async function showHash(connection: ControlConnection, argument: string): Promise<void> {
  const { account, files } = connection.requireSession();
  const part = connection.choices.takePart();
  const path = files.resolve(argument);
  const entry = await files.directory.describe(path);
  if (entry.kind !== 'file') throw new FtpRefusal(553, 'A directory has no hash.');
  const facts = await connection.gateway.services.describeStaging(account, path, null);
  if (facts === null) throw new FtpRefusal(550, 'There is no such file or directory.');
  const { offsetBytes, lengthBytes } = bytesOf(facts, part, connection.choices);
  const isWhole = offsetBytes === 0 && lengthBytes === facts.sizeBytes;
  const digest = isWhole
    ? facts.sha256
    : await runAbortable({ connection, subject: `HASH ${path}` }, async (transfer) => {
        await using file = await files.directory.openFile(path);
        return await hashPart(connection, transfer, { file, offsetBytes, lengthBytes });
      });
  const lastByte = Math.max(offsetBytes, offsetBytes + lengthBytes - 1);
  return connection.reply(213, `SHA-256 ${offsetBytes}-${lastByte} ${digest} ${argument}`);
}

interface FilePart {
  readonly file: OpenedFile;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

async function hashPart(
  connection: ControlConnection,
  transfer: DataTransfer,
  { file, offsetBytes, lengthBytes }: FilePart,
): Promise<string> {
  if (lengthBytes > ftpLimits.hashedPartBytesMax)
    throw new FtpRefusal(
      556,
      `Only a part of up to ${ftpLimits.hashedPartBytesMax} bytes is hashed, or the whole file.`,
    );
  const place = connection.gateway.hashing.take(connection.requireSession().account);
  if (place === null)
    throw new FtpRefusal(450, 'Your account has other files hashed now; please try again in a moment.');
  try {
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafeSlow(ftpLimits.hashingChunkBytes);
    for (let done = 0; done < lengthBytes;) {
      const wantedBytes = Math.min(buffer.length, lengthBytes - done);
      const { bytesRead } = await file.handle.read(buffer, 0, wantedBytes, offsetBytes + done);
      transfer.throwIfAborted();
      if (bytesRead === 0) throw new FtpRefusal(451, 'The file could not be read to its end.');
      hash.update(buffer.subarray(0, bytesRead));
      done += bytesRead;
    }
    return hash.digest('hex');
  } finally {
    place.release();
  }
}
