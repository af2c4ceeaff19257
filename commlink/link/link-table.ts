// The links that are up, by node, whichever end dialled: choosing one for a call, waiting for one, telling listeners.
// Callers: commlink.ts places calls here; dial slots and the listener add links. Old links drain when told.
import { acceptedLinksPerPeerMax, drainMsMax, linkRpcLimits } from '../limits.ts';
import type { Logger } from '../log.ts';
import type { Member } from '../node-config.ts';
import type { CompiledTable } from '../rpc/compiled-table.ts';
import { RpcConnection } from '../rpc/rpc-connection.ts';
import type { UntypedHandler } from '../rpc/served-calls.ts';
import type { ProvenLink } from './link-context.ts';
import { delay } from './delay.ts';

/** A link that carries calls. */
export interface OpenLink {
  readonly proven: ProvenLink;
  readonly connection: RpcConnection;
  readonly openedAtMs: number;
}

/** What every link offers, and how old it may grow: one that is twice the age for re-dialling is drained by any end. */
export interface LinkTableOptions {
  readonly offered: CompiledTable;
  readonly handlers: Readonly<Record<string, UntypedHandler>>;
  readonly log: Logger;
  readonly linkAgeMaxMs: number;
}

/** Called when a node's first link comes up, and when its last one is gone. */
export type LinkChangeListener = (member: Member, up: boolean) => void;

const timerMsMax = 2_147_483_647;

/** The links of one process. */
export class LinkTable {
  readonly #options: LinkTableOptions;
  readonly #linksById = new Map<string, Set<OpenLink>>();
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #listeners = new Set<LinkChangeListener>();
  readonly #announcedUp = new Set<string>();

  constructor(options: LinkTableOptions) {
    this.#options = options;
  }

  /** Starts calls over a proven link. Undefined when the node has too many accepted links: it is closed instead. */
  add(proven: ProvenLink): OpenLink | undefined {
    const { peer } = proven;
    const links = this.#linksById.get(peer.id) ?? new Set();
    if (proven.direction === 'accepted' && links.size >= acceptedLinksPerPeerMax) {
      this.#options.log.warn(
        { code: 'too_many_links', peer: peer.name },
        'link refused: the node has too many',
      );
      proven.socket.destroy();
      return undefined;
    }
    const link = this.#open(proven);
    links.add(link);
    this.#linksById.set(peer.id, links);
    if (!this.#announcedUp.has(peer.id)) this.#announce(peer, true);
    for (const wake of this.#waiting.get(peer.id) ?? []) wake();
    return link;
  }

  /** Whether calls to this node can be placed now. */
  isUp(id: string): boolean {
    return this.pick(id) !== undefined;
  }

  /** The usable link with the fewest calls in flight. */
  pick(id: string): RpcConnection | undefined {
    let best: RpcConnection | undefined;
    for (const { connection } of this.#linksById.get(id) ?? []) {
      if (!connection.usable) continue;
      if (!best || connection.callsInFlight < best.callsInFlight) best = connection;
    }
    return best;
  }

  /** Resolves when a link to this node comes up, or when the signal aborts. */
  async waitForLink(id: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, waiting.add(resolve));
    signal.addEventListener('abort', () => resolve(), { once: true });
    await promise;
    waiting.delete(resolve);
    if (waiting.size === 0) this.#waiting.delete(id);
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

  #open(proven: ProvenLink): OpenLink {
    const { offered, handlers, log, linkAgeMaxMs } = this.#options;
    const { peer, socket } = proven;
    const callPeer = { role: peer.role, name: peer.name, id: peer.id };
    const connection = new RpcConnection(socket, {
      peer: callPeer,
      offered,
      handlers,
      log,
      limits: linkRpcLimits,
    });
    const link = { proven, connection, openedAtMs: Date.now() };
    const { direction, generation, index, diallerPort } = proven;
    const facts = { peer: peer.name, direction, generation, index, diallerPort };
    log.info(facts, 'link up');
    const tooOld = setTimeout(() => void this.drain(link), Math.min(2 * linkAgeMaxMs, timerMsMax));
    tooOld.unref();
    void connection.closed.then((reason) => {
      clearTimeout(tooOld);
      log.info({ ...facts, reason }, 'link closed');
      this.#linksById.get(peer.id)?.delete(link);
      this.#noticeDown(peer);
    });
    return link;
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
