// A node's links to the others: opens what its configuration asks for, keeps it up, and places and serves calls over
// it, whichever end dialled. Callers: each component's main.ts opens one; its services place calls.
// Every peer is a member that has proven its key; what it may ask is the offered table, by its role.
import type { CallGate } from './call-gate.ts';
import type { PreparedChange } from './configuration/node-configuration.ts';
import type { RpcErrorCode } from './rpc-error.ts';
import { RpcError } from './rpc-error.ts';
import { readKeyBags } from './key-bag.ts';
import { BagStore } from './link/bag-store.ts';
import { DialSlot } from './link/dial-slot.ts';
import type { LinkContext } from './link/link-context.ts';
import { listenForLinks, type LinkListener } from './link/link-listener.ts';
import { LinkTable, type LinkChangeListener } from './link/link-table.ts';
import { readEphemeralPorts } from './link/local-port.ts';
import { indexMembers } from './link/members.ts';
import { closeMsMax } from './limits.ts';
import type { Logger } from './log.ts';
import type { Handlers, MethodTable, ParamsOf, ResultOf } from './method-table.ts';
import type { LinkPlan, Member, NodeConfig, NodeRole } from './node-config.ts';
import { readNodeKeys, type NodeKeys } from './node-keys.ts';
import { compileTable, type CompiledMethod, type CompiledTable } from './rpc/compiled-table.ts';
import type { CallOptions } from './rpc/placed-calls.ts';
import type { RpcConnection } from './rpc/rpc-connection.ts';

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

/** An open invitation, with the secret that its ticket holds. */
export interface OpenInvitation {
  readonly ticket: string;
  readonly secret: string;
  readonly name: string;
  readonly role: NodeRole;
  readonly expiresAtMs: number;
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

/** What openCommlink takes besides, until every program gets its configuration from the cluster. */
export interface ConfiguredCommlinkOptions<T extends MethodTable> {
  readonly config: NodeConfig;
  readonly offered: T;
  readonly handlers: Handlers<T>;
  readonly log: Logger;
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
   * wait for links to drain. Throws StartupError (`MEMBERS_INVALID`, `PORT_TAKEN`), and then nothing has changed.
   */
  adopt(plan: LinkPlan): Promise<void>;
  /** The same in two steps: binds a changed listener address and checks the plan now; `commit` adopts it. */
  prepare(plan: LinkPlan): Promise<PreparedChange>;
  /** Stops dialling and accepting, lets calls in flight finish for a short time, and closes every link. */
  close(): Promise<void>;
}

/**
 * Opens the commlink: reads keys and bags, listens, and starts dialling; it does not wait for links. Throws StartupError
 * (`NODE_KEY_MISMATCH`, `MEMBERS_INVALID`, `KEY_…`, `PORT_TAKEN`) with what to do.
 */
export async function openCommlink<T extends MethodTable>(
  options: CommlinkOptions<T> | ConfiguredCommlinkOptions<T>,
): Promise<Commlink> {
  if (!('config' in options)) throw new Error('not landed yet');
  const { config, log } = options;
  const keys = await readNodeKeys(config.keyFile);
  const { self, byId, byName } = indexMembers(config, keys);
  const bags = new BagStore(await readKeyBags(config.bagDirectory));
  const context: LinkContext = { cluster: config.cluster, self, keys, membersById: byId, bags, log };
  const { handlers, offered } = options;
  const linkAgeMaxMs = config.linkAgeMaxMs;
  const table = new LinkTable({ offered: compileTable(offered), handlers, log, linkAgeMaxMs });
  const listener =
    config.listen && (await listenForLinks({ ...config.listen, onLink: (link) => table.add(link) }, context));
  const slots = await openSlots(config, byName, { context, table });
  return new NodeCommlink({ context, byName, table, listener, slots, bagDirectory: config.bagDirectory });
}

async function openSlots(
  config: NodeConfig,
  byName: ReadonlyMap<string, Member>,
  shared: { context: LinkContext; table: LinkTable },
): Promise<DialSlot[]> {
  const localPorts = await readEphemeralPorts();
  return config.dial.flatMap(({ peer: name, host, port, connections }) => {
    const peer = byName.get(name);
    if (!peer) throw new TypeError(`${name} is dialled but is not a member.`);
    const target = { peer, host, port, localPorts };
    const options = { ...shared, target, linkAgeMaxMs: config.linkAgeMaxMs };
    return Array.from({ length: connections }, () => new DialSlot(options));
  });
}

interface NodeCommlinkParts {
  readonly context: LinkContext;
  readonly byName: ReadonlyMap<string, Member>;
  readonly table: LinkTable;
  readonly listener: LinkListener | null;
  readonly slots: readonly DialSlot[];
  readonly bagDirectory: string;
}

class NodeCommlink implements Commlink {
  readonly #parts: NodeCommlinkParts;
  readonly #compiled = new Map<MethodTable, CompiledTable>();
  readonly #closing = new AbortController();

