// One simulated node: the core, and in place of the real shell a disk that forgets what was not written, a gate for client requests,
// and blocks that are pulled from neighbours. It executes the core's actions as the shell must. Callers: the simulated world.
import {
  formatVersion,
  isSameVersion,
  type ClusterVersion,
} from '#commlink/configuration/protocol/cluster-version.ts';
import {
  admits,
  initialState,
  restoreState,
  type CoreAction,
  type CoreEvent,
  type CoreMessage,
  type CoreState,
  type DurableState,
} from '#commlink/configuration/protocol/protocol-state.ts';
import type { VersionMessage } from '#commlink/configuration/protocol/version-message.ts';
import type { Protocol } from './protocol.ts';
import type { SimulatedPlan } from './simulated-plan.ts';

/** What nodes send each other. */
export type Packet =
  | { readonly type: 'message'; readonly message: VersionMessage }
  | { readonly type: 'pull'; readonly version: ClusterVersion; readonly after: ClusterVersion }
  | { readonly type: 'block'; readonly plans: readonly SimulatedPlan[] };

/** What a node needs of the world around it. */
export interface Surroundings {
  readonly protocol: Protocol;
  /** Those that it has a link with now. */
  neighboursOf(node: SimulatedNode): readonly SimulatedNode[];
  /** Whether `node` is the node `origin`, or has a link with it. */
  hearsDirectly(node: SimulatedNode, origin: string): boolean;
  send(from: SimulatedNode, to: SimulatedNode, packet: Packet): void;
  choose(nodes: readonly SimulatedNode[]): SimulatedNode | undefined;
  /** Calls `run` after a while, unless the node goes down before. */
  soon(node: SimulatedNode, run: () => void): void;
  restartIn(node: SimulatedNode, time: number): void;
  /** The code of a failure that will pass, or null. */
  stumble(): string | null;
  /** The plan as its operator wrote it. */
  original(plan: SimulatedPlan): SimulatedPlan;
  /** What the node has installed: at its start, and at each install. */
  noteInstall(node: SimulatedNode, plan: SimulatedPlan): void;
  noteGate(node: SimulatedNode): void;
  trace(text: () => string): void;
}

const restartDelay = 50;

interface Disk {
  readonly durable: DurableState;
  readonly installed: SimulatedPlan;
  readonly candidate: SimulatedPlan | null;
  /** What it installed before, for those that are behind. */
  readonly history: readonly SimulatedPlan[];
}

/** A node. `state` is null while it is down. */
export class SimulatedNode {
  readonly id: string;
  readonly role: 'internal-db' | 'web-front' | 'ftp-node';
  state: CoreState | null = null;
  isGateOpen = false;
  isDead = false;
  disk: Disk | null = null;
  /** Changes with each start and stop, so that what was begun before comes to nothing. */
  life = 0;
  /** Actions that are still carried out before it goes down, and for how long; null when no crash is due. */
  crashDue: { afterActions: number | 'written_install'; time: number } | null = null;
  isDiskFull = false;
  readonly #world: Surroundings;
  #preparing: string | null = null;

  constructor(id: string, role: SimulatedNode['role'], world: Surroundings) {
    this.id = id;
    this.role = role;
    this.#world = world;
  }

  /** Makes it a member that has installed `plan`. */
  join(plan: SimulatedPlan): void {
    const { protocol } = this.#world;
    const installed = protocol.read(plan, this.id);
    const durable = protocol.store(initialState(this.id, installed), null);
    this.disk = { durable, installed, candidate: null, history: [] };
    this.start();
  }

  /** Starts from what is on the disk. */
  start(): void {
    if (!this.disk || this.state || this.isDead) return;
    this.life += 1;
    this.state = restoreState({ self: this.id, ...this.disk });
    this.#world.trace(() => `${this.id} starts at ${this.describe()}`);
    this.#world.noteInstall(this, this.disk.installed);
    this.handle({ type: 'started' });
    this.#setGate(this.state !== null && admits(this.state));
  }

  /** Goes down: what is not on the disk is gone. */
  stop(): void {
    if (!this.state) return;
    this.#world.trace(() => `${this.id} goes down at ${this.describe()}`);
    this.life += 1;
    this.state = null;
    this.#preparing = null;
    this.#setGate(false);
  }

