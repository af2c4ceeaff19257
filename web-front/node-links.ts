// The web-front's links to the other nodes, for the parts that are made before these are open: until then nobody is linked.
// Made by web-front.ts, so that the portal can be built, and every page asked for, while this process may still read its
// own files.
import type { Commlink } from '#commlink/commlink.ts';
import { RpcError } from '#commlink/rpc-error.ts';

/** What the portal and the relay use of a commlink. */
export type NodeLinks = Pick<Commlink, 'member' | 'members' | 'linked' | 'call'>;

/** Links that open once. */
export class LateLinks implements NodeLinks {
  #commlink: Commlink | null = null;

  /** From now on these are the links. */
  open(commlink: Commlink): void {
    this.#commlink = commlink;
  }

  member(...ask: Parameters<Commlink['member']>): ReturnType<Commlink['member']> {
    return this.#commlink?.member(...ask);
  }

  members(...ask: Parameters<Commlink['members']>): ReturnType<Commlink['members']> {
    return this.#commlink?.members(...ask) ?? [];
  }

  linked(...ask: Parameters<Commlink['linked']>): ReturnType<Commlink['linked']> {
    return this.#commlink?.linked(...ask) ?? [];
  }

  get call(): Commlink['call'] {
    const commlink = this.#commlink;
    if (commlink) return commlink.call.bind(commlink);
    return () => Promise.reject(new RpcError('unavailable', 'The links are not open yet.'));
  }
}
