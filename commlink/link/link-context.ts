// What both ends of every link of this process share, and what a link is once it is up. What a node knows changes with
// each version of the configuration: whoever has the context reads it at the moment of use and keeps nothing.
import type { TLSSocket } from 'node:tls';
import type { KeyGeneration } from '../key-bag.ts';
import type { Logger } from '../log.ts';
import type { Member } from '../node-config.ts';
import type { NodeKeys } from '../node-keys.ts';
import type { BagStore } from './bag-store.ts';
import type { MemberIndex } from './members.ts';

/** This node and what it knows now. `membersById` has this node too. */
export interface LinkContext {
  readonly cluster: string;
  readonly self: Member;
  readonly keys: NodeKeys;
  readonly membersById: ReadonlyMap<string, Member>;
  /** The node ids of members whose ports are rewritten on the way here. */
  readonly behindNat: ReadonlySet<string>;
  readonly bags: BagStore;
  readonly log: Logger;
}

/** A context whose members can be replaced. */
export class ChangingContext implements LinkContext {
  readonly cluster: string;
  readonly keys: NodeKeys;
  readonly bags: BagStore;
  readonly log: Logger;
  #index: MemberIndex;

  constructor(index: MemberIndex, fixed: Pick<LinkContext, 'cluster' | 'keys' | 'bags' | 'log'>) {
    this.#index = index;
    this.cluster = fixed.cluster;
    this.keys = fixed.keys;
    this.bags = fixed.bags;
    this.log = fixed.log;
  }

  get self(): Member {
    return this.#index.self;
  }

  get membersById(): ReadonlyMap<string, Member> {
    return this.#index.byId;
  }

  get behindNat(): ReadonlySet<string> {
    return this.#index.behindNat;
  }

  /** A member by node id or name. */
  find(idOrName: string): Member | undefined {
    return this.#index.byId.get(idOrName) ?? this.#index.byName.get(idOrName);
  }

  /** Takes other members from now on. */
  replaceMembers(index: MemberIndex): void {
    this.#index = index;
  }
}

/** A link whose both ends have proven themselves. `diallerPort` is the port that chose the key. */
export interface ProvenLink {
  readonly socket: TLSSocket;
  readonly peer: Member;
  readonly direction: 'dialled' | 'accepted';
  /** The generation of the bag that `index` counts in, as the bag store has it. */
  readonly keyGeneration: KeyGeneration;
  readonly index: number;
  readonly diallerPort: number;
}
