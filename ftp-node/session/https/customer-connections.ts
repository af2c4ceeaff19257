// The connections of one HTTPS server: what is known of each customer, found again from the TLS socket that a request
// came by. Callers: https-server.ts keeps it; request-queue.ts asks it.
import type { Socket } from 'node:net';
import type { AcceptedConnection } from '../accept-connection.ts';

/** A customer's connection, under TLS or without. */
export interface CustomerConnection {
  readonly address: string;
  /** Its id at the stager. */
  readonly connection: string;
  /**
   * Breaks it off with a TCP reset: after a close, what the kernel has queued (megabytes, of a client that reads slowly)
   * would still arrive. TLS sockets cannot be reset themselves.
   */
  reset(): void;
}

/** Those that are open, admitted or not yet. */
export class CustomerConnections {
  readonly #open = new Set<Socket>();
  readonly #byPeer = new Map<string, CustomerConnection>();

  get size(): number {
    return this.#open.size;
  }

  /** Counts a socket that was accepted, until it is closed. */
  add(socket: Socket): void {
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
  }

  /** Keeps what is known of it, until it is closed. */
  admit({ socket, address, connection }: AcceptedConnection): void {
    const peer = peerOf(socket);
    this.#byPeer.set(peer, { address, connection, reset: () => void socket.resetAndDestroy() });
    socket.once('close', () => this.#byPeer.delete(peer));
  }

  /** The connection that `socket` is, or is TLS over; null when it is closed. */
  find(socket: Socket): CustomerConnection | null {
    return this.#byPeer.get(peerOf(socket)) ?? null;
  }

  /** Closes all. */
  destroyAll(): void {
    for (const socket of this.#open) socket.destroy();
  }
}

/** The other end, which has one connection to this port at a time. A TLS socket names the same one as the socket under it. */
function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
