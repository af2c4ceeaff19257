// Answers each SFTP request but READ: the table of what a client may ask for. What is not in it does not happen.
// Caller: sftp-session.ts, one request after another. Every path becomes a CustomerPath here and nowhere else.
import type { Logger } from '#commlink/log.ts';
import type { CustomerPath } from '../customer-path.ts';
import type { AccountDirectory, OpenedFile, Transfer, TransferRefusal } from '../session-services.ts';
import { measureUsage } from './account-usage.ts';
import type { BufferPool } from './buffer-pool.ts';
import { expandClientPath, homePath, parseClientPath } from './client-path.ts';
import { OpenDownload } from './open-download.ts';
import { openDirectory, readDirectory } from './sftp-directories.ts';
import {
  encodeAttributes,
  encodeFileSystem,
  encodeHandle,
  encodeLimits,
  encodeNames,
  encodeOk,
  encodeRealPath,
  encodeStatus,
} from './sftp-encode.ts';
import type { SftpHandles } from './sftp-handles.ts';
import { openFlagRead, statusCode, type SftpRequest } from './sftp-protocol.ts';
import {
  encodeBadHandle,
  encodeFailure,
  encodeNotFound,
  encodeReadOnly,
  encodeTryAgain,
  encodeUnsupported,
} from './sftp-refusals.ts';

/** What the answers of one channel work with. */
export interface AnswerContext {
  readonly directory: AccountDirectory;
  /** The name that was logged in with. */
  readonly username: string;
  readonly handles: SftpHandles;
  readonly pool: BufferPool;
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

const answers: Answers = {
  open: answerOpen,
  close: answerClose,
  stat: answerStat,
  // There are no symbolic links, so both are the same.
  lstat: answerStat,
  fstat: answerFstat,
  opendir: answerOpendir,
  readdir: answerReaddir,
  // Also of what does not exist: clients ask before they know.
  realpath: async (_context, { id, path }) => encodeRealPath(id, parseClientPath(path)),
  'expand-path': async (_context, { id, path }) => answerHome(id, expandClientPath(path)),
  'home-directory': async ({ username }, request) =>
    answerHome(request.id, isOwnName(request.username, username) ? homePath : null),
  statvfs: answerStatvfs,
  fstatvfs: answerFstatvfs,
  limits: async (_context, { id }) => encodeLimits(id),
  change: async (_context, { id }) => encodeReadOnly(id),
  link: async (_context, { id }) =>
    encodeStatus(id, statusCode.opUnsupported, 'There are no symbolic links on this server.'),
  unknown: async (_context, { id }) => encodeUnsupported(id),
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

async function answerOpen(
  context: AnswerContext,
  { id, path, flags }: { id: number; path: Buffer; flags: number },
): Promise<Buffer> {
  if (flags !== openFlagRead) return encodeReadOnly(id);
  if (context.isDraining())
    return encodeStatus(id, statusCode.failure, 'The server is about to restart; connect again.');
  if (!(await context.waitForAdmission(context.signal))) return encodeTryAgain(id);
  if (context.handles.isFull) return encodeStatus(id, statusCode.failure, 'Too many files are open.');
  const file = await context.directory.openFile(parseClientPath(path));
  const download = new OpenDownload(file, {
    pool: context.pool,
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
  return encodeAttributes(id, await context.directory.describe(parseClientPath(path)));
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

/** `path` is null for another user's home directory: the accounts of a server know nothing of each other. */
function answerHome(id: number, path: CustomerPath | null): Buffer {
  return path === null ? encodeNotFound(id) : encodeRealPath(id, path);
}

/** An empty name asks for one's own home directory. */
function isOwnName(asked: Buffer, username: string): boolean {
  return asked.length === 0 || asked.equals(Buffer.from(username));
}

async function answerStatvfs(
  context: AnswerContext,
  { id, path }: { id: number; path: Buffer },
): Promise<Buffer> {
  await context.directory.describe(parseClientPath(path));
  const usage = await measureUsage(context.directory, context.signal);
  if (usage === null) return encodeStatus(id, statusCode.failure, 'There are too many files to add up.');
  return encodeFileSystem(id, usage);
}

async function answerFstatvfs(
  context: AnswerContext,
  { id, handle }: { id: number; handle: Buffer },
): Promise<Buffer> {
  if (context.handles.find(handle) === undefined) return encodeBadHandle(id);
  return await answerStatvfs(context, { id, path: Buffer.from(homePath) });
}

async function answerOpendir(
  context: AnswerContext,
  { id, path }: { id: number; path: Buffer },
): Promise<Buffer> {
  if (context.handles.isFull) return encodeStatus(id, statusCode.failure, 'Too many directories are open.');
  const directory = await openDirectory(context.directory, parseClientPath(path));
  if (directory === null) return encodeStatus(id, statusCode.failure, 'This is not a directory.');
  return encodeHandle(id, context.handles.add({ kind: 'directory', directory }));
}

async function answerReaddir(
  context: AnswerContext,
  { id, handle }: { id: number; handle: Buffer },
): Promise<Buffer> {
  const item = context.handles.find(handle);
  if (item?.kind !== 'directory') return encodeBadHandle(id);
  const lines = await readDirectory(item.directory);
  return lines.length === 0 ? encodeStatus(id, statusCode.eof, 'End of directory.') : encodeNames(id, lines);
}
