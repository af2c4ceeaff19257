// A simulated cluster: nodes, the network between them, operators, and the trouble that a schedule makes for them, in one loop of
// events. The same schedule gives the same run. Callers: run-schedule.ts.
import { compareVersions } from '#commlink/configuration/protocol/cluster-version.ts';
import { Checks } from './checks.ts';
import { EventQueue } from './event-queue.ts';
import type { Protocol } from './protocol.ts';
import { Random } from '../rig/random.ts';
import { nodesMax, type Schedule, type Trouble } from './schedule.ts';
import { SimulatedLinks } from './simulated-links.ts';
import { SimulatedNode, type Packet, type Surroundings } from './simulated-node.ts';
import { composeChange, composeFirst, type SimulatedPlan } from './simulated-plan.ts';

/** Between two periodic messages of a node. */
export const messageInterval = 100;
const prepareTimeMax = 30;
const callTimeMax = 600;
const stumblePercent = 3;
/** How long an operator waits before withdrawing what some node can't stage. */
const withdrawalDelay = 300;
const survivorsMin = 2;
const roles = ['internal-db', 'web-front', 'ftp-node'] as const;

/** How a run is made. */
export interface WorldOptions {
  readonly protocol: Protocol;
  readonly schedule: Schedule;
  readonly trace?: ((line: string) => void) | undefined;
}

/** The world, in trouble until `heal`. */
export class SimulatedWorld implements Surroundings {
  readonly protocol: Protocol;
  readonly nodes: readonly SimulatedNode[];
  readonly checks: Checks;
  readonly queue = new EventQueue();
  isHealed = false;
  /** Whether everybody reaches everybody, whatever the schedule says. */
  isMesh: boolean;
  evictedAnchors = 0;
  readonly #schedule: Schedule;
  readonly #random: Random;
  readonly #links: SimulatedLinks;
  readonly #trace: ((line: string) => void) | undefined;
  readonly #installed = new Map<string, SimulatedPlan>();
  /** Nodes that are not members yet, and the member that each asks to be let in. */
  readonly #joiners = new Map<SimulatedNode, SimulatedNode>();
  #side = 0;

  constructor({ protocol, schedule, trace }: WorldOptions) {
    this.protocol = protocol;
    this.#schedule = schedule;
    this.#random = new Random(schedule.seed);
    this.#trace = trace;
    this.isMesh = schedule.shape === 'mesh';
    this.checks = new Checks(() => this.queue.now, protocol.hasAnchor);
    this.#links = new SimulatedLinks({
      checks: this.checks,
      drainsLinks: protocol.drainsLinks,
      node: (id) => this.nodes.find((node) => node.id === id),
      afterCalls: (run) => this.queue.after(this.#random.between(1, callTimeMax), run),
    });
    this.nodes = Array.from({ length: nodesMax }, (_none, index) => {
      const role = roles[index < 3 ? index : this.#random.between(0, 2)] ?? 'ftp-node';
      return new SimulatedNode(`n${index}`, role, this);
    });
    this.#begin();
  }

