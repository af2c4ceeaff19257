// The shared read loop of FTP and HTTPS: a part of an open file into a socket, two reused buffers, the next one being
// read while the last one is written. Callers: the protocol servers. The file handle and the socket stay the caller's:
// after `cut`, `stalled`, `peer_closed` and `read_failed` the caller destroys the socket, so that a truncated transfer
// is never closed as though it were whole.
import type { FileHandle } from 'node:fs/promises';
import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import type { SessionLimits, Transfer } from './session-services.ts';

/** While a transfer's rate is limited, so much is handed over at a time. */
const pacedSliceBytes = 64 * 1024;

/** What to send, and where. */
export interface FileSending {
  readonly handle: FileHandle;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  /** Where the bytes go: the data socket, or an HTTP response with a Content-Length. */
  readonly destination: Writable;
  /** The socket under `destination`; its progress decides whether the peer has stalled. */
  readonly socket: Socket;
  readonly transfer: Pick<Transfer, 'signal' | 'pace' | 'progress'>;
  readonly limits: Pick<SessionLimits, 'readChunkBytes' | 'stallTimeoutMs'>;
}

/**
 * How it ended. `sentBytes` counts what the transport has taken, chunk by chunk: never more than it took, and less
 * than one chunk fewer when a chunk broke in the middle. `sent`: all of it was handed to the kernel. `cut`: the
 * transfer's signal aborted. `stalled`: the peer took no byte for `stallTimeoutMs`. `peer_closed`: the connection went
 * away. `read_failed`: the disk failed, or the file is shorter than it was said to be.
 */
export interface SendingResult {
  readonly end: 'sent' | 'cut' | 'stalled' | 'peer_closed' | 'read_failed';
  readonly sentBytes: number;
  readonly cause?: unknown;
}

/** Sends the part and does not throw for anything that happens on the way. Leaves no listener and no read behind. */
export async function sendFile(sending: FileSending): Promise<SendingResult> {
  const interruption = watchForInterruption(sending);
  try {
    return await copyChunks(sending, interruption);
  } finally {
    interruption.stopWatching();
  }
}

async function copyChunks(sending: FileSending, interruption: Interruption): Promise<SendingResult> {
  const { handle, offsetBytes, lengthBytes, transfer } = sending;
  const chunkBytes = Math.max(1, Math.min(sending.limits.readChunkBytes, lengthBytes));
  const buffers = [Buffer.allocUnsafeSlow(chunkBytes)];
  if (lengthBytes > chunkBytes) buffers.push(Buffer.allocUnsafeSlow(chunkBytes));
  const readChunk = (index: number): Promise<ChunkRead> => {
    const startBytes = index * chunkBytes;
    const buffer = buffers[index % buffers.length]!;
    const wantedBytes = Math.max(0, Math.min(chunkBytes, lengthBytes - startBytes));
    return fillBuffer(handle, buffer.subarray(0, wantedBytes), offsetBytes + startBytes);
  };
  let sentBytes = 0;
  let reading = readChunk(0);
  for (let index = 0; sentBytes < lengthBytes; index += 1) {
    const chunk = await reading;
    if ('failure' in chunk) return { end: 'read_failed', sentBytes, cause: chunk.failure };
    const writing = writeChunk(chunk.filled, sending, interruption);
    reading = readChunk(index + 1);
    const written = await writing;
    if (written !== 'done') {
      // The read that is under way must be over before the caller closes the handle.
      await reading;
      return { end: written, sentBytes };
    }
    sentBytes += chunk.filled.length;
    transfer.progress(sentBytes);
  }
  return { end: 'sent', sentBytes };
}

/** In one piece, or in slices that wait for their turn while the transfer's rate is limited. */
async function writeChunk(
  chunk: Buffer,
  { destination, transfer }: FileSending,
  interruption: Interruption,
): Promise<'done' | InterruptionReason> {
  // Asked once for the chunk: it may become null while this waits.
  const { pace } = transfer;
  if (pace === null) return await interruption.settleWrite(destination, chunk);
  for (let at = 0; at < chunk.length; at += pacedSliceBytes) {
    const slice = chunk.subarray(at, at + pacedSliceBytes);
    let settled = await interruption.settleFirst(pace(slice.length));
    if (settled === 'done') settled = await interruption.settleWrite(destination, slice);
    if (settled !== 'done') return settled;
  }
  return 'done';
}

type ChunkRead = { readonly filled: Buffer } | { readonly failure: unknown };

/** Fills the whole buffer; never rejects, because nobody may be waiting for it yet. */
async function fillBuffer(handle: FileHandle, buffer: Buffer, position: number): Promise<ChunkRead> {
  let filledBytes = 0;
  try {
    while (filledBytes < buffer.length) {
      const leftBytes = buffer.length - filledBytes;
      const { bytesRead } = await handle.read(buffer, filledBytes, leftBytes, position + filledBytes);
      if (bytesRead === 0) return { failure: new Error('The file is shorter than it was recorded to be.') };
      filledBytes += bytesRead;
    }
    return { filled: buffer };
  } catch (error) {
    return { failure: error };
  }
}

type InterruptionReason = 'cut' | 'stalled' | 'peer_closed';

interface Interruption {
  /** Writes the chunk; settles when the transport has taken it, or at the first interruption. */
  settleWrite(destination: Writable, chunk: Buffer): Promise<'done' | InterruptionReason>;
  /** Settles when `waiting` does, or at the first interruption. */
  settleFirst(waiting: Promise<void>): Promise<'done' | InterruptionReason>;
  stopWatching(): void;
}

function watchForInterruption({ destination, socket, transfer, limits }: FileSending): Interruption {
  let reason: InterruptionReason | null = null;
  let isWriting = false;
  // One waiter at a time, and not Promise.race: each race would leave a reaction behind for the whole transfer.
  let tellWaiter: (reason: InterruptionReason) => void = () => undefined;
  const interrupt = (happened: InterruptionReason): void => {
    reason ??= happened;
    tellWaiter(reason);
  };
  const onCut = (): void => interrupt('cut');
  const onClose = (): void => interrupt('peer_closed');
  // Node's socket timeout looks at the queue of a long write, so a slow peer that still takes bytes has not stalled; and
  // neither has one for whom nothing is written, because its rate is limited or the disk is slow.
  const onStall = (): void => {
    if (isWriting) interrupt('stalled');
  };
  socket.setTimeout(limits.stallTimeoutMs);
  socket.on('timeout', onStall);
  socket.on('close', onClose);
  destination.on('close', onClose);
  destination.on('error', onClose);
  transfer.signal.addEventListener('abort', onCut);
  if (transfer.signal.aborted) onCut();
  else if (socket.destroyed || destination.destroyed) onClose();
  return {
    settleWrite: (stream, chunk) =>
      new Promise((resolve) => {
        tellWaiter = resolve;
        if (reason !== null) return resolve(reason);
        isWriting = true;
        stream.write(chunk, (error) => {
          isWriting = false;
          resolve(error ? 'peer_closed' : 'done');
        });
      }),
    settleFirst: (waiting) =>
      new Promise((resolve) => {
        tellWaiter = resolve;
        if (reason !== null) return resolve(reason);
        void waiting.then(() => resolve('done'));
      }),
    stopWatching: () => {
      socket.setTimeout(0);
      socket.off('timeout', onStall);
      socket.off('close', onClose);
      destination.off('close', onClose);
      destination.off('error', onClose);
      transfer.signal.removeEventListener('abort', onCut);
    },
  };
}
