// Answers each SFTP request but READ: the table of what a client may ask for. What is not in it does not happen.
// Caller: sftp-session.ts, one request after another. Every path becomes a CustomerPath here and nowhere else, and
// no answer says anything about this machine's own paths.
import { randomUUID } from 'node:crypto';
import type { Logger } from '#commlink/log.ts';
import { CustomerPathError, parseCustomerPath, type CustomerPath } from '../customer-path.ts';
import { AccountDirectoryError, type AccountDirectory, type OpenedFile } from '../session-services.ts';
import type { Transfer, TransferRefusal } from '../session-services.ts';
import { OpenDownload } from './open-download.ts';
import {
  encodeAttributes,
  encodeEntry,
  encodeHandle,
  encodeLimits,
  encodeNames,
  encodeOk,
  encodeRealPath,
  encodeStatus,
} from './sftp-encode.ts';
import type { OpenDirectory, SftpHandles } from './sftp-handles.ts';
import { sftpLimits } from './sftp-limits.ts';
import { openFlagRead, statusCode, type SftpRequest } from './sftp-protocol.ts';

/** What the answers of one channel work with. */
export interface AnswerContext {
  readonly directory: AccountDirectory;
  readonly handles: SftpHandles;
  readonly log: Logger;
  beginTransfer(file: OpenedFile, offsetBytes: number): Promise<Transfer | TransferRefusal>;
  /** See SessionServices. */
  waitForAdmission(signal: AbortSignal): Promise<boolean>;
  /** Aborts when the channel or its connection is gone. */
  readonly signal: AbortSignal;
  /** Breaks the connection, because a transfer on it was cut. */
  cut(): void;
  /** True when all that was sent has left and, as far as that can be told, has arrived. */
  confirm(): Promise<boolean>;
  /** True when the server takes up no new work. */
  isDraining(): boolean;
}

/** The requests that are answered here: all but the opening INIT, and READ, which is answered ahead of its turn. */
export type AnsweredRequest = Exclude<SftpRequest, { kind: 'init' | 'read' }>;

type Answers = {
  [K in AnsweredRequest['kind']]: (
    context: AnswerContext,
    request: Extract<AnsweredRequest, { kind: K }> & { readonly kind: K },
  ) => Promise<Buffer>;
};

const readOnlyText = 'This server is read-only.';

const answers: Answers = {
  open: answerOpen,
  close: answerClose,
  stat: answerStat,
  // There are no symbolic links, so both are the same.
  lstat: answerStat,
  fstat: answerFstat,
  opendir: answerOpendir,
  readdir: answerReaddir,
  realpath: async (_context, { id, path }) => encodeRealPath(id, parsePath(path)),
  change: async (_context, { id }) => encodeStatus(id, statusCode.permissionDenied, readOnlyText),
  link: async (_context, { id }) =>
    encodeStatus(id, statusCode.opUnsupported, 'There are no symbolic links on this server.'),
  extended: async (_context, { id, name }) =>
    name === 'limits@openssh.com'
      ? encodeLimits(id)
      : encodeStatus(id, statusCode.opUnsupported, 'This extension is not supported.'),
  unknown: async (_context, { id }) =>
    encodeStatus(id, statusCode.opUnsupported, 'This operation is not supported.'),
};

/** Answers a request. Never rejects: a fault becomes a status with an incident id, and a line in the log. */
export async function answerRequest(context: AnswerContext, request: AnsweredRequest): Promise<Buffer> {
  try {
    const answer = answers[request.kind] as (
      context: AnswerContext,
      request: AnsweredRequest,
    ) => Promise<Buffer>;
    return await answer(context, request);
  } catch (error) {
    return encodeFailure(context.log, request.id, error);
  }
}

/** The status for something thrown: an expected refusal in the protocol's words, or a fault with an incident id. */
export function encodeFailure(log: Logger, id: number, error: unknown): Buffer {
  if (error instanceof CustomerPathError || error instanceof AccountDirectoryError) {
    switch (error.code) {
      case 'BAD_PATH':
      case 'not_found':
      case 'not_a_directory':
        return encodeNotFound(id);
      case 'not_a_file':
        return encodeStatus(id, statusCode.failure, 'This is a directory.');
      case 'input_output':
        break;
    }
  }
  const incident = randomUUID();
  log.error({ err: error, incident }, 'sftp request failed');
  const text = `The server could not do this. Try again; if it stays so, report incident ${incident}.`;
  return encodeStatus(id, statusCode.failure, text);
}

/** The status for a file that is not there, or not there any more. */
export function encodeNotFound(id: number): Buffer {
  return encodeStatus(id, statusCode.noSuchFile, 'No such file or directory.');
}

