// A node's links to the others: opens what its configuration asks for, keeps it up, changes it while calls go on, and
// places and serves calls over it, whichever end dialled. Callers: the shell of the configuration opens one; services call.
// Every peer is a member that has proven its key; what it may ask is the offered table, by its role.
import type { TLSSocket } from 'node:tls';
import type { CallGate } from './call-gate.ts';
import type { PreparedChange } from './configuration/node-configuration.ts';
import { BagStore, assertUnused } from './link/bag-store.ts';
import { DialSlots } from './link/dial-slots.ts';
import type { OpenInvitation, ProvenJoiner } from './link/join-admission.ts';
import { JoinLinks } from './link/join-links.ts';
import { LinkCalls } from './link/link-calls.ts';
import { ChangingContext, type ProvenLink } from './link/link-context.ts';
import { listenForLinks } from './link/link-listener.ts';
import { LinkListeners } from './link/link-listeners.ts';
import { LinkTable, type LinkChangeListener, type LinkOffer } from './link/link-table.ts';
import { readEphemeralPorts, type PortRange } from './link/local-port.ts';
import { indexMembers, type MemberIndex } from './link/members.ts';
import { closeMsMax } from './limits.ts';
import type { Logger } from './log.ts';
import type { Handlers, MethodTable, ParamsOf, ResultOf } from './method-table.ts';
import type { LinkPlan, Member, NodeRole } from './node-config.ts';
import type { NodeKeys } from './node-keys.ts';
import { RpcError } from './rpc-error.ts';
import { compileTable, type CompiledTable } from './rpc/compiled-table.ts';
import type { CallOptions } from './rpc/placed-calls.ts';

export type { OpenInvitation } from './link/join-admission.ts';

/** One link as `status()` shows it. `diallerPort` modulo the bag's size is `index`, the key in use. */
export interface LinkStatus {
  readonly peer: string;
  readonly id: string;
  readonly role: NodeRole;
  readonly direction: 'dialled' | 'accepted';
  readonly generation: number;
  readonly index: number;
  readonly diallerPort: number;
  readonly openedAtMs: number;
  readonly draining: boolean;
  readonly callsInFlight: number;
}

/** What openCommlink needs. `offered` is what other nodes, and machines that join, may call here. */
export interface CommlinkOptions<T extends MethodTable> {
  readonly keys: NodeKeys;
  readonly plan: LinkPlan;
  readonly offered: T;
  readonly handlers: Handlers<T>;
  readonly log: Logger;
  /** Left out, `admits` means nothing. */
  readonly gate?: CallGate;
  /** The invitations whose tickets open a join link here; asked at each handshake. Left out, there are none. */
  readonly invitations?: () => readonly OpenInvitation[];
}

/** How many links there are to a node (by id) that use a bag generation. */
export interface LinkGeneration {
  readonly peer: string;
  readonly generation: number;
  readonly count: number;
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
  const { plan, keys, gate, invitations, offered, handlers, log } = options;
  const fixed = { cluster: plan.cluster, keys, bags: new BagStore([]), log };
  const parts = {
    context: new ChangingContext(indexMembers(plan, keys), fixed),
    offer: { offered: compileTable(offered), handlers, gate },
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
  readonly #joins: JoinLinks;
  readonly #listeners: LinkListeners;
  readonly #slots: DialSlots;
  readonly #calls: LinkCalls;
  readonly #compiled = new Map<MethodTable, CompiledTable>();
  readonly #closing = new AbortController();
  /** The end of the queue of changes: each begins when the one before has ended, however it ended. */
  #changes: Promise<unknown> = Promise.resolve();

  constructor({ context, offer, invitations, localPorts }: NodeCommlinkParts) {
    const table = new LinkTable(offer, context);
    const joins = new JoinLinks(offer, context.log);
    const closing = this.#closing.signal;
    this.#context = context;
    this.#table = table;
    this.#joins = joins;
    this.#listeners = new LinkListeners({
      open: ({ host, port }) => {
        const onLink = (link: ProvenLink): void => void table.add(link);
        const onJoiner = (socket: TLSSocket, joiner: ProvenJoiner): void => joins.add(socket, joiner);
        return listenForLinks({ host, port, invitations, onLink, onJoiner }, context);
      },
    });
    this.#slots = new DialSlots({ context, table, closing }, localPorts);
    const find = (peer: string): Member | undefined => context.find(peer);
    this.#calls = new LinkCalls({ table, find, gate: offer.gate, closing });
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
    return this.#table.links().map(({ proven, connection, openedAtMs }) => {
      const { direction, keyGeneration, index, diallerPort } = proven;
      const { name: peer, id, role } = proven.peer;
      const { callsInFlight, usable } = connection;
      const facts = { direction, generation: keyGeneration.generation, index, diallerPort };
      return { peer, id, role, ...facts, openedAtMs, draining: !usable, callsInFlight };
    });
  }

  linkGenerations(): LinkGeneration[] {
    const counted = new Map<string, LinkGeneration>();
    for (const { proven } of this.#table.links()) {
      const [peer, { generation }] = [proven.peer.id, proven.keyGeneration];
      const name = `${peer} ${generation}`;
      counted.set(name, { peer, generation, count: (counted.get(name)?.count ?? 0) + 1 });
    }
    return [...counted.values()];
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

  async prepare(plan: LinkPlan): Promise<PreparedChange> {
    if (plan.cluster !== this.#context.cluster)
      throw new TypeError(`This commlink is of ${this.#context.cluster}, not of ${plan.cluster}.`);
    assertUnused(plan.bags);
    const index = indexMembers(plan, this.keys);
    const release = await this.#inTurn(() => this.#listeners.claim(plan.listen));
    return {
      commit: () => this.#inTurn(() => this.#reconcile(plan, index, release)),
      discard: () =>
        this.#inTurn(async () => {
          this.#context.bags.refuse(plan.bags);
          await release();
        }),
    };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#inTurn(async () => {
      const listening = this.#listeners.close();
      await this.#slots.stop();
      const links = this.#table.links();
      await Promise.all([this.#joins.close(), ...links.map((link) => this.#table.drain(link, closeMsMax))]);
      await listening;
    });
  }

  #inTurn<R>(change: () => Promise<R>): Promise<R> {
    const result = this.#changes.then(change);
    this.#changes = result.catch(() => 'its caller is told');
    return result;
  }

  async #reconcile(plan: LinkPlan, index: MemberIndex, release: () => Promise<void>): Promise<void> {
    if (this.#closing.signal.aborted) return;
    await this.#listeners.moveTo(plan.listen);
    await release();
    // From here on nothing waits, so that every link meets either the old plan or the new one as a whole.
    this.#context.replaceMembers(index);
    this.#context.bags.replaceAll(plan.bags);
    this.#slots.adopt(plan, index);
    this.#table.adopt(plan.linkAgeMaxMs);
    this.#calls.retryNow();
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
