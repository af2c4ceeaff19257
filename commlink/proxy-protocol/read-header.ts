// Takes the PROXY protocol header off an accepted socket. Callers: the session servers and the portal's entrance, for
// connections from trusted balancers only. What follows the header in the same packet goes back into the socket, as though it had come first.
import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { proxyHeaderMsMax } from '../limits.ts';
import { parseProxyHeader, type ParsedHeader } from './parse-header.ts';

/** A header that was taken off. */
export type ProxyHeader = Extract<ParsedHeader, { kind: 'header' }>;

/**
 * Takes the header; null when there is none, it is not well formed, or not whole within `deadlineMs`: the caller closes the
 * socket then. The socket must be paused and unread, and is paused again afterwards. Never rejects.
 */
export async function takeProxyHeader(
  socket: Socket,
  deadlineMs = proxyHeaderMsMax,
): Promise<ProxyHeader | null> {
  const { promise, resolve } = Promise.withResolvers<ProxyHeader | null>();
  let received: Buffer = Buffer.alloc(0);
  const onReadable = (): void => {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return;
    received = Buffer.concat([received, chunk]);
    const parsed = parseProxyHeader(received);
    if (parsed.kind === 'incomplete') return;
    // Once: what is put back below is announced as readable again.
    socket.off('readable', onReadable);
    if (parsed.kind === 'invalid') return resolve(null);
    const rest = received.subarray(parsed.lengthBytes);
    if (rest.length > 0) socket.unshift(rest);
    resolve(parsed);
  };
  const giveUp = (): void => resolve(null);
  const deadline = setTimeout(giveUp, deadlineMs);
  socket.on('readable', onReadable).on('end', giveUp).on('close', giveUp);
  const header = await promise;
  clearTimeout(deadline);
  socket.off('readable', onReadable).off('end', giveUp).off('close', giveUp);
  // A stream that has lost its last `readable` listener starts to flow, a moment later, into any `data` listener.
  await nextTurn();
  socket.pause();
  return header;
}
