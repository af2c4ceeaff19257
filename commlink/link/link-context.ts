// What both ends of every link of this process share, and what a link is once it is up.
import type { TLSSocket } from 'node:tls';
import type { Logger } from '../log.ts';
import type { Member } from '../node-config.ts';
import type { NodeKeys } from '../node-keys.ts';
import type { BagStore } from './bag-store.ts';

/** This node and what it knows. `membersById` has this node too. */
export interface LinkContext {
  readonly cluster: string;
  readonly self: Member;
  readonly keys: NodeKeys;
  readonly membersById: ReadonlyMap<string, Member>;
  readonly bags: BagStore;
  readonly log: Logger;
}

/** A link whose both ends have proven themselves. `diallerPort` is the port that chose the key. */
export interface ProvenLink {
  readonly socket: TLSSocket;
  readonly peer: Member;
  readonly direction: 'dialled' | 'accepted';
  readonly generation: number;
  readonly index: number;
  readonly diallerPort: number;
}
