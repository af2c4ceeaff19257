// A node's links to the others: opens what its configuration asks for, keeps it up, changes it while calls go on, and
// places and serves calls over it, whichever end dialled. Callers: the shell of the configuration opens one; services call.
// Every peer is a member that has proven its key; what it may ask is the offered table, by its role.
import type { TLSSocket } from 'node:tls';
import type { CallGate } from './call-gate.ts';
import { BagStore } from './link/bag-store.ts';
import { DialSlots } from './link/dial-slots.ts';
import type { OpenInvitation, ProvenJoiner } from './link/join-admission.ts';
import { JoinLinks } from './link/join-links.ts';
import { LinkCalls } from './link/link-calls.ts';
import { LinkChanges } from './link/link-changes.ts';
import { ChangingContext, type ProvenLink } from './link/link-context.ts';
import { listenForLinks } from './link/link-listener.ts';
import { LinkListeners } from './link/link-listeners.ts';
import { countGenerations, describeLink, type LinkGeneration, type LinkStatus } from './link/link-status.ts';
import { LinkTable, type LinkChangeListener, type LinkOffer } from './link/link-table.ts';
import { readEphemeralPorts, type PortRange } from './link/local-port.ts';
import { indexMembers } from './link/members.ts';
import type { Logger } from './log.ts';
import type { Handlers, MethodTable, ParamsOf, ResultOf } from './method-table.ts';
import type { LinkPlan, Member, NodeRole } from './node-config.ts';
import type { NodeKeys } from './node-keys.ts';
import type { PreparedChange } from './prepared-change.ts';
import { RpcError } from './rpc-error.ts';
import type { CallObserver } from './rpc/call-observer.ts';
import { compileTable, type CompiledTable } from './rpc/compiled-table.ts';
import type { CallOptions } from './rpc/placed-calls.ts';

export type { OpenInvitation } from './link/join-admission.ts';

/** What openCommlink needs. `offered` is what other nodes, and machines that join, may call here. */
export interface CommlinkOptions<T extends MethodTable> {
  readonly keys: NodeKeys;
  readonly plan: LinkPlan;
  readonly offered: T;
  readonly handlers: Handlers<T>;
  readonly log: Logger;
  /** Told of each call over a link that is over. */
  readonly observe?: CallObserver;
  /** Left out, `admits` means nothing. */
  readonly gate?: CallGate;
  /** The invitations whose tickets open a join link here; asked at each handshake. Left out, there are none. */
  readonly invitations?: () => readonly OpenInvitation[];
}

/** A node's place in the cluster. */
export interface Commlink {
  readonly keys: NodeKeys;
  readonly self: Member;
  /** The port that links are accepted on; undefined when this node only dials. */
  readonly port: number | undefined;
  /** A member by node id or name, this node included. */
  member(idOrName: string): Member | undefined;
  /** All members, or those of a role, this node included. */
  members(role?: NodeRole): Member[];
  /**
   * Calls a method of another node (by id or name). Waits for a link up to the deadline, then rejects with
   * `unavailable`. Rejects with RpcError only; see rpc-error.ts for what each code says about the call.
   */
  call<T extends MethodTable, M extends keyof T & string>(
    peer: string,
    table: T,
    method: M,
    params: ParamsOf<T, M>,
    options?: CallOptions,
  ): Promise<ResultOf<T, M>>;
  /** The members, or those of a role, that have a link up now. */
  linked(role?: NodeRole): Member[];
  status(): LinkStatus[];
  /** `listener` is called when a node's first link comes up and when its last one goes. */
  onLinkChange(listener: LinkChangeListener): void;
  /** The links that are open, draining ones included, by peer (node id) and bag generation; for version messages. */
  linkGenerations(): LinkGeneration[];
  /**
   * Makes the links those of `plan`, one plan after another. What did not change is not touched; new comes before old;
   * links to nodes that are no members any more are cut, and calls in flight there fail with `disconnected`. Does not
   * wait for links to drain. Throws StartupError (`MEMBERS_INVALID`, `PORT_TAKEN`), and then nothing has changed; TypeError
   * for a plan that was taken before.
   */
  adopt(plan: LinkPlan): Promise<void>;
  /** The same in two steps: binds a changed listener address and checks the plan now; `commit` adopts it. */
  prepare(plan: LinkPlan): Promise<PreparedChange>;
  /** Stops dialling and accepting, lets calls in flight finish for a short time, and closes every link. */
  close(): Promise<void>;
}

