// TLS on a data connection and its orderly end. The handshake may begin as soon as the connection is there, since curl sends
// its first message before RETR and then waits for the answer without looking at the control connection, and is waited for
// after 150 (defect 2 of ftp-srv); it has the control connection's own SecureContext, so that its session is resumed. The
// end is a close_notify, and a transfer counts only when the peer's kernel has acknowledged all of it, so that a truncated
// one is visible (RFC 4217 section 12.4). Callers: data-transfer.ts, passive-connector.ts.
import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { TLSSocket, type SecureContext } from 'node:tls';
import { closingBytesMax } from '../../limits.ts';
import { waitForAcknowledgement } from '../acknowledgement.ts';
import { waitForFirstEvent } from './first-event.ts';
import { ftpLimits } from './ftp-limits.ts';

/** How long to wait for the peer, and what ends the waiting. */
export interface PeerWait {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** The server's part of a handshake. */
export interface DataHandshake {
  readonly secure: TLSSocket;
  readonly isDone: () => boolean;
}

/** Does the server's part of a handshake on `plain`, whenever the client begins one. */
export function beginHandshake(plain: Socket, secureContext: SecureContext): DataHandshake {
  const secure = new TLSSocket(plain, { isServer: true, secureContext });
  // What went wrong shows as `close`; a socket without a listener for `error` would end the process.
  secure.on('error', () => plain.destroy());
  let done = false;
  secure.once('secure', () => (done = true));
  return { secure, isDone: () => done };
}

/** True when the handshake has ended well. When it does not in time, the connection is destroyed. */
export async function finishHandshake({ secure, isDone }: DataHandshake, wait: PeerWait): Promise<boolean> {
  // A client that closes its half before the handshake is gone; the socket would stay half-open until the time-out.
  if (!isDone() && !secure.destroyed && !secure.readableEnded)
    await waitForFirstEvent(secure, { ...wait, names: ['secure', 'end', 'close'] });
  if (isDone() && !secure.destroyed) {
    // `secure` is emitted in the middle of OpenSSL's handshake, before the session tickets of TLS 1.3 are written. Who
    // wrote and closed at once would do so without a close_notify, which OpenSSL refuses until then.
    await nextTurn();
    return true;
  }
  secure.destroy();
  return false;
}

/**
 * Flushes what was written, says that it was all (close_notify, FIN), and waits for the peer to do the same. `well`: its
 * kernel has acknowledged every byte, and it did not reset the connection. `broken`: anything else. The socket is closed.
 */
export async function closeDataSocket(socket: Socket, wait: PeerWait): Promise<'well' | 'broken'> {
  let acknowledged: Promise<boolean> | null = null;
  const askKernel = (): Promise<boolean> =>
    (acknowledged ??= waitForAcknowledgement(socket, {
      stallTimeoutMs: wait.timeoutMs,
      signal: wait.signal,
      trailingBytesMax: closingBytesMax,
    }));
  // Asked while `end` is emitted: Node closes the descriptor right after it, when our direction is closed too.
  const onEnd = (): void => void askKernel();
  socket.prependListener('end', onEnd);
  try {
    // A peer that has closed its direction before may still be reading.
    if (socket.readableEnded) return (await askKernel()) ? 'well' : 'broken';
    socket.end();
    const timeoutMs = Math.min(wait.timeoutMs, ftpLimits.peerClosingMs);
    const event = await waitForFirstEvent(socket, {
      names: ['end', 'close'],
      timeoutMs,
      signal: wait.signal,
    });
    if (event === 'close' || event === 'aborted') return 'broken';
    return (await askKernel()) ? 'well' : 'broken';
  } finally {
    socket.off('end', onEnd);
    socket.destroySoon();
  }
}
