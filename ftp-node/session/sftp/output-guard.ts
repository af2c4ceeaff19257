// Stops reading from a client that does not take its replies. ssh2 answers some requests by itself, before any login
// too, and queues the answers without a limit: a client that only sends would fill the memory with them.
// Caller: ssh-connection.ts. What we send ourselves waits in ssh-transport.ts and stays below these limits.
import type { Socket } from 'node:net';
import { sshLimits } from './sftp-limits.ts';

/** What is watched. */
export interface GuardedOutput {
  readonly socket: Socket;
  /** True while ssh2 holds all output back in a queue of its own. */
  readonly isExchangingKeys: () => boolean;
  /** Called when the client sends far more during a key exchange than can have been on its way. */
  readonly onExcess: () => void;
}

/** Watches the socket until it closes. */
export function guardOutput({ socket, isExchangingKeys, onExcess }: GuardedOutput): void {
  let bytesInExchange = 0;
  socket.on('data', (chunk: Buffer) => {
    bytesInExchange = isExchangingKeys() ? bytesInExchange + chunk.length : 0;
    if (bytesInExchange > sshLimits.inputInKeyExchangeBytesMax) onExcess();
    if (socket.writableLength <= sshLimits.socketReplyBytesMax) return;
    socket.pause();
    socket.once('drain', () => socket.resume());
  });
}
