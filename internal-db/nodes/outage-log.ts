// Says once that something did not reach a node, and once that it does again, however often it is tried in between.
// Callers: the senders of unstage orders and lists of bans.
import type { Logger } from '#commlink/log.ts';
import { RpcError } from '#commlink/rpc-error.ts';

/** What could not be brought where. */
interface Undelivered {
  readonly nodeId: string;
  readonly nodeName: string;
  readonly error: unknown;
}

/** Remembers which nodes are out of reach. Bounded by the cluster's members: who is removed is forgotten by its sender. */
export class OutageLog {
  readonly #log: Logger;
  readonly #what: string;
  readonly #out = new Set<string>();

  /** `what` is sent, in the plural: `unstage orders`. */
  constructor(log: Logger, what: string) {
    this.#log = log;
    this.#what = what;
  }

  /** It was tried in vain. */
  failed({ nodeId, nodeName, error }: Undelivered): void {
    if (this.#out.has(nodeId)) return;
    this.#out.add(nodeId);
    const code = error instanceof RpcError ? error.code : undefined;
    this.#log.warn(
      { node: nodeName, code, err: error },
      `${this.#what} not delivered yet; they are sent again`,
    );
  }

  /** It has arrived. */
  delivered(nodeId: string, nodeName: string): void {
    if (this.#out.delete(nodeId)) this.#log.info({ node: nodeName }, `${this.#what} are delivered again`);
  }

  /** The node is no member any more. */
  forget(nodeId: string): void {
    this.#out.delete(nodeId);
  }
}