  #begin(): void {
    const [anchor, ...others] = this.nodes.slice(0, this.#schedule.size);
    if (!anchor) return;
    const first = composeFirst([anchor.id, ...others.map(({ id }) => id)], this.#schedule.declineFrom);
    this.checks.notePublished(first);
    for (const node of [anchor, ...others]) this.#admit(node, first);
    for (const node of this.nodes)
      this.queue.after(this.#random.between(1, messageInterval), () => this.#tick(node));
    for (const trouble of this.#schedule.troubles) this.queue.after(trouble.at, () => this.#make(trouble));
  }

  /** Ends all trouble but the nodes that are down for good. */
  heal(): void {
    this.isHealed = true;
    this.#side = 0;
    for (const node of this.nodes) {
      node.crashDue = null;
      node.isDiskFull = false;
      node.start();
    }
  }

  /** Hands a version in at a node, as an operator does; it counts if it follows what is installed there. */
  publish(node: SimulatedNode, plan: SimulatedPlan | null): void {
    if (!plan || !node.state) return;
    this.checks.notePublished(plan);
    if (!plan.known.includes(plan.anchor) || plan.anchor !== this.installedAt(node)?.anchor)
      this.evictedAnchors += 1;
    this.trace(
      () =>
        `${plan.content} is published at ${node.id}; parent ${plan.parentContent}, barrier ${plan.barrier.join(' ')}`,
    );
    node.handle({ type: 'obtained', plan: this.protocol.read(plan, node.id) });
  }

  /** A sequence number that is new to the node, and a digest. */
  nextVersion(node: SimulatedNode): { seq: number; digest: string } {
    const { state } = node;
    const reported = [...(state?.reports.values() ?? [])].flatMap(({ installed, candidate }) => [
      installed,
      candidate,
    ]);
    const seen = [state?.installed, ...(state?.plans ?? [])].map((plan) => plan?.version);
    const seq = Math.max(0, ...[...seen, ...reported].map((version) => version?.seq ?? 0)) + 1;
    return { seq, digest: this.#random.between(0x1000000, 0xfffffff).toString(36) };
  }

  /** What the node has installed, as its operator wrote it. */
  installedAt({ state }: SimulatedNode): SimulatedPlan | null {
    return state && this.original(state.installed as SimulatedPlan);
  }

  /** Whether a packet would get through. */
  isLinked(left: SimulatedNode, right: SimulatedNode): boolean {
    if (left === right || !left.state || !right.state) return false;
    if (this.#sideOf(left) !== this.#sideOf(right)) return false;
    return this.isMesh || left.role === 'web-front' || right.role === 'web-front';
  }

  neighboursOf(node: SimulatedNode): readonly SimulatedNode[] {
    return this.nodes.filter((other) => this.isLinked(node, other));
  }

  hearsDirectly(node: SimulatedNode, origin: string): boolean {
    const from = this.nodes.find(({ id }) => id === origin);
    return from !== undefined && (from === node || this.isLinked(from, node));
  }

  send(from: SimulatedNode, to: SimulatedNode, packet: Packet): void {
    const { lossPercent, duplicationPercent, delayMax } = this.#schedule;
    if (!this.isHealed && this.#random.percent(lossPercent)) return;
    const copies = !this.isHealed && this.#random.percent(duplicationPercent) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      this.queue.after(this.#random.between(1, delayMax), () => {
        if (this.#sideOf(from) === this.#sideOf(to)) to.receive(from, packet);
      });
    }
  }

  choose(nodes: readonly SimulatedNode[]): SimulatedNode | undefined {
    return nodes[this.#random.between(0, nodes.length - 1)];
  }

  soon(node: SimulatedNode, run: () => void): void {
    const { life } = node;
    this.queue.after(this.#random.between(1, prepareTimeMax), () => node.life === life && run());
  }

  restartIn(node: SimulatedNode, time: number): void {
    this.#links.closeAll(node);
    this.queue.after(time, () => node.start());
  }

  stumble(): string | null {
    return !this.isHealed && this.#random.percent(stumblePercent) ? 'try_again' : null;
  }

  original(plan: SimulatedPlan): SimulatedPlan {
    return this.checks.original(plan);
  }

  noteInstall(node: SimulatedNode, plan: SimulatedPlan): void {
    const original = this.original(plan);
    this.#links.adopt(node);
    const before = this.#installed.get(node.id) ?? null;
    if (before === original) return;
    this.trace(() => `${node.id} installs ${original.content}`);
    this.checks.noteInstall(node, before, original);
    this.#installed.set(node.id, original);
    for (const other of this.nodes) if (other !== node) this.checks.noteGate(other);
  }

  noteGate(node: SimulatedNode): void {
    this.checks.noteGate(node);
  }

  trace(text: () => string): void {
    this.#trace?.(`${String(this.queue.now).padStart(5)} ${text()}`);
  }

  #tick(node: SimulatedNode): void {
    node.handle({ type: 'tick' });
    this.#letIn(node);
    this.queue.after(messageInterval, () => this.#tick(node));
  }

  /** A machine with a ticket becomes a node once the member that it asks has installed a version that names it. */
  #letIn(joiner: SimulatedNode): void {
    const contact = this.#joiners.get(joiner);
    const installed = contact && this.installedAt(contact);
    if (!installed?.known.includes(joiner.id)) return;
    this.#joiners.delete(joiner);
    this.#admit(joiner, installed);
  }

  #admit(node: SimulatedNode, plan: SimulatedPlan): void {
    node.join(plan);
  }

  #make(trouble: Trouble): void {
    if (this.isHealed) return;
    switch (trouble.type) {
      case 'publish':
        return this.#change(trouble);
      case 'partition':
        this.#side = trouble.side;
        return this.queue.after(trouble.time, () => {
          if (this.#side === trouble.side) this.#side = 0;
        });
      case 'crash':
      case 'kill':
      case 'disk_full':
        return this.#strike(trouble);
    }
  }

  #strike(trouble: Exclude<Trouble, { type: 'publish' | 'partition' }>): void {
    const up = this.nodes.filter(({ state }) => state !== null);
    const node = up[trouble.node % up.length];
    if (!node) return;
    if (trouble.type === 'crash') node.crashDue = { afterActions: trouble.afterActions, time: trouble.time };
    if (trouble.type === 'disk_full') node.isDiskFull = true;
    if (trouble.type !== 'kill' || !this.#survives(node)) return;
    node.isDead = true;
    node.stop();
    this.#links.closeAll(node);
  }

  /** Whether enough active members of the newest version are left without the node; a cluster of the dead proves nothing. */
  #survives(node: SimulatedNode): boolean {
    const [newest] = [...this.checks.committed.values()].sort((left, right) =>
      compareVersions(right.version, left.version),
    );
    const alive = this.nodes.filter((one) => !one.isDead && one !== node);
    return alive.filter(({ id }) => newest?.active.includes(id)).length >= survivorsMin;
  }

  #change({ node: choice, change: kind, pick }: Extract<Trouble, { type: 'publish' }>): void {
    const up = this.nodes.filter(({ state }) => state !== null);
    const node = up[choice % up.length];
    const parent = node && this.installedAt(node);
    if (!node || !parent) return;
    const joiner = this.nodes.find(({ disk }) => disk === null);
    if (kind === 'join' && joiner) this.#joiners.set(joiner, node);
    const change = { kind, pick, joiner: joiner?.id ?? null, ...this.nextVersion(node) };
    this.publish(node, composeChange(parent, change));
    if (kind === 'unpreparable') this.queue.after(withdrawalDelay, () => this.#withdraw(node, parent));
  }

  #withdraw(node: SimulatedNode, parent: SimulatedPlan): void {
    const installed = this.installedAt(node);
    if (!installed || compareVersions(installed.version, parent.version) !== 0) return;
    const change = { kind: 'abort', pick: 0, joiner: null, ...this.nextVersion(node) } as const;
    this.publish(node, composeChange(parent, change));
  }

  #sideOf(node: SimulatedNode): boolean {
    return (this.#side & (1 << this.nodes.indexOf(node))) !== 0;
  }
}
