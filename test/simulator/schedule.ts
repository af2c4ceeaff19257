// What is done to a simulated cluster, and when: published changes, crashes, partitions, full disks. A schedule is plain data, so
// that one can be made from a seed, or by fast-check, which then shrinks it. Numbers that choose something are taken modulo the
// number of choices. Times are in units of about a millisecond. Callers: the simulator and its tests.
import { Random } from '../rig/random.ts';

/** Nodes in a run, those that join later included. */
export const nodesMax = 9;
/** How long things go wrong; after that the world is healed. */
export const troubledTime = 1500;

/** The kinds of change that an operator publishes. */
export const changeKinds = [
  'settings',
  'unpreparable',
  'abort',
  'join',
  'activate',
  'evict',
  'evict_anchor',
  'demote',
  'rotate',
] as const;
/** One of them. */
export type ChangeKind = (typeof changeKinds)[number];

/** What is done. `node` chooses where; `pick` what is hit by a change. */
export type Trouble =
  | {
      readonly type: 'publish';
      readonly at: number;
      readonly node: number;
      readonly change: ChangeKind;
      readonly pick: number;
    }
  /**
   * Down for `time`, once it has carried out `afterActions` actions of the next step that has as many; or as soon as it has
   * written down an install, which it has told nobody of yet.
   */
  | {
      readonly type: 'crash';
      readonly at: number;
      readonly node: number;
      readonly afterActions: number | 'written_install';
      readonly time: number;
    }
  /** Down for good. */
  | { readonly type: 'kill'; readonly at: number; readonly node: number }
  /** Nodes whose bit is set in `side` do not reach the others. */
  | { readonly type: 'partition'; readonly at: number; readonly side: number; readonly time: number }
  /** The next write fails. */
  | { readonly type: 'disk_full'; readonly at: number; readonly node: number };

/** All that is done in one run. */
export interface Schedule {
  /** For the dice of the network, and for what takes how long. */
  readonly seed: number;
  /** The members at the start. */
  readonly size: number;
  /** Everybody linked with everybody; or ftp-nodes and internal-dbs with web-fronts only, which relay. */
  readonly shape: 'mesh' | 'tiered';
  readonly declineFrom: 'staged' | 'ready';
  readonly lossPercent: number;
  readonly duplicationPercent: number;
  readonly delayMax: number;
  readonly troubles: readonly Trouble[];
}

const usualChanges: readonly [ChangeKind, ...ChangeKind[]] = [
  ...(['settings', 'settings', 'settings', 'settings'] as const),
  ...(['rotate', 'rotate', 'rotate', 'rotate', 'join', 'activate', 'activate'] as const),
  ...(['evict', 'evict', 'demote', 'unpreparable', 'abort', 'abort', 'evict_anchor'] as const),
];

/** The schedule of a seed. */
export function scheduleOf(seed: number): Schedule {
  const random = new Random(seed);
  const size = random.between(3, 7);
  const troubles: Trouble[] = [];
  const when = () => random.between(1, troubledTime);
  const node = () => random.between(0, nodesMax - 1);
  addChanges(troubles, random);
  for (let count = random.between(0, 5); count > 0; count -= 1) {
    const afterActions = random.between(0, 5);
    troubles.push({ type: 'crash', at: when(), node: node(), afterActions, time: random.between(20, 400) });
  }
  for (let count = random.between(0, 3); count > 0; count -= 1) {
    const side = random.between(1, 2 ** nodesMax - 2);
    troubles.push({ type: 'partition', at: when(), side, time: random.between(20, 500) });
  }
  if (random.percent(25)) troubles.push({ type: 'kill', at: when(), node: node() });
  if (random.percent(5)) troubles.push({ type: 'kill', at: when(), node: node() });
  if (random.percent(20)) troubles.push({ type: 'disk_full', at: when(), node: node() });
  return {
    seed,
    size,
    shape: random.percent(60) ? 'tiered' : 'mesh',
    declineFrom: random.percent(25) ? 'staged' : 'ready',
    lossPercent: random.pick([0, 0, 5, 15, 30]),
    duplicationPercent: random.pick([0, 5, 20]),
    delayMax: random.pick([5, 20, 60]),
    troubles: troubles.sort((left, right) => left.at - right.at),
  };
}

/** Changes come one by one or, where several administrators are at work, in quick succession at different nodes. */
function addChanges(troubles: Trouble[], random: Random): void {
  for (let count = random.between(2, 8); count > 0; count -= 1) {
    const at = random.between(1, troubledTime);
    for (
      let administrators = random.percent(35) ? random.between(2, 3) : 1;
      administrators > 0;
      administrators -= 1
    ) {
      const change = random.pick(usualChanges);
      const [node, pick] = [random.between(0, nodesMax - 1), random.between(0, 1000)];
      troubles.push({ type: 'publish', at: at + random.between(0, 30), node, change, pick });
    }
  }
  if (random.percent(30)) addRotation(troubles, random);
  if (random.percent(20)) addFalseDeath(troubles, random);
}

/**
 * The first anchor installs a change and dies before anybody hears of it; operators evict it, and it comes back; perhaps it
 * is then cut off together with one of those that went on without it.
 */
function addFalseDeath(troubles: Trouble[], random: Random): void {
  const [node, pick] = [random.between(0, nodesMax - 1), random.between(0, 1000)];
  const published = random.between(1, troubledTime / 2);
  const evicted = published + random.between(50, 300);
  const cut = evicted + random.between(10, 200);
  const side = 1 + 2 ** random.between(1, nodesMax - 1);
  const crash = { afterActions: 'written_install', time: random.between(100, 500) } as const;
  troubles.push({ type: 'publish', at: published, node, change: 'settings', pick });
  troubles.push({ type: 'crash', at: published, node: 0, ...crash });
  troubles.push({ type: 'publish', at: evicted, node, change: 'evict_anchor', pick });
  troubles.push({ type: 'partition', at: cut, side, time: random.between(50, 400) });
}

/** Three steps, close behind each other. */
function addRotation(troubles: Trouble[], random: Random): void {
  const [start, pause] = [random.between(1, troubledTime / 2), random.between(80, 300)];
  const [node, pick] = [random.between(0, nodesMax - 1), random.between(0, 1000)];
  for (const at of [start, start + pause, start + 2 * pause]) {
    troubles.push({ type: 'publish', at, node, change: 'rotate', pick });
  }
}
