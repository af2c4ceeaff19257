// Lets a session server accept one connection, by whichever of its protocols it comes, and no other (isolation: session).
// Caller: session/main.ts. The kernel keeps those that come meanwhile for the next process on the same sockets.
import { once } from 'node:events';
import type { Server, Socket } from 'node:net';

/** Closes all listeners with the first connection to one of them; resolves with that connection, which is served as usual. */
export async function acceptOneConnection(listeners: readonly Server[]): Promise<Socket> {
  const { promise: accepted, resolve } = Promise.withResolvers<Socket>();
  const onConnection = (socket: Socket): void => {
    // Before this turn ends: libuv takes whatever is in the queue.
    for (const listener of listeners) listener.close();
    resolve(socket);
  };
  for (const listener of listeners) listener.prependOnceListener('connection', onConnection);
  return accepted;
}

/** Resolves when the connection is closed. */
export async function waitForClose(connection: Socket): Promise<void> {
  if (!connection.closed) await once(connection, 'close');
}