/** The status for what is declined now and will not be in a moment. */
export function encodeTryAgain(id: number): Buffer {
  return encodeStatus(id, statusCode.failure, 'The server is busy; please try again in a moment.');
}

/** The status for a handle that is not open. */
export function encodeBadHandle(id: number): Buffer {
  return encodeStatus(id, statusCode.failure, 'This handle is not open.');
}

/** Names are UTF-8 here; anything else names nothing. */
function parsePath(raw: Buffer): CustomerPath {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(raw);
  } catch (error) {
    throw new AccountDirectoryError('not_found', 'The path is not UTF-8.', { cause: error });
  }
  return parseCustomerPath(text);
}

async function answerOpen(
  context: AnswerContext,
  { id, path, flags }: { id: number; path: Buffer; flags: number },
): Promise<Buffer> {
  if (flags !== openFlagRead) return encodeStatus(id, statusCode.permissionDenied, readOnlyText);
  if (context.isDraining())
    return encodeStatus(id, statusCode.failure, 'The server is about to restart; connect again.');
  if (!(await context.waitForAdmission(context.signal))) return encodeTryAgain(id);
  if (context.handles.isFull) return encodeStatus(id, statusCode.failure, 'Too many files are open.');
  const file = await context.directory.openFile(parsePath(path));
  const download = new OpenDownload(file, {
    begin: (offsetBytes) => context.beginTransfer(file, offsetBytes),
    onCut: () => context.cut(),
  });
  return encodeHandle(id, context.handles.add({ kind: 'file', download }));
}

async function answerClose(
  context: AnswerContext,
  { id, handle }: { id: number; handle: Buffer },
): Promise<Buffer> {
  // The download's outcome is decided by closing, and is complete only when all of it has arrived.
  const isFile = context.handles.find(handle)?.kind === 'file';
  const closing = !isFile || (await context.confirm()) ? 'asked' : 'left';
  return (await context.handles.close(handle, closing)) ? encodeOk(id) : encodeBadHandle(id);
}

async function answerStat(
  context: AnswerContext,
  { id, path }: { id: number; path: Buffer },
): Promise<Buffer> {
  return encodeAttributes(id, await context.directory.describe(parsePath(path)));
}

async function answerFstat(
  context: AnswerContext,
  { id, handle }: { id: number; handle: Buffer },
): Promise<Buffer> {
  const item = context.handles.find(handle);
  if (item === undefined) return encodeBadHandle(id);
  if (item.kind === 'directory') return encodeAttributes(id, item.directory.entry);
  const { sizeBytes, modifiedAtMs } = item.download.file;
  return encodeAttributes(id, { name: '', kind: 'file', sizeBytes, modifiedAtMs });
}

async function answerOpendir(
  context: AnswerContext,
  { id, path }: { id: number; path: Buffer },
): Promise<Buffer> {
  if (context.handles.isFull) return encodeStatus(id, statusCode.failure, 'Too many directories are open.');
  const customerPath = parsePath(path);
  const entry = await context.directory.describe(customerPath);
  if (entry.kind !== 'directory') return encodeStatus(id, statusCode.failure, 'This is not a directory.');
  const entries = context.directory.list(customerPath)[Symbol.asyncIterator]();
  const directory: OpenDirectory = { entry, entries, held: null };
  return encodeHandle(id, context.handles.add({ kind: 'directory', directory }));
}

async function answerReaddir(
  context: AnswerContext,
  { id, handle }: { id: number; handle: Buffer },
): Promise<Buffer> {
  const item = context.handles.find(handle);
  if (item?.kind !== 'directory') return encodeBadHandle(id);
  const lines = await readLines(item.directory);
  return lines.length === 0 ? encodeStatus(id, statusCode.eof, 'End of directory.') : encodeNames(id, lines);
}

/** As many entries as fit into one reply; none at the end. */
async function readLines(directory: OpenDirectory): Promise<Buffer[]> {
  const now = new Date();
  const lines: Buffer[] = [];
  let totalBytes = 0;
  while (lines.length < sftpLimits.directoryReplyEntries) {
    const line = directory.held ?? (await readLine(directory, now));
    directory.held = null;
    if (line === null) break;
    if (totalBytes + line.length > sftpLimits.directoryReplyBytes) {
      directory.held = line;
      break;
    }
    totalBytes += line.length;
    lines.push(line);
  }
  return lines;
}

async function readLine(directory: OpenDirectory, now: Date): Promise<Buffer | null> {
  const next = await directory.entries.next();
  return next.done === true ? null : encodeEntry(next.value, now);
}
