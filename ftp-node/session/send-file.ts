// Sends a part of an open file, for FTP and HTTPS. Into a bare socket the kernel sends it, and nearly no byte is copied; to
// where it is encrypted or encoded it goes through two reused buffers, the next one being read while the last one is
// written. Callers: the protocol servers. The file handle and the socket stay the caller's:
// after `cut`, `stalled`, `peer_closed` and `read_failed` the caller destroys the socket, so that a truncated transfer
// is never closed as though it were whole.
import type { FileHandle } from 'node:fs/promises';
import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { queuedBytes } from './acknowledgement.ts';
import type { KernelSender } from './kernel-sender.ts';
import type { SessionLimits, Transfer } from './session-services.ts';

/** While a transfer's rate is limited, so much is handed over at a time. */
const pacedSliceBytes = 64 * 1024;
/** Before each time that the kernel sends, so much is written as usual: that waits for room, and notices who is gone. */
const leadingBytes = 64 * 1024;
/** When the kernel has taken nothing so often in a row, it can't for this file. */
const kernelRefusalsMax = 3;

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
  /** What sends when `destination` is a bare socket. */
  readonly kernel?: KernelSender;
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
    const state = { sentBytes: 0 };
    return (
      (await sendByKernel(sending, interruption, state)) ?? (await copyChunks(sending, interruption, state))
    );
  } finally {
    interruption.stopWatching();
  }
}

/** How much was sent; both ways of sending go on from there. */
interface SendingState {
  sentBytes: number;
}

/** Sends all that the kernel takes; null when the rest is to be copied. */
async function sendByKernel(
  sending: FileSending,
  interruption: Interruption,
  state: SendingState,
): Promise<SendingResult | null> {
  const { handle, offsetBytes, lengthBytes, destination, socket, transfer, kernel } = sending;
  const isBare = destination === socket && !(socket instanceof TLSSocket);
  if (kernel === undefined || !isBare || lengthBytes <= leadingBytes) return null;
  const buffer = Buffer.allocUnsafeSlow(leadingBytes);
  for (let refusals = 0; refusals < kernelRefusalsMax && state.sentBytes < lengthBytes;) {
    const wanted = buffer.subarray(0, Math.min(leadingBytes, lengthBytes - state.sentBytes));
    const chunk = await fillBuffer(handle, wanted, offsetBytes + state.sentBytes);
    if ('failure' in chunk) return { end: 'read_failed', ...state, cause: chunk.failure };
    const written = await writeChunk(chunk.filled, sending, interruption);
    if (written !== 'done') return { end: written, ...state };
    state.sentBytes += wanted.length;
    transfer.progress(state.sentBytes);
    const taken = await offerToKernel(kernel, sending, state);
    refusals = taken === 0 ? refusals + 1 : 0;
    state.sentBytes += taken;
    if (taken > 0) transfer.progress(state.sentBytes);
  }
  return state.sentBytes === lengthBytes ? { end: 'sent', ...state } : null;
}

/** How much of what is left the kernel has taken. */
async function offerToKernel(
  kernel: KernelSender,
  { handle, offsetBytes, lengthBytes, socket, transfer }: FileSending,
  { sentBytes }: SendingState,
): Promise<number> {
  if (sentBytes === lengthBytes || transfer.pace !== null || transfer.signal.aborted) return 0;
  const part = { offsetBytes: offsetBytes + sentBytes, lengthBytes: lengthBytes - sentBytes };
  return await kernel.send(socket, { handle, ...part });
}

async function copyChunks(
  sending: FileSending,
  interruption: Interruption,
  state: SendingState,
): Promise<SendingResult> {
  const { handle, transfer } = sending;
  const offsetBytes = sending.offsetBytes + state.sentBytes;
  const lengthBytes = sending.lengthBytes - state.sentBytes;
  const chunkBytes = Math.max(1, Math.min(sending.limits.readChunkBytes, lengthBytes));
  const buffers = [Buffer.allocUnsafeSlow(chunkBytes)];
  if (lengthBytes > chunkBytes) buffers.push(Buffer.allocUnsafeSlow(chunkBytes));
  const readChunk = (index: number): Promise<ChunkRead> => {
    const startBytes = index * chunkBytes;
    const buffer = buffers[index % buffers.length]!;
    const wantedBytes = Math.max(0, Math.min(chunkBytes, lengthBytes - startBytes));
    return fillBuffer(handle, buffer.subarray(0, wantedBytes), offsetBytes + startBytes);
  };
  let reading = readChunk(0);
  for (let index = 0; state.sentBytes < sending.lengthBytes; index += 1) {
    const chunk = await reading;
    if ('failure' in chunk) return { end: 'read_failed', ...state, cause: chunk.failure };
    const writing = writeChunk(chunk.filled, sending, interruption);
    reading = readChunk(index + 1);
    const written = await writing;
    if (written !== 'done') {
      // The read that is under way must be over before the caller closes the handle.
      await reading;
      return { end: written, ...state };
    }
    state.sentBytes += chunk.filled.length;
    transfer.progress(state.sentBytes);
  }
  return { end: 'sent', ...state };
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
  let queuedAtLastLook = 0;
  // One waiter at a time, and not Promise.race: each race would leave a reaction behind for the whole transfer.
  let tellWaiter: (reason: InterruptionReason) => void = () => undefined;
  const interrupt = (happened: InterruptionReason): void => {
    reason ??= happened;
    tellWaiter(reason);
  };
  const onCut = (): void => interrupt('cut');
  const onClose = (): void => interrupt('peer_closed');
  // A slow peer that still takes bytes has not stalled, though the kernel may ask for more only when it has taken megabytes;
  // and neither has one for whom nothing is written, because its rate is limited or the disk is slow.
  const onStall = (): void => {
    if (!isWriting) return;
    const leftBytes = queuedBytes(socket) ?? 0;
    if (leftBytes >= queuedAtLastLook) return interrupt('stalled');
    queuedAtLastLook = leftBytes;
    socket.setTimeout(limits.stallTimeoutMs);
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
        queuedAtLastLook = queuedBytes(socket) ?? 0;
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
