// What a node says and hears: completes the core's messages with what only the shell knows, signs them, and hands those
// of others to the core. Caller: protocol-shell.ts.
import type { Commlink } from '../commlink.ts';
import type { Logger } from '../log.ts';
import type { NodeKeys } from '../node-keys.ts';
import { signDocument } from '../signed-document.ts';
import type { BlockShelf } from './block-shelf.ts';
import type { CoreMessage } from './protocol/protocol-state.ts';
import type { HeardFrom } from './protocol-loop.ts';
import { VersionExchange } from './version-exchange.ts';
import type { VersionMessage } from './protocol/version-message.ts';

/** What the messages are made of, and whom they go to. */
export interface NodeMessagesOptions {
  readonly keys: NodeKeys;
  readonly shelf: BlockShelf;
  readonly log: Logger;
  /** Undefined while the node opens. */
  readonly links: () => Commlink | undefined;
  /** What the core does not know of. */
  readonly additions: () => Pick<VersionMessage, 'declining' | 'refusal' | 'joinRequests'>;
  /** Gives a verified message to the core; resolves when it was dealt with. */
  readonly heard: (message: VersionMessage, from: HeardFrom) => Promise<void>;
  readonly refuse: (code: string) => void;
}

/** The messages of one node. */
export class NodeMessages {
  readonly #options: NodeMessagesOptions;
  readonly #exchange: VersionExchange;
  readonly #heardAtMs = new Map<string, number>();

  constructor(options: NodeMessagesOptions) {
    const { shelf, links, refuse, log } = options;
    this.#options = options;
    this.#exchange = new VersionExchange({
      cluster: shelf.installed.manifest.cluster,
      links: {
        linked: () => links()?.linked() ?? [],
        call: async (...call) => links()?.call(...call),
      },
      member: (id) => shelf.member(id),
      refuse,
      log,
    });
  }

  /** When each node was heard last, in milliseconds of the steady clock. */
  get heardAtMs(): ReadonlyMap<string, number> {
    return this.#heardAtMs;
  }

  /** A text came over the link from `via`. */
  async hear(text: string, via: string): Promise<void> {
    const message = this.#exchange.read(text, via);
    if (message) await this.#options.heard(message, { text, via });
  }

  /** The core counts it: its origin was heard, and it goes on to the others. */
  relay(message: VersionMessage, { text, via }: HeardFrom): void {
    this.#heardAtMs.set(message.from, performance.now());
    this.#exchange.publish(message, text, via);
  }

  /** Sends this node's own. One that is too large to be signed is a fault, and is logged. */
  send(core: CoreMessage): void {
    const { keys, shelf, links, additions, log } = this.#options;
    const { declining, refusal, joinRequests } = additions();
    const message: VersionMessage = {
      ...core,
      cluster: shelf.installed.manifest.cluster,
      knows: [...core.knows],
      links: (links()?.linkGenerations() ?? []).map((link) => ({ ...link })),
      declining: core.declining || declining,
      refusal: core.refusal ?? refusal,
      joinRequests,
      sentAtMs: Date.now(),
    };
    try {
      const text = signDocument('version-message', message, keys.signing.privateKey);
      this.#exchange.publish(message, text, null);
    } catch (error) {
      log.error({ err: error }, 'a version message could not be signed');
    }
  }

  /** A node's first link came up, or its last one went. */
  linkChanged(peer: string, up: boolean): void {
    this.#exchange.linkChanged(peer, up);
  }

  /** Forgets who is no member any more. */
  keepOnly(known: ReadonlySet<string>): void {
    this.#exchange.keepOnly(known);
    for (const id of this.#heardAtMs.keys()) if (!known.has(id)) this.#heardAtMs.delete(id);
  }

  /** Says nothing more. */
  close(): void {
    this.#exchange.close();
  }
}