  constructor(parts: NodeCommlinkParts) {
    this.#parts = parts;
  }

  get keys(): NodeKeys {
    return this.#parts.context.keys;
  }

  get self(): Member {
    return this.#parts.context.self;
  }

  get port(): number | undefined {
    return this.#parts.listener?.port;
  }

  member(idOrName: string): Member | undefined {
    return this.#parts.context.membersById.get(idOrName) ?? this.#parts.byName.get(idOrName);
  }

  members(role?: NodeRole): Member[] {
    const all = [...this.#parts.context.membersById.values()];
    return role ? all.filter((member) => member.role === role) : all;
  }

  linked(role?: NodeRole): Member[] {
    return this.members(role).filter((member) => this.#parts.table.isUp(member.id));
  }

  onLinkChange(listener: LinkChangeListener): void {
    this.#parts.table.onChange(listener);
  }

  status(): LinkStatus[] {
    return this.#parts.table.links().map(({ proven, connection, openedAtMs }) => {
      const { direction, generation, index, diallerPort } = proven;
      const { name: peer, id, role } = proven.peer;
      const { callsInFlight, usable } = connection;
      const facts = { direction, generation, index, diallerPort };
      return { peer, id, role, ...facts, openedAtMs, draining: !usable, callsInFlight };
    });
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
    const member = this.member(peer);
    if (!member) throw new RpcError('unavailable', `${peer} is not a node of this cluster.`);
    const connection = this.#parts.table.pick(member.id);
    const result = connection
      ? connection.call(row, params, options)
      : this.#callWhenLinked(member, { row, params, options });
    return (await result) as ResultOf<T, M>;
  }

  linkGenerations(): LinkGeneration[] {
    return [];
  }

  adopt(plan: LinkPlan): Promise<void> {
    return Promise.reject(new Error(`not landed yet ${plan.name}`));
  }

  prepare(plan: LinkPlan): Promise<PreparedChange> {
    return Promise.reject(new Error(`not landed yet ${plan.name}`));
  }

  async close(): Promise<void> {
    const { table, slots, listener } = this.#parts;
    this.#closing.abort();
    const listening = listener?.close();
    await Promise.all(slots.map((slot) => slot.stop()));
    await Promise.all(table.links().map((link) => table.drain(link, closeMsMax)));
    await listening;
  }

  #compile(table: MethodTable): CompiledTable {
    let compiled = this.#compiled.get(table);
    if (!compiled) {
      compiled = compileTable(table);
      this.#compiled.set(table, compiled);
    }
    return compiled;
  }

  async #callWhenLinked(
    member: Member,
    call: { row: CompiledMethod; params: unknown; options: CallOptions },
  ): Promise<unknown> {
    const { row, params, options } = call;
    const budgetMs = Math.min(row.spec.deadlineMs, options.deadlineMs ?? Infinity);
    const deadlineAtMs = performance.now() + budgetMs;
    const connection = await this.#waitForLink(member, budgetMs, options.signal);
    const remainingMs = deadlineAtMs - performance.now();
    return connection.call(row, params, { ...options, deadlineMs: remainingMs });
  }

  async #waitForLink(
    member: Member,
    withinMs: number,
    cancelled: AbortSignal | undefined,
  ): Promise<RpcConnection> {
    const signals = [AbortSignal.timeout(Math.max(0, Math.ceil(withinMs))), this.#closing.signal];
    const signal = AbortSignal.any(cancelled ? [...signals, cancelled] : signals);
    for (;;) {
      const connection = this.#parts.table.pick(member.id);
      if (connection) return connection;
      if (signal.aborted) throw new RpcError(...waitFailure(member, cancelled));
      await this.#parts.table.waitForLink(member.id, signal);
    }
  }
}

function waitFailure(member: Member, cancelled: AbortSignal | undefined): [RpcErrorCode, string] {
  if (cancelled?.aborted) return ['cancelled', 'The call was cancelled before it was sent.'];
  return ['unavailable', `There is no link to ${member.name}; the call was not sent.`];
}
