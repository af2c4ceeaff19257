// The links that are up, by node, whichever end dialled: choosing one for a call, waiting for one, telling listeners.
// Callers: link-calls.ts places calls here; dial slots and the listener add links. Old links drain when told.
import type { CallGate } from '../call-gate.ts';
import type { KeyGeneration } from '../key-bag.ts';
import { acceptedLinksPerPeerMax, drainMsMax, handoverMsMax, linkRpcLimits } from '../limits.ts';
import type { Member } from '../node-config.ts';
import type { CallObserver } from '../rpc/call-observer.ts';
import type { CompiledTable } from '../rpc/compiled-table.ts';
import { RpcConnection } from '../rpc/rpc-connection.ts';
import type { UntypedHandler } from '../rpc/served-calls.ts';
import type { LinkContext, ProvenLink } from './link-context.ts';
import { delay, timerMsMax } from './delay.ts';

/** A link that carries calls. */
export interface OpenLink {
  readonly proven: ProvenLink;
  readonly connection: RpcConnection;
  readonly openedAtMs: number;
}

/** What every link offers, and under which gate. */
export interface LinkOffer {
  readonly offered: CompiledTable;
  readonly handlers: Readonly<Record<string, UntypedHandler>>;
  readonly gate: CallGate | undefined;
  readonly observe: CallObserver | undefined;
}

/** Called when a node's first link comes up, and when its last one is gone. */
export type LinkChangeListener = (member: Member, up: boolean) => void;

/** The links of one process. */
export class LinkTable {
  readonly #offer: LinkOffer;
  readonly #context: LinkContext;
  readonly #linksById = new Map<string, Set<OpenLink>>();
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #listeners = new Set<LinkChangeListener>();
  readonly #announcedUp = new Set<string>();
  #linkAgeMaxMs = Infinity;

  constructor(offer: LinkOffer, context: LinkContext) {
    this.#offer = offer;
    this.#context = context;
  }

