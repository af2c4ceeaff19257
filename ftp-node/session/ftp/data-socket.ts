// TLS on a data connection and its orderly end. The handshake comes after 150 (defect 2 of ftp-srv), with the control
// connection's own SecureContext, so that its session is resumed; the end is a close_notify, and a transfer counts only
// when the peer's kernel has acknowledged all of it, so that a truncated one is visible (RFC 4217 section 12.4). Caller: data-transfer.ts.
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

/** Does the server's part of the handshake on `plain`. Null when there is none in time; `plain` is destroyed then. */
export async function secureDataSocket(
  plain: Socket,
  secureContext: SecureContext,
  wait: PeerWait,
): Promise<TLSSocket | null> {
  const secure = new TLSSocket(plain, { isServer: true, secureContext });
  // What went wrong shows as `close`; a socket without a listener for `error` would end the process.
  secure.on('error', () => plain.destroy());
  // A client that closes its half before the handshake is gone; the socket would stay half-open until the time-out.
  const event = await waitForFirstEvent(secure, { ...wait, names: ['secure', 'end', 'close'] });
  if (event === 'secure') {
    // It is emitted in the middle of OpenSSL's handshake, before the session tickets of TLS 1.3 are written. Who wrote
    // and closed at once would do so without a close_notify, which OpenSSL refuses until then.
    await nextTurn();
    return secure;
  }
  secure.destroy();
  return null;
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