  /** Passes an event to the core and does what it wants done; `from` is the neighbour that it came from. */
  handle(event: CoreEvent, from: SimulatedNode | null = null): void {
    const before = this.state;
    if (!before) return;
    const { state, actions } = this.#world.protocol.step(before, event);
    this.state = state;
    if (this.#executeAll(actions, from) !== 'disk_full') return;
    this.state = before;
    // Without a new incarnation its messages would count as old ones: it does not start.
    if (event.type === 'started') return this.#crash(restartDelay);
    if (event.type !== 'prepared') return;
    const refusal = { version: event.version, code: 'disk_full', reason: 'The disk is full.' };
    this.handle({ type: 'unprepared', refusal });
  }

  /** Takes a packet from a neighbour. */
  receive(from: SimulatedNode, packet: Packet): void {
    const { protocol } = this.#world;
    switch (packet.type) {
      case 'message':
        return this.handle({ type: 'heard', message: protocol.understand(packet.message) }, from);
      case 'pull':
        return this.#serve(from, packet.version, packet.after);
      case 'block':
        for (const plan of packet.plans) {
          this.handle({ type: 'obtained', plan: protocol.read(plan, this.id) });
        }
    }
  }

  /** Where it stands, for the trace. */
  describe(): string {
    if (!this.state) return 'down';
    const { installed, candidate, phase } = this.state;
    const to = candidate ? `, ${phase} for ${formatVersion(candidate.version)}` : '';
    return `${formatVersion(installed.version)}${to}${this.isGateOpen ? '' : ', declining'}`;
  }

  #executeAll(actions: readonly CoreAction[], from: SimulatedNode | null): 'done' | 'down' | 'disk_full' {
    for (const [index, action] of actions.entries()) {
      const point = action.type === 'install' ? 'written_install' : index;
      if (this.crashDue?.afterActions === point) {
        this.#crash(this.crashDue.time);
        return 'down';
      }
      if (action.type === 'persist' && !this.#write()) return 'disk_full';
      this.#execute(action, from);
    }
    return 'done';
  }

  #crash(time: number): void {
    this.crashDue = null;
    this.stop();
    this.#world.restartIn(this, time);
  }

  #execute(action: CoreAction, from: SimulatedNode | null): void {
    const world = this.#world;
    switch (action.type) {
      case 'send':
        world.trace(() => `${this.id} is at ${this.describe()}`);
        for (const to of world.neighboursOf(this)) {
          world.send(this, to, { type: 'message', message: messageOf(action.message) });
        }
        return;
      case 'relay':
        return this.#relay(action.message, from);
      case 'obtain':
        return this.#pull(action.version, action.from);
      case 'prepare':
        return this.#prepare(action.plan as SimulatedPlan);
      case 'decline':
        return this.#setGate(false);
      case 'install':
        world.noteInstall(this, action.plan as SimulatedPlan);
        return this.#setGate(this.state !== null && admits(this.state));
      case 'persist':
      case 'drop':
    }
  }

  /** Writes the state to the disk, or nothing of it. */
  #write(): boolean {
    const { state, disk } = this;
    if (this.isDiskFull || !state) {
      this.isDiskFull = false;
      this.#world.trace(() => `${this.id} can't write`);
      return false;
    }
    const durable = this.#world.protocol.store(state, disk?.durable ?? null);
    const installed = state.installed as SimulatedPlan;
    const candidate = durable.candidate && (state.candidate as SimulatedPlan | null);
    const isNew = disk !== null && disk.installed.content !== installed.content;
    const history = isNew ? [...disk.history, disk.installed] : (disk?.history ?? []);
    this.disk = { durable, installed, candidate, history };
    return true;
  }

  /** To those that the origin has no link with, as the real shell does. */
  #relay(message: VersionMessage, from: SimulatedNode | null): void {
    const world = this.#world;
    for (const to of world.neighboursOf(this)) {
      if (to !== from && !world.hearsDirectly(to, message.from)) {
        world.send(this, to, { type: 'message', message });
      }
    }
  }

  /** Asks the announcer for the block, or a neighbour when there is no link to it. Lost questions are asked again: by the core. */
  #pull(version: ClusterVersion, announcer: string): void {
    const neighbours = this.#world.neighboursOf(this);
    const to = neighbours.find(({ id }) => id === announcer) ?? this.#world.choose(neighbours);
    if (!to || !this.state) return;
    this.#world.send(this, to, { type: 'pull', version, after: this.state.installed.version });
  }

  /** Answers with what leads from `after` to `version`, oldest first, if it is all there. */
  #serve(to: SimulatedNode, version: ClusterVersion, after: ClusterVersion): void {
    if (!this.state || !this.disk) return;
    const { installed, plans } = this.state;
    const held = [...this.disk.history, installed, ...plans] as SimulatedPlan[];
    const chain: SimulatedPlan[] = [];
    for (let at: ClusterVersion | null = version; !isSameVersion(at, after);) {
      const plan: SimulatedPlan | undefined = held.find((one) => isSameVersion(one.version, at));
      if (!plan || chain.length > held.length) return;
      chain.unshift(this.#world.original(plan));
      if (!this.#world.protocol.pullsLineage) break;
      at = plan.parent;
    }
    this.#world.send(this, to, { type: 'block', plans: chain });
  }

  #prepare(plan: SimulatedPlan): void {
    if (this.#preparing === plan.content) return;
    this.#preparing = plan.content;
    this.#world.soon(this, () => {
      if (this.#preparing !== plan.content) return;
      this.#preparing = null;
      const { version } = plan;
      const code = plan.unpreparableAt.includes(this.id) ? 'settings_invalid' : this.#world.stumble();
      if (code === null) return this.handle({ type: 'prepared', version });
      this.handle({ type: 'unprepared', refusal: { version, code, reason: 'As simulated.' } });
    });
  }

  #setGate(isOpen: boolean): void {
    this.isGateOpen = isOpen;
    this.#world.noteGate(this);
  }
}

/** The whole message; what the core leaves to its shell is of no account here. */
function messageOf(message: CoreMessage): VersionMessage {
  return { ...message, cluster: 'simulated', links: [], joinRequests: [], sentAtMs: 0 };
}
