// One run of the simulation: trouble, then healing, then the question whether everybody has come to one version. What needs an operator
// is done by one, who evicts the dead. Callers: the command, its workers, and the tests.
import { compareVersions } from '#commlink/configuration/protocol/cluster-version.ts';
import type { Violation } from './checks.ts';
import { troubledTime } from './schedule.ts';
import { messageInterval, SimulatedWorld, type WorldOptions } from './simulated-world.ts';
import { composeEviction, type SimulatedPlan } from './simulated-plan.ts';
import type { SimulatedNode } from './simulated-node.ts';

const settlingTime = 15 * messageInterval;
/** How often the operator may have to publish before all is well. */
const repairsMax = 6;
/** From the next one on, those that do not follow are evicted too; only where an anchor was evicted can there be any. */
const patientRepairs = 2;

/** What came of a run. */
export interface RunResult {
  readonly violations: readonly Violation[];
  /** Whether it stood still after healing until an operator evicted the dead or withdrew something. */
  readonly isBlocked: boolean;
  readonly isConverged: boolean;
  /** How many versions were installed somewhere. */
  readonly versions: number;
}

/** Runs it from beginning to end. */
export function runSchedule(options: WorldOptions): RunResult {
  const world = new SimulatedWorld(options);
  world.queue.runUntil(troubledTime);
  world.heal();
  world.trace(() => 'the world is healed');
  if (!areConnected(world)) world.isMesh = true;
  const isBlocked = !settle(world);
  if (isBlocked && options.protocol.hasAnchor) reportIfStuck(world);
  let isConverged = !isBlocked;
  for (let repair = 0; repair < repairsMax && !isConverged; repair += 1) {
    publishRepair(world, repair >= patientRepairs);
    if (!areConnected(world)) world.isMesh = true;
    isConverged = settle(world);
  }
  if (!isConverged) world.checks.report('not_converged', describe(world));
  const { violations, committed } = world.checks;
  return { violations, isBlocked, isConverged, versions: committed.size - 1 };
}

/** Waits until all is well, and says whether it is. */
function settle(world: SimulatedWorld): boolean {
  const end = world.queue.now + settlingTime;
  while (!isSettled(world) && world.queue.now < end) world.queue.runUntil(world.queue.now + messageInterval);
  return isSettled(world);
}

/** Those that are up and belong to the newest version that one of them has; the others were evicted. */
function membersNow(world: SimulatedWorld): { newest: SimulatedPlan; members: SimulatedNode[] } | null {
  const up = world.nodes.filter(({ state }) => state !== null);
  const installed = up.map((node) => world.installedAt(node)).filter((plan) => plan !== null);
  const own = installed.filter((plan) =>
    up.some((node) => world.installedAt(node) === plan && plan.known.includes(node.id)),
  );
  const newest = own.reduce<SimulatedPlan | null>(
    (best, plan) => (best && compareVersions(best.version, plan.version) >= 0 ? best : plan),
    null,
  );
  return newest && { newest, members: up.filter(({ id }) => newest.known.includes(id)) };
}

/** Whether all members have the same version, nothing else is under way, and the active ones admit client requests. */
function isSettled(world: SimulatedWorld): boolean {
  const now = membersNow(world);
  return (
    now !== null &&
    now.members.every(
      (node) =>
        world.installedAt(node) === now.newest &&
        node.state?.candidate === null &&
        node.isGateOpen === now.newest.active.includes(node.id),
    )
  );
}

/** It may wait for a dead node, for the withdrawal of what can't be staged, or after the eviction of an anchor; for nothing else. */
function reportIfStuck(world: SimulatedWorld): void {
  const now = membersNow(world);
  const anchor = now?.members.find(({ id }) => id === now.newest.anchor);
  const candidate = anchor?.state?.candidate;
  if (!now || !anchor || world.evictedAnchors > 0) return;
  const isUp = (id: string) => world.nodes.some((node) => node.id === id && node.state !== null);
  const original = candidate ? world.original(candidate as SimulatedPlan) : now.newest;
  if (original.unpreparableAt.length > 0) return;
  if (original !== now.newest && !original.barrier.every(isUp)) return;
  world.checks.report('stuck', describe(world));
}

/** What an operator does then: a version with the old content, without the dead, and without whom a pending change of anchor evicts. */
function publishRepair(world: SimulatedWorld, isImpatient: boolean): void {
  const peers = findCluster(world);
  const [node] = peers;
  const parent = node && world.installedAt(node);
  if (!node || !parent) return;
  const dead = world.nodes.filter(({ state }) => state === null).map(({ id }) => id);
  const strays = parent.known.filter((id) => !peers.some((peer) => peer.id === id));
  const lost = isImpatient && world.evictedAnchors > 0 ? strays : [];
  const evicted = [...dead, ...lost, ...peers.flatMap(evictedWithAnchor)];
  const publisher = peers.find(({ id }) => !evicted.includes(id)) ?? node;
  world.publish(publisher, composeEviction(parent, evicted, world.nextVersion(publisher)));
}

/**
 * The members of one version that have it installed: where operators find the cluster. It is not where the anchor has gone on
 * without them, unless they have agreed to go on without the anchor; of what is left it is the larger group, and then the newer.
 */
function findCluster(world: SimulatedWorld): readonly SimulatedNode[] {
  const members = world.nodes.filter((node) => world.installedAt(node)?.known.includes(node.id));
  const groups = members
    .map((node) => members.filter((other) => world.installedAt(other) === world.installedAt(node)))
    .filter((group) => !isLeftBehind(world, group));
  const age = ([node]: readonly SimulatedNode[]) => (node && world.installedAt(node)?.version.seq) ?? 0;
  return groups.sort((left, right) => right.length - left.length || age(right) - age(left))[0] ?? [];
}

function isLeftBehind(world: SimulatedWorld, group: readonly SimulatedNode[]): boolean {
  const [installed] = group.map((node) => world.installedAt(node));
  const anchor = world.nodes.find(({ id }) => id === installed?.anchor);
  const ahead = anchor && world.installedAt(anchor);
  if (!installed || !ahead || group.some((node) => evictedWithAnchor(node).length > 0)) return false;
  return world.checks.isSuccessor(ahead, installed);
}

/** Whom a change of anchor evicts that this node has staged and will take part in. */
function evictedWithAnchor({ id, state }: SimulatedNode): string[] {
  const candidate = state?.candidate;
  if (!state || !candidate?.known.includes(id) || candidate.anchor === state.installed.anchor) return [];
  return state.installed.known.filter((one) => !candidate.known.includes(one));
}

/** Whether the members of each version that somebody has or is going to reach each other by relays of their own. */
function areConnected(world: SimulatedWorld): boolean {
  const up = world.nodes.filter(({ state }) => state !== null);
  const plans = new Set(up.flatMap(({ state }) => [state?.installed, state?.candidate]));
  return [...plans].every((plan) => {
    const members = up.filter(({ id }) => plan?.known.includes(id));
    const reached = new Set(members.slice(0, 1));
    for (const one of reached) {
      for (const other of members) if (world.isLinked(one, other)) reached.add(other);
    }
    return reached.size === members.length;
  });
}

function describe(world: SimulatedWorld): string {
  return world.nodes.map((node) => `${node.id}: ${node.describe()}`).join('; ');
}
