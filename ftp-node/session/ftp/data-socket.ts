// TLS on a data connection and its orderly end. The handshake comes after 150 (defect 2 of ftp-srv), with the control
// connection's own SecureContext, so that its session is resumed; the end is a close_notify, and a transfer counts only
// when the peer has closed too, so that a truncated one is visible (RFC 4217 section 12.4). Caller: data-transfer.ts.
import type { Socket } from 'node:net';
import { TLSSocket, type SecureContext } from 'node:tls';
import { waitForFirstEvent } from './first-event.ts';

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
  const event = await waitForFirstEvent(secure, { ...wait, names: ['secure', 'close'] });
  if (event === 'secure') return secure;
  secure.destroy();
  return null;
}

/**
 * Flushes what was written, says that it was all (close_notify, FIN), and waits for the peer to do the same. `broken`:
 * the peer had closed before, reset the connection, or let the time pass. The socket is destroyed in any case.
 */
export async function closeDataSocket(socket: Socket, wait: PeerWait): Promise<'well' | 'broken'> {
  try {
    if (socket.destroyed || socket.readableEnded) return 'broken';
    socket.end();
    const event = await waitForFirstEvent(socket, { ...wait, names: ['end', 'close'] });
    return event === 'end' && socket.writableFinished ? 'well' : 'broken';
  } finally {
    socket.destroy();
  }
}
