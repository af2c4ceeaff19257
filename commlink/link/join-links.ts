// The join links that are open at this node: machines with a ticket, which may call what the offered table has for the
// role `joiner`, and nothing else. Caller: commlink.ts, which gets them from the listener.
import type { TLSSocket } from 'node:tls';
import { joinLinksMax, linkRpcLimits } from '../limits.ts';
import type { Logger } from '../log.ts';
import type { CallPeer } from '../method-table.ts';
import { RpcConnection } from '../rpc/rpc-connection.ts';
import type { ProvenJoiner } from './join-admission.ts';
import type { LinkOffer } from './link-table.ts';

/** The join links of one process. */
export class JoinLinks {
  readonly #offer: LinkOffer;
  readonly #log: Logger;
  readonly #connections = new Set<RpcConnection>();

  constructor(offer: LinkOffer, log: Logger) {
    this.#offer = offer;
    this.#log = log;
  }

  /** Starts calls over a proven join link; closes it when there are too many. */
  add(socket: TLSSocket, { invitation, id }: ProvenJoiner): void {
    const { name, ticket } = invitation;
    if (this.#connections.size >= joinLinksMax) {
      this.#log.warn({ code: 'too_many_links', joiner: name }, 'join link refused after its proof');
      socket.destroy();
      return;
    }
    const peer: CallPeer = { role: 'joiner', name, id, ticket };
    const log = this.#log;
    const connection = new RpcConnection(socket, { ...this.#offer, peer, log, limits: linkRpcLimits });
    this.#connections.add(connection);
    log.info({ joiner: name, id }, 'join link up');
    void connection.closed.then((reason) => {
      this.#connections.delete(connection);
      log.info({ joiner: name, id, reason }, 'join link closed');
    });
  }

  /** Closes all now. */
  async close(): Promise<void> {
    await Promise.all(
      [...this.#connections].map((connection) => {
        connection.close();
        return connection.closed;
      }),
    );
  }
}
