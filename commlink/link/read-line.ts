// Reads exactly one line from a socket before its calls begin, and leaves what follows it unread.
// Callers: node-proof.ts, join-admission.ts, ../administration/operator-proof.ts.
import type { TLSSocket } from 'node:tls';
import { LineReader } from '../rpc/line-codec.ts';
import { LinkError } from './link-error.ts';

/** Resolves to the line without CR LF. Throws LinkError `peer_closed`, `timeout` (the signal) or `not_our_protocol`. */
export function readLine(socket: TLSSocket, lineBytesMax: number, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new LineReader(lineBytesMax);
    const settle = (act: () => void): void => {
      socket.off('data', onData);
      socket.off('close', onClose);
      signal.removeEventListener('abort', onAbort);
      act();
    };
    const onClose = (): void =>
      settle(() =>
        reject(new LinkError('peer_closed', 'The other end closed during the node proof; its log says why.')),
      );
    const onAbort = (): void =>
      settle(() => reject(new LinkError('timeout', 'The node proof did not come in time.')));
    const onData = (chunk: Buffer): void => {
      let found: string | undefined;
      try {
        const taken = reader.push(chunk, (line) => {
          found = line;
          return false;
        });
        if (found === undefined) return;
        socket.pause();
        if (taken < chunk.length) socket.unshift(chunk.subarray(taken));
      } catch (cause) {
        settle(() => reject(new LinkError('not_our_protocol', 'The node proof is not a line.', { cause })));
        return;
      }
      const line = found;
      settle(() => resolve(line));
    };
    if (signal.aborted) return onAbort();
    if (socket.destroyed) return onClose();
    signal.addEventListener('abort', onAbort, { once: true });
    socket.on('close', onClose);
    socket.on('data', onData);
    // The line before this one left it paused.
    socket.resume();
  });
}
