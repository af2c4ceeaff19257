// Whether the peer's TCP has acknowledged what was sent: the difference between "handed to the kernel", which is all
// that a write callback says, and "arrived". Callers: protocol servers, before they call a transfer complete.
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { acknowledgementPollMs, closingBytesMax } from '../limits.ts';
import { descriptorOf } from './socket-descriptor.ts';
import { unacknowledgedBytes } from './system-calls.ts';

/** How long to wait without any progress, and what ends the wait early. */
export interface AcknowledgementWait {
  readonly stallTimeoutMs: number;
  readonly signal: AbortSignal;
  /** Bytes behind the last one that counts, which may still be on their way: a close_notify, a FIN. Default 0. */
  readonly trailingBytesMax?: number;
}

/**
 * True when every byte that was written to `socket` (TCP, or TLS over it) has been acknowledged by the peer's kernel;
 * false when the connection ended or stalled before that, or `signal` aborted. Call it after the last write's callback.
 * A peer's FIN carries its acknowledgements, so the queue is looked at once more when the peer ends. Where the kernel
 * does not tell (not Linux), a flushed socket that is still open counts as acknowledged.
 */
export async function waitForAcknowledgement(socket: Socket, wait: AcknowledgementWait): Promise<boolean> {
  const trailingBytesMax = wait.trailingBytesMax ?? 0;
  // A client that had its last byte may have closed before this was called; what is on its way then is our own goodbye.
  const uncountedBytesMax = (): number =>
    socket.readableEnded ? Math.max(trailingBytesMax, closingBytesMax) : trailingBytesMax;
  let emptyAtEnd = false;
  const onEnd = (): void => {
    const bytes = queuedBytes(socket);
    emptyAtEnd = bytes !== null && bytes <= trailingBytesMax;
  };
  // First in line, because another listener may close the socket, and then the kernel can't be asked any more.
  socket.prependListener('end', onEnd);
  try {
    let pauseMs: number = acknowledgementPollMs.first;
    let lastBytes = Number.POSITIVE_INFINITY;
    let lastProgressAt = performance.now();
    for (;;) {
      const bytes = queuedBytes(socket);
      if (emptyAtEnd) return true;
      if (bytes !== null && bytes <= uncountedBytesMax()) return true;
      if (bytes === null || wait.signal.aborted) return false;
      if (bytes < lastBytes) lastProgressAt = performance.now();
      else if (performance.now() - lastProgressAt > wait.stallTimeoutMs) return false;
      lastBytes = bytes;
      await delay(pauseMs);
      pauseMs = Math.min(pauseMs * 2, acknowledgementPollMs.longest);
    }
  } finally {
    socket.off('end', onEnd);
  }
}

/** Bytes on their way to the peer, in this process and in the kernel; null when the socket is gone. */
export function queuedBytes(socket: Socket): number | null {
  const descriptor = descriptorOf(socket);
  return descriptor === null ? null : socket.writableLength + (unacknowledgedBytes(descriptor) ?? 0);
}
