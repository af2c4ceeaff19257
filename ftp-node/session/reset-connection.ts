// Breaks a connection off with a TCP reset: a FIN would look like the end of the file. Callers: the protocol servers.
// Mends a defect of Node.js (24.21): while an end of the connection is under way the reset is refused (EINVAL), and
// Node.js forgets the descriptor without closing it, with all that the kernel still holds for the peer.
import type { Socket } from 'node:net';

/** Resets `socket`, over which `secure` may be; in the next turn when its end was asked for in this one. */
export function resetConnection(socket: Socket, secure: Socket | null = null): void {
  const isEnding = (): boolean => [socket, secure].some((each) => each !== null && isBeingEnded(each));
  if (!isEnding()) {
    if (!socket.destroyed) socket.resetAndDestroy();
    return;
  }
  setImmediate(() => {
    if (isEnding()) socket.destroy();
    else if (!socket.destroyed) socket.resetAndDestroy();
  });
}

/** All was written, and shutdown(2) has not been called yet. */
function isBeingEnded({ writableEnded, writableFinished, writableLength }: Socket): boolean {
  return writableEnded && !writableFinished && writableLength === 0;
}
