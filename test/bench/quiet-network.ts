// A simulated cluster without trouble, of any size: the protocol's core at each node, a network with delays and, on
// request, loss, and one change after the other. Times are milliseconds of simulated time.
// Caller: the benchmark of the configuration.
import { isSameVersion, type ClusterVersion } from '#commlink/configuration/protocol/cluster-version.ts';
import { EventQueue } from '../simulator/event-queue.ts';
import { trueProtocol } from '../simulator/protocol.ts';
import { Random } from '../rig/random.ts';
import { SimulatedNode, type Packet, type Surroundings } from '../simulator/simulated-node.ts';
import { composeChange, composeFirst, type SimulatedPlan } from '../simulator/simulated-plan.ts';

/** How long a packet travels, and how long a node prepares a change. */
const [delayMsMin, delayMsMax] = [1, 20];
const [prepareMsMin, prepareMsMax] = [5, 30];
/** A change that takes longer will never come into force. */
const changeIntervalsMax = 100;

/** What to simulate: `webFronts` of the nodes relay, two are internal-dbs, the others ftp-nodes with two web-fronts each. */
export interface QuietNetworkOptions {
  readonly size: number;
  readonly webFronts: number;
  readonly messageIntervalMs: number;
  readonly lossPercent: number;
  readonly seed: number;
}

/** The cluster. */
export class QuietNetwork implements Surroundings {
  readonly protocol = trueProtocol;
  readonly #options: QuietNetworkOptions;
  readonly #queue = new EventQueue();
  readonly #random: Random;
  readonly #nodes: readonly SimulatedNode[];
  readonly #neighbours = new Map<SimulatedNode, SimulatedNode[]>();
  #plan: SimulatedPlan;
  #installedCount = 0;

  constructor(options: QuietNetworkOptions) {
    const { size, webFronts, messageIntervalMs } = options;
    this.#options = options;
    this.#random = new Random(options.seed);
    const roles = Array.from({ length: size }, (_none, index) =>
      index < 2 ? 'internal-db' : index < 2 + webFronts ? 'web-front' : 'ftp-node',
    );
    this.#nodes = roles.map((role, index) => new SimulatedNode(`n${index}`, role, this));
    this.#link();
    const [first = '', ...others] = this.#nodes.map(({ id }) => id);
    this.#plan = composeFirst([first, ...others], 'ready');
    for (const node of this.#nodes) node.join(this.#plan);
    for (const node of this.#nodes)
      this.#queue.after(this.#random.between(1, messageIntervalMs), () => this.#tick(node));
    this.#queue.runUntil(2 * messageIntervalMs);
  }

  /** Publishes a change at some node; returns the time until the last node has installed it. */
  change(): number {
    const { messageIntervalMs, size } = this.#options;
    const publisher = this.choose(this.#nodes);
    const version = { seq: this.#plan.version.seq + 1, digest: 'next' };
    const plan = composeChange(this.#plan, { kind: 'settings', pick: 0, joiner: null, ...version });
    if (!plan || !publisher) throw new Error('There is nobody to publish a change.');
    this.#plan = plan;
    this.#installedCount = 0;
    const startMs = this.#queue.now;
    publisher.handle({ type: 'obtained', plan });
    while (this.#installedCount < size) {
      this.#queue.runUntil(this.#queue.now + 1);
      if (this.#queue.now - startMs > changeIntervalsMax * messageIntervalMs)
        throw new Error(`Only ${this.#installedCount} nodes have installed the change.`);
    }
    const tookMs = this.#queue.now - startMs;
    this.#queue.runUntil(this.#queue.now + this.#random.between(0, messageIntervalMs));
    return tookMs;
  }

  neighboursOf(node: SimulatedNode): readonly SimulatedNode[] {
    return this.#neighbours.get(node) ?? [];
  }

  hearsDirectly(node: SimulatedNode, origin: string): boolean {
    return node.id === origin || this.neighboursOf(node).some(({ id }) => id === origin);
  }

  send(from: SimulatedNode, to: SimulatedNode, packet: Packet): void {
    if (this.#random.percent(this.#options.lossPercent)) return;
    this.#queue.after(this.#random.between(delayMsMin, delayMsMax), () => to.receive(from, packet));
  }

  choose(nodes: readonly SimulatedNode[]): SimulatedNode | undefined {
    return nodes[this.#random.between(0, nodes.length - 1)];
  }

  soon(_node: SimulatedNode, run: () => void): void {
    this.#queue.after(this.#random.between(prepareMsMin, prepareMsMax), run);
  }

  noteInstall(_node: SimulatedNode, { version }: { readonly version: ClusterVersion }): void {
    if (isSameVersion(version, this.#plan.version)) this.#installedCount += 1;
  }

  original(plan: SimulatedPlan): SimulatedPlan {
    return plan;
  }

  stumble(): null {
    return null;
  }

  restartIn(): void {
    throw new Error('No simulated node goes down here.');
  }

  noteGate(): void {
    // Clients play no part in this.
  }

  trace(): void {
    // Nobody reads it.
  }

  #tick(node: SimulatedNode): void {
    node.handle({ type: 'tick' });
    this.#queue.after(this.#options.messageIntervalMs, () => this.#tick(node));
  }

  #link(): void {
    const webFronts = this.#nodes.filter(({ role }) => role === 'web-front');
    const connect = (left: SimulatedNode, right: SimulatedNode | undefined): void => {
      if (!right) return;
      this.#neighbours.set(left, [...this.neighboursOf(left), right]);
      this.#neighbours.set(right, [...this.neighboursOf(right), left]);
    };
    for (const [index, node] of this.#nodes.entries()) {
      if (node.role === 'internal-db') for (const webFront of webFronts) connect(node, webFront);
      if (node.role === 'ftp-node')
        for (const offset of [0, 1]) connect(node, webFronts[(index + offset) % webFronts.length]);
    }
  }
}
