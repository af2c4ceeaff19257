// Remembers which ftp-nodes the web-fronts last said that they reach. Refreshed on a schedule and at each change of a
// link; read when a node is chosen for a delivery and by `status`. What it says is a hint: nothing is decided by it. Also
// remembers whose logins showed another time than this machine's; a relay can show an old login, so that is a hint too.
import type { Clock } from '../clock.ts';
import { clockApartToldMs, loginAttemptAgeMaxMs, nodeHeardWithinMs } from '../limits.ts';
import type { NodeRelay, ReachedNode } from './node-relay.ts';

/** A node and when a web-front last said that it reaches it. */
export interface HeardNode extends ReachedNode {
  readonly heardAtMs: number;
  /** Deliveries that it was given since. */
  readonly givenCount: number;
}

/** A node whose last login was refused since its time was too far from this machine's; positive: it is ahead. */
export interface ClockApart {
  readonly node: string;
  readonly aheadMs: number;
  readonly notedAtMs: number;
}

/** The memory. */
export class NodeDirectory {
  readonly #relay: NodeRelay;
  readonly #clock: Clock;
  readonly #heard = new Map<string, HeardNode>();
  readonly #clocksApart = new Map<string, ClockApart>();
  readonly #sinceMs: number;

  constructor(relay: NodeRelay, clock: Clock) {
    this.#relay = relay;
    this.#clock = clock;
    this.#sinceMs = clock.nowMs();
  }

  /** Asks the linked web-fronts. Never throws for one that does not answer. */
  async refresh(): Promise<void> {
    const nodes = await this.#relay.reachedNodes();
    const heardAtMs = this.#clock.nowMs();
    // Where web-fronts differ the lower number of the list of bans counts: one that lies only has the list sent once more.
    for (const node of nodes.toSorted((left, right) => banSequenceOf(right) - banSequenceOf(left)))
      this.#heard.set(node.node, { ...node, heardAtMs, givenCount: 0 });
  }

  /** The node, if it was heard of at all. */
  find(nodeId: string): HeardNode | undefined {
    return this.#heard.get(nodeId);
  }

  /** The node was given a delivery: what it said of itself does not know of it. */
  noteGiven(nodeId: string): void {
    const node = this.#heard.get(nodeId);
    if (node) this.#heard.set(nodeId, { ...node, givenCount: node.givenCount + 1 });
  }

  /** A login of the node said what its clock shows. One that is near enough ends what was noted before. */
  noteClock(node: string, aheadMs: number): void {
    if (Math.abs(aheadMs) <= loginAttemptAgeMaxMs) this.#clocksApart.delete(node);
    else this.#clocksApart.set(node, { node, aheadMs, notedAtMs: this.#clock.nowMs() });
  }

  /** The nodes whose logins were refused lately because of their clocks. */
  clocksApart(): ClockApart[] {
    const nowMs = this.#clock.nowMs();
    return [...this.#clocksApart.values()].filter(({ notedAtMs }) => nowMs - notedAtMs <= clockApartToldMs);
  }

  /** When it was heard of last, or since when nothing was heard of it here. */
  silentSinceMs(nodeId: string): number {
    return this.find(nodeId)?.heardAtMs ?? this.#sinceMs;
  }

  /** True when a web-front reached the node lately. */
  isReachable(nodeId: string): boolean {
    const heard = this.#heard.get(nodeId);
    return heard !== undefined && this.#clock.nowMs() - heard.heardAtMs <= nodeHeardWithinMs;
  }

  /** The nodes that are reachable. */
  reachable(): HeardNode[] {
    return [...this.#heard.values()].filter((node) => this.isReachable(node.node));
  }
}

function banSequenceOf({ description }: ReachedNode): number {
  return description.banSequence;
}
