// The connections of one web server: what is known of each customer, found again from the socket that a request came by,
// which may be TLS over the accepted one. Callers: web-server.ts keeps it; request-queue.ts asks it.
import type { Socket } from 'node:net';
import type { AcceptedConnection } from '../accept-connection.ts';
import { resetConnection } from '../reset-connection.ts';

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
  readonly #byPeer = new Map<string, { readonly known: CustomerConnection | 'declined' }>();
  #declinedCount = 0;

  get size(): number {
    return this.#open.size;
  }

  /** Those that are answered with a refusal only. */
  get declinedCount(): number {
    return this.#declinedCount;
  }

  /** Counts a socket that was accepted, until it is closed. */
  add(socket: Socket): void {
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
  }

  /** Keeps what is known of it, until it is closed. */
  admit({ socket, address, connection }: AcceptedConnection): void {
    this.#keep(socket, { address, connection, reset: () => resetConnection(socket) });
  }

  /** Its requests are to be refused. */
  decline(socket: Socket): void {
    this.#keep(socket, 'declined');
    this.#declinedCount += 1;
    socket.once('close', () => (this.#declinedCount -= 1));
  }

  /** The connection that `socket` is, or is TLS over; null when it is closed. */
  find(socket: Socket): CustomerConnection | 'declined' | null {
    return this.#byPeer.get(peerOf(socket))?.known ?? null;
  }

  /** Closes all. */
  destroyAll(): void {
    for (const socket of this.#open) socket.destroy();
  }

  #keep(socket: Socket, known: CustomerConnection | 'declined'): void {
    const peer = peerOf(socket);
    const kept = { known };
    this.#byPeer.set(peer, kept);
    socket.once('close', () => {
      // The same port may have connected again already.
      if (this.#byPeer.get(peer) === kept) this.#byPeer.delete(peer);
    });
  }
}

/** The two ends: one connection has them at a time. A TLS socket names the same as the socket under it. */
function peerOf({ remoteAddress, remotePort, localAddress }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`;
}
