// A node whose place in the cluster a test decides by itself: real keys, real links and the real gate, but installs happen
// when the test says so, without the protocol and without files. For tests of one room; those of the protocol, and of
// rooms that change together, use configured-cluster.ts.
import type { CallGate } from '#commlink/call-gate.ts';
import { openCommlink, type Commlink } from '#commlink/commlink.ts';
import { AdmissionGate } from '#commlink/configuration/admission.ts';
import type {
  ClusterNode,
  NodeConfiguration,
  OpenedNode,
  PrepareChange,
} from '#commlink/configuration/cluster-node.ts';
import { formatVersion, type ClusterVersion } from '#commlink/configuration/protocol/cluster-version.ts';
import type { ManifestMember } from '#commlink/configuration/blocks/manifest.ts';
import type { Logger } from '#commlink/log.ts';
import type { MethodTable } from '#commlink/method-table.ts';
import { MetricRegistry } from '#commlink/metrics/metric-registry.ts';
import type { ClusterStatus } from '#commlink/methods/operator-methods.ts';
import type { LinkPlan, Member, NodeRole } from '#commlink/node-config.ts';
import { createNodeKeys, type NodeKeys } from '#commlink/node-keys.ts';
import { defaultClusterPolicy } from '#commlink/settings/cluster-configuration.ts';
import { copyBag, makeGeneration } from '../commlink/two-nodes.ts';

const cluster = 'test';

/** Members with their keys, and a bag for each pair of theirs. */
export interface HandMadeCluster {
  readonly members: readonly Member[];
  keys(name: string): NodeKeys;
  id(name: string): string;
  plan(name: string, links: Pick<LinkPlan, 'listen' | 'dial'>): LinkPlan;
}

/** Makes the cluster `test`. */
export function createHandMadeCluster(roles: Readonly<Record<string, NodeRole>>): HandMadeCluster {
  const keysByName = new Map(Object.keys(roles).map((name) => [name, createNodeKeys()]));
  const keys = (name: string): NodeKeys => {
    const found = keysByName.get(name);
    if (!found) throw new Error(`${name} is not in this cluster.`);
    return found;
  };
  const members = Object.entries(roles).map(([name, role]): Member => {
    const { id, signing, sealing } = keys(name);
    return { name, role, id, signingKey: signing.raw, sealingKey: sealing.raw };
  });
  const pairs = members.flatMap((from) => members.map((to) => [from.id, to.id] as const));
  const bags = pairs
    .filter(([from, to]) => from !== to)
    .map(([from, to]) => ({ cluster, from, to, sendGeneration: 1, generations: [makeGeneration(1, 7)] }));
  return {
    members,
    keys,
    id: (name) => keys(name).id,
    plan: (name, links) => {
      const own = bags.filter(({ from, to }) => from === keys(name).id || to === keys(name).id);
      return {
        cluster,
        name,
        members,
        bags: own.map(copyBag),
        ...links,
        behindNat: [],
        linkAgeMaxMs: 600_000,
      };
    },
  };
}

/** What the node is at first. */
export interface HandConfiguredParts<R extends NodeRole> {
  readonly keys: NodeKeys;
  readonly plan: LinkPlan;
  readonly settings: NodeConfiguration<R>['settings'];
  readonly identity: NodeConfiguration<R>['identity'];
  readonly log: Logger;
}

/** The node. `opened` is what a room is started with. */
export class HandConfiguredNode<R extends NodeRole> {
  readonly gate = new AdmissionGate();
  readonly metrics = new MetricRegistry();
  readonly opened: OpenedNode<R>;
  /** How long requests are held while the gate is closed. */
  patienceMs = 0;
  /** Members that only follow as yet. */
  readonly learners = new Set<string>();
  readonly #parts: HandConfiguredParts<R>;
  #configuration: NodeConfiguration<R>;
  #prepare: PrepareChange<R> | null = null;
  #commlink: Commlink | null = null;

  constructor(parts: HandConfiguredParts<R>) {
    this.#parts = parts;
    const { settings, identity } = parts;
    this.#configuration = { version: versionOf(1), policy: defaultClusterPolicy, settings, identity };
    this.gate.set(true, 0);
    this.opened = {
      configuration: this.#configuration,
      keys: parts.keys,
      admission: this.gate,
      members: () => parts.plan.members.map((member) => ({ ...member, state: 'active' })),
      metrics: this.metrics,
      start: async ({ offered, handlers, prepare, whenBound }) => {
        this.#prepare = prepare;
        const gate = this.#callGate();
        const { keys, plan, log } = parts;
        this.#commlink = await openCommlink<MethodTable>({ keys, plan, offered, handlers, log, gate });
        whenBound?.();
        return this.#node(this.#commlink);
      },
    };
  }

  /** The installed version, as calls carry it. */
  get version(): string {
    return formatVersion(this.#configuration.version);
  }

  /** Closes the gate, as between READY and the install. */
  decline(): void {
    this.gate.set(false, this.patienceMs);
  }

  /** Opens it again. */
  admit(): void {
    this.gate.set(true, this.patienceMs);
  }

  /** What the room answers to a change while it is staged; nothing is installed. */
  async stage(change: Partial<NodeConfiguration<R>>) {
    if (!this.#prepare) throw new Error('The node was not started.');
    return await this.#prepare(this.#next(change));
  }

  /** Stages and installs a change, and other members or links with it. The gate is as it was, or opened. */
  async install(change: Partial<NodeConfiguration<R>>, plan?: LinkPlan): Promise<void> {
    const prepared = await this.stage(change);
    if (plan) await this.#commlink?.adopt(plan);
    this.#configuration = this.#next(change);
    await prepared.commit();
    this.admit();
  }

  #next(change: Partial<NodeConfiguration<R>>): NodeConfiguration<R> {
    const version = versionOf(this.#configuration.version.seq + 1);
    return { ...this.#configuration, ...change, version };
  }

  #callGate(): CallGate {
    const version = (): string => this.version;
    const { gate } = this;
    return {
      get version() {
        return version();
      },
      get isOpen() {
        return gate.isOpen;
      },
    };
  }

  #node(commlink: Commlink): ClusterNode<R> {
    const configuration = (): NodeConfiguration<R> => this.#configuration;
    return {
      get configuration() {
        return configuration();
      },
      admission: this.gate,
      commlink,
      administrationPort: undefined,
      members: () => this.#members(commlink),
      status: () => this.#status(commlink),
      close: () => commlink.close(),
    };
  }

  #members(commlink: Commlink): ManifestMember[] {
    const stateOf = (name: string) => (this.learners.has(name) ? 'learner' : 'active');
    return commlink.members().map((member) => ({ ...member, state: stateOf(member.name) }));
  }

  #status(commlink: Commlink): ClusterStatus {
    const installed = this.#configuration.version;
    const declining = !this.gate.isOpen;
    const members = this.#members(commlink).map(({ name, role, id, state }) => {
      const member = { name, role, id, state, inBarrier: false, heardAgoMs: 0, installed, candidate: null };
      return { ...member, phase: 'idle' as const, declining, links: [], refusal: null };
    });
    const { id: node } = this.#parts.keys;
    const lists = { links: [], joinRequests: [], proposals: [], refused: {} };
    return { cluster, node, installed, candidate: null, members, ...lists };
  }
}

function versionOf(seq: number): ClusterVersion {
  return { seq, digest: String(seq).padStart(43, '0') };
}