/**
 * Opens the commlink: listens and starts dialling; it does not wait for links. Throws StartupError (`MEMBERS_INVALID`,
 * `NODE_KEY_MISMATCH`, `PORT_TAKEN`) with what to do.
 */
export async function openCommlink<T extends MethodTable>(options: CommlinkOptions<T>): Promise<Commlink> {
  const { plan, keys, gate, observe, invitations, offered, handlers, log } = options;
  const fixed = { cluster: plan.cluster, keys, bags: new BagStore([]), log };
  const parts = {
    context: new ChangingContext(indexMembers(plan, keys), fixed),
    offer: { offered: compileTable(offered), handlers, gate, observe },
    invitations: invitations ?? (() => []),
    localPorts: await readEphemeralPorts(),
  };
  const commlink = new NodeCommlink(parts);
  await commlink.adopt(plan);
  return commlink;
}

interface NodeCommlinkParts {
  readonly context: ChangingContext;
  readonly offer: LinkOffer;
  readonly invitations: () => readonly OpenInvitation[];
  readonly localPorts: PortRange;
}

class NodeCommlink implements Commlink {
  readonly #context: ChangingContext;
  readonly #table: LinkTable;
  readonly #listeners: LinkListeners;
  readonly #calls: LinkCalls;
  readonly #changes: LinkChanges;
  readonly #compiled = new Map<MethodTable, CompiledTable>();
  readonly #closing = new AbortController();

  constructor({ context, offer, invitations, localPorts }: NodeCommlinkParts) {
    const table = new LinkTable(offer, context);
    const joins = new JoinLinks(offer, context.log);
    const closing = this.#closing.signal;
    this.#context = context;
    this.#table = table;
    this.#listeners = new LinkListeners({
      open: ({ host, port }) => {
        const onLink = (link: ProvenLink): void => void table.add(link);
        const onJoiner = (socket: TLSSocket, joiner: ProvenJoiner): void => joins.add(socket, joiner);
        return listenForLinks({ host, port, invitations, onLink, onJoiner }, context);
      },
    });
    const find = (peer: string): Member | undefined => context.find(peer);
    this.#calls = new LinkCalls({ table, find, gate: offer.gate, closing });
    const slots = new DialSlots({ context, table, closing }, localPorts);
    const [listeners, calls] = [this.#listeners, this.#calls];
    this.#changes = new LinkChanges({ context, table, joins, listeners, slots, calls });
  }

  get keys(): NodeKeys {
    return this.#context.keys;
  }

  get self(): Member {
    return this.#context.self;
  }

  get port(): number | undefined {
    return this.#listeners.port;
  }

  member(idOrName: string): Member | undefined {
    return this.#context.find(idOrName);
  }

  members(role?: NodeRole): Member[] {
    const all = [...this.#context.membersById.values()];
    return role ? all.filter((member) => member.role === role) : all;
  }

  linked(role?: NodeRole): Member[] {
    return this.members(role).filter((member) => this.#table.isUp(member.id));
  }

  onLinkChange(listener: LinkChangeListener): void {
    this.#table.onChange(listener);
  }

  status(): LinkStatus[] {
    return this.#table.links().map(describeLink);
  }

  linkGenerations(): LinkGeneration[] {
    return countGenerations(this.#table.links());
  }

  // oxlint-disable-next-line max-params -- the contract of a call: to whom, from which table, what, with what, how
  async call<T extends MethodTable, M extends keyof T & string>(
    peer: string,
    table: T,
    method: M,
    params: ParamsOf<T, M>,
    options: CallOptions = {},
  ): Promise<ResultOf<T, M>> {
    const row = this.#compile(table).get(method);
    if (!row) throw new RpcError('unknown_method', `${method} is not in the table.`);
    return (await this.#calls.place({ peer, row, params, options })) as ResultOf<T, M>;
  }

  async adopt(plan: LinkPlan): Promise<void> {
    const prepared = await this.prepare(plan);
    await prepared.commit();
  }

  prepare(plan: LinkPlan): Promise<PreparedChange> {
    return this.#changes.prepare(plan);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#changes.close();
  }

  #compile(table: MethodTable): CompiledTable {
    let compiled = this.#compiled.get(table);
    if (!compiled) {
      compiled = compileTable(table);
      this.#compiled.set(table, compiled);
    }
    return compiled;
  }
}
