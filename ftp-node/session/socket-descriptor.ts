// The descriptor of a socket, for the system calls that Node.js does not offer. Callers: acknowledgement.ts, kernel-sender.ts.
import type { Socket } from 'node:net';

/** Node.js has no public way to a socket's descriptor; its handle has had this one since version 0.11. */
interface SocketWithHandle {
  readonly _handle?: { readonly fd?: number } | null;
}

/** Null when the socket is gone. It may be closed, and be another socket's, as soon as the event loop goes on. */
export function descriptorOf(socket: Socket): number | null {
  if (socket.destroyed) return null;
  const descriptor = (socket as unknown as SocketWithHandle)._handle?.fd;
  return descriptor === undefined || descriptor < 0 ? null : descriptor;
}
