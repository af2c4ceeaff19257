// Calls over a Unix socket that only its owner can reach (mode 0600): the administration door of a process.
// Callers: internal-db listens, the command line connects, the ftp-node's door for artifacts listens with HTTP. Trusts whoever
// the file system lets connect.
import { chmod, lstat, unlink } from 'node:fs/promises';
import { createServer, connect, type Server, type Socket } from 'node:net';
import { unixConnectionsMax } from './limits.ts';
import type { Logger } from './log.ts';
import type { CallPeer, Handlers, MethodTable } from './method-table.ts';
import { StartupError } from './process-lifecycle.ts';
import { openRpc, type RpcPeer } from './rpc.ts';

/** Where to listen and what to offer. `peer` is who a caller on this socket is taken for. */
export interface UnixListenOptions<Offered extends MethodTable> {
  readonly path: string;
  readonly peer: CallPeer;
  readonly offered: Offered;
  readonly handlers: Handlers<Offered>;
  readonly log: Logger;
}

/** Where to connect and what to call. `peer` is who is taken to listen there. */
export interface UnixConnectOptions<Called extends MethodTable> {
  readonly path: string;
  readonly peer: CallPeer;
  readonly called: Called;
  readonly log: Logger;
}

/**
 * Listens. A socket file that nobody listens on any more is replaced. Throws StartupError `SOCKET_IN_USE` when another
 * process listens there, `SOCKET_PATH_TAKEN` when the path is something else; system errors keep their codes.
 */
export async function listenUnix<Offered extends MethodTable>(
  options: UnixListenOptions<Offered>,
): Promise<{ close(): Promise<void> }> {
  const { path, peer, offered, handlers, log } = options;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    openRpc(socket, { peer, offered, handlers, called: {}, log });
  });
  server.maxConnections = unixConnectionsMax;
  await listenAtSocket(server, path);
  server.on('error', (error) => log.error({ err: error }, 'the Unix socket failed'));
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroySoon();
      }),
  };
}

/** Connects. Rejects with the system's error (`ENOENT`, `ECONNREFUSED`, `EACCES`). */
export async function connectUnix<Called extends MethodTable>(
  options: UnixConnectOptions<Called>,
): Promise<RpcPeer<Called>> {
  const { path, peer, called, log } = options;
  const socket = await connectSocket(path);
  return openRpc(socket, { peer, offered: {}, handlers: {}, called, log });
}

function connectSocket(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

async function removeStaleSocket(path: string): Promise<void> {
  const stats = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!stats) return;
  if (!stats.isSocket())
    throw new StartupError('SOCKET_PATH_TAKEN', `${path} is not a socket. Move it away, then start again.`);
  const alive = await connectSocket(path).then(
    (socket) => {
      socket.destroy();
      return true;
    },
    () => false,
  );
  if (alive)
    throw new StartupError('SOCKET_IN_USE', `Another process listens on ${path}. Stop it, then start again.`);
  await unlink(path);
}

/** Has a server listen there, for its owner alone. Throws as listenUnix does. */
export async function listenAtSocket(server: Server, path: string): Promise<void> {
  await removeStaleSocket(path);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.off('error', reject);
      resolve();
    });
    // bind(2) happens inside listen(), so nobody can connect before the mode is right.
    const umaskBefore = process.umask(0o177);
    try {
      server.listen(path);
    } finally {
      process.umask(umaskBefore);
    }
  });
  await chmod(path, 0o600);
}