  /** Starts calls over a proven link. Undefined when the node may not have it: it is closed instead. */
  add(proven: ProvenLink): OpenLink | undefined {
    const { peer } = proven;
    const links = this.#linksById.get(peer.id) ?? new Set();
    const refusal = this.#refusal(proven, links.size);
    if (refusal) {
      this.#context.log.warn({ ...refusal, peer: peer.name }, 'link refused after its proof');
      proven.socket.destroy();
      return undefined;
    }
    const link = this.#open(proven);
    links.add(link);
    this.#linksById.set(peer.id, links);
    if (!this.#announcedUp.has(peer.id)) this.#announce(peer, true);
    for (const wake of this.#waiting.get(peer.id) ?? []) wake();
    // Its keys were retired during its handshake. The other end may be using it already: no call is to be lost.
    if (!this.#context.bags.isCurrent(proven.keyGeneration)) void this.#retire(link);
    return link;
  }

  /**
   * Obeys the context's new members and bags: cuts links to nodes that are not members any more, or not the same, and
   * drains links of retired generations. A link whose pair has no bag any more is handed over: over it the other end may
   * still have to learn of this version. How old a link may grow counts from the next link on.
   */
  adopt(linkAgeMaxMs: number): void {
    this.#linkAgeMaxMs = linkAgeMaxMs;
    for (const link of this.links()) {
      const { peer, keyGeneration } = link.proven;
      if (!this.#isMember(peer)) link.connection.close();
      else if (!this.#context.bags.isCurrent(keyGeneration)) void this.#retire(link);
    }
    this.#eraseRetiredKeys();
    for (const waiting of this.#waiting.values()) for (const wake of waiting) wake();
  }

  /** Whether calls to this node can be placed now. */
  isUp(id: string): boolean {
    return this.pick(id) !== undefined;
  }

  /** Whether calls to the link's node could be placed without it. */
  #canSpare(link: OpenLink): boolean {
    const links = this.#linksById.get(link.proven.peer.id) ?? [];
    return [...links].some((other) => other !== link && other.connection.usable);
  }

  /** The usable link with the fewest calls in flight; of several, the newest: an old one may be dead, and not know it yet. */
  pick(id: string): RpcConnection | undefined {
    let best: RpcConnection | undefined;
    for (const { connection } of this.#linksById.get(id) ?? []) {
      if (!connection.usable) continue;
      if (!best || connection.callsInFlight <= best.callsInFlight) best = connection;
    }
    return best;
  }

  /** Resolves when a link to this node comes up, when another plan was adopted, or when the signal aborts. */
  async waitForLink(id: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, waiting.add(resolve));
    signal.addEventListener('abort', () => resolve(), { once: true });
    await promise;
    waiting.delete(resolve);
    if (waiting.size === 0 && this.#waiting.get(id) === waiting) this.#waiting.delete(id);
  }

  /** Every link, draining ones included. */
  links(): OpenLink[] {
    return [...this.#linksById.values()].flatMap((links) => [...links]);
  }

  /** Adds a listener for nodes that come up or go down. */
  onChange(listener: LinkChangeListener): void {
    this.#listeners.add(listener);
  }

  /** Lets the calls in flight finish, then closes; closes anyway after `withinMs`. Resolves when it is closed. */
  async drain(link: OpenLink, withinMs = drainMsMax): Promise<void> {
    const stop = new AbortController();
    link.connection.drain();
    this.#noticeDown(link.proven.peer);
    await Promise.race([link.connection.closed, delay(withinMs, stop.signal)]);
    stop.abort();
    link.connection.close();
    await link.connection.closed;
  }

  /**
   * Drains the link when there is another to the same node; in any case after a time in which the other end should have
   * made its own.
   */
  async handOver(link: OpenLink): Promise<void> {
    const over = new AbortController();
    void link.connection.unusable.then(() => over.abort());
    const within = AbortSignal.any([over.signal, AbortSignal.timeout(handoverMsMax)]);
    while (!within.aborted && !this.#canSpare(link)) await this.waitForLink(link.proven.peer.id, within);
    await this.drain(link);
  }

  /** Gives up a link whose keys no new link may use: the next generation replaces it, or the other direction does. */
  #retire(link: OpenLink): Promise<void> {
    const { bags, self } = this.#context;
    const { peer, direction } = link.proven;
    const [from, to] = direction === 'dialled' ? [self.id, peer.id] : [peer.id, self.id];
    return bags.find(from, to) ? this.drain(link) : this.handOver(link);
  }

  #isMember(peer: Member): boolean {
    const known = this.#context.membersById.get(peer.id);
    return known !== undefined && known.name === peer.name && known.role === peer.role;
  }

  #refusal({ peer, direction }: ProvenLink, linkCount: number): { readonly code: string } | undefined {
    if (!this.#isMember(peer)) return { code: 'unknown_node' };
    return direction === 'accepted' && linkCount >= acceptedLinksPerPeerMax
      ? { code: 'too_many_links' }
      : undefined;
  }

  #open(proven: ProvenLink): OpenLink {
    const { log } = this.#context;
    const { peer, socket } = proven;
    const callPeer = { role: peer.role, name: peer.name, id: peer.id };
    const connection = new RpcConnection(socket, {
      ...this.#offer,
      peer: callPeer,
      log,
      limits: linkRpcLimits,
    });
    const link = { proven, connection, openedAtMs: Date.now() };
    const { direction, keyGeneration, index, diallerPort } = proven;
    const { generation } = keyGeneration;
    const facts = { peer: peer.name, direction, generation, index, diallerPort };
    log.info(facts, 'link up');
    const tooOld = setTimeout(() => void this.drain(link), Math.min(2 * this.#linkAgeMaxMs, timerMsMax));
    tooOld.unref();
    void connection.closed.then((reason) => {
      clearTimeout(tooOld);
      log.info({ ...facts, reason }, 'link closed');
      this.#linksById.get(peer.id)?.delete(link);
      this.#eraseRetiredKeys();
      this.#noticeDown(peer);
    });
    return link;
  }

  #eraseRetiredKeys(): void {
    const inUse = new Set<KeyGeneration>(this.links().map(({ proven }) => proven.keyGeneration));
    this.#context.bags.eraseRetired((generation) => inUse.has(generation));
  }

  #noticeDown(member: Member): void {
    if (this.#announcedUp.has(member.id) && !this.isUp(member.id)) this.#announce(member, false);
  }

  #announce(member: Member, up: boolean): void {
    if (up) this.#announcedUp.add(member.id);
    else this.#announcedUp.delete(member.id);
    for (const listener of this.#listeners) listener(member, up);
  }
}
