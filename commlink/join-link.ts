// The joining machine's end of a join link: it has a ticket and fresh keys, and is nobody's member yet.
// Caller: configuration/join-cluster.ts. Trusts the contact once it has proven the key that the ticket names.
import type { Logger } from './log.ts';
import type { configurationMethods } from './methods/configuration-methods.ts';
import type { NodeKeys } from './node-keys.ts';
import type { RpcPeer } from './rpc.ts';

/** What a ticket says about the way in. */
export interface JoinTicketLink {
  readonly cluster: string;
  /** The ticket's id: 22 characters of base64url. It crosses in clear. */
  readonly ticket: string;
  /** base64url of at least 16 random bytes. It never crosses. */
  readonly secret: string;
  readonly contact: {
    readonly host: string;
    readonly port: number;
    readonly id: string;
    readonly signingKey: string;
  };
}

/** The ticket, the keys that this machine made for itself, and when to give up. */
export interface DialJoinOptions {
  readonly ticket: JoinTicketLink;
  readonly keys: NodeKeys;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Opens a join link. Throws LinkError; `handshake` is also what a refused ticket looks like: the contact's log says why. */
export async function dialJoin(options: DialJoinOptions): Promise<RpcPeer<typeof configurationMethods>> {
  await Promise.resolve(options);
  throw new Error('not landed yet');
}
