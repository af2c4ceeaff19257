// Three real nodes in this process: web1 dials db1, ftp1 dials web1, so that db1 and ftp1 share no link. Real sockets,
// files and keys; short intervals. For the tests of the configuration protocol's shell beside this file.
import type { Test } from 'tap';
import type { ClusterNode, ConfigurationEvent, PrepareChange } from '#commlink/configuration/cluster-node.ts';
import type { ClusterVersion } from '#commlink/configuration/protocol/cluster-version.ts';
import type { NodeRole } from '#commlink/node-config.ts';
import { composeSettingsChange } from '#commlink/operator/compose-settings-change.ts';
import type { Draft, Edition } from '#commlink/operator/draft.ts';
import { publishChange } from '#commlink/operator/publish.ts';
import type { OperatorClient } from '#commlink/operator/read-installed.ts';
import type { ClusterConfiguration, ClusterPolicy } from '#commlink/settings/cluster-configuration.ts';
import { configureCluster, entryOf, type ConfiguredCluster } from '../../rig/configured-cluster.ts';
import { findFreePortBase } from '../../rig/free-ports.ts';
import { startPlainRoom } from '../../rig/plain-room.ts';
import { temporaryFolder } from '../../rig/temporary-folder.ts';
import { recordingLog, type LogLine } from '../two-nodes.ts';

/** A running node as a test holds it. */
export interface TestNode {
  readonly name: string;
  readonly node: ClusterNode<NodeRole>;
  readonly events: ConfigurationEvent[];
  readonly lines: LogLine[];
  readonly client: OperatorClient;
  stop(): Promise<void>;
}

/** The cluster. */
export interface ThreeNodes {
  readonly configured: ConfiguredCluster;
  readonly directory: string;
  readonly portBase: number;
  start(name: string, prepare?: PrepareChange<NodeRole>): Promise<TestNode>;
  /** All three, and waits until each has heard each. */
  startAll(): Promise<Record<'db1' | 'web1' | 'ftp1', TestNode>>;
}

/** Options of the cluster; the message interval is 100 ms unless it is given. */
export interface ThreeNodesOptions {
  readonly operatorCount?: number;
  readonly threshold?: number;
  readonly policy?: Partial<ClusterPolicy>;
}

/** Makes the cluster; whatever is started stops with the test. */
export async function threeNodes(
  t: Pick<Test, 'teardown'>,
  options: ThreeNodesOptions = {},
): Promise<ThreeNodes> {
  const directory = temporaryFolder({ teardown: (done) => t.teardown(done) });
  const portBase = await findFreePortBase();
  const configured = await configureCluster({
    directory,
    members: {
      db1: { entry: entryOf('internal-db', { listen: portBase, room: portBase + 10 }) },
      web1: {
        entry: entryOf('web-front', { listen: portBase + 1, dial: { db1: portBase }, room: portBase + 15 }),
      },
      ftp1: {
        entry: entryOf('ftp-node', { listen: null, dial: { web1: portBase + 1 }, room: portBase + 20 }),
      },
    },
    ...options,
    policy: { messageIntervalMs: 100, patienceMs: 2000, ...options.policy },
  });
  const start = async (name: string, prepare?: PrepareChange<NodeRole>): Promise<TestNode> => {
    const { log, lines } = recordingLog();
    const events: ConfigurationEvent[] = [];
    const node = await startPlainRoom({
      bootstrap: configured.bootstrap(name),
      role: configured.role(name),
      log,
      onEvent: (event) => events.push(event),
      ...(prepare ? { prepare } : {}),
    });
    const client = await configured.connect(name, log);
    let stopped: Promise<void> | undefined;
    const stop = (): Promise<void> => {
      stopped ??= (async () => {
        client.close();
        await node.close();
      })();
      return stopped;
    };
    t.teardown(stop);
    return { name, node, events, lines, client, stop };
  };
  return {
    configured,
    directory,
    portBase,
    start,
    startAll: async () => {
      const [db1, web1, ftp1] = await Promise.all([start('db1'), start('web1'), start('ftp1')]);
      if (!db1 || !web1 || !ftp1) throw new Error('A node did not start.');
      await allHeard([db1, web1, ftp1]);
      return { db1, web1, ftp1 };
    },
  };
}

/** Waits until each of these has heard each member. */
export async function allHeard(nodes: readonly TestNode[], withinMs = 10_000): Promise<void> {
  await within(withinMs, 'all nodes hear all', () =>
    nodes.every(({ node }) => node.status().members.every(({ heardAgoMs }) => heardAgoMs !== null)),
  );
}

/** Waits until each of these has installed this number, and admits. */
export async function allInstalled(
  nodes: readonly TestNode[],
  seq: number,
  withinMs = 10_000,
): Promise<void> {
  await within(withinMs, `all nodes install version ${seq}`, () =>
    nodes.every(({ node }) => node.configuration.version.seq === seq && node.admission.isOpen),
  );
}

/** Waits until `probe` holds; fails after `withinMs`, naming what was waited for. */
export async function within(withinMs: number, what: string, probe: () => boolean): Promise<void> {
  const untilMs = performance.now() + withinMs;
  while (!probe()) {
    if (performance.now() > untilMs) throw new Error(`Not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Publishes what `compose` makes, through this node, as the first operator. */
export function publish(
  cluster: ThreeNodes,
  { client }: TestNode,
  compose: (edition: Edition) => Promise<Draft>,
): Promise<ClusterVersion> {
  const { operator } = cluster.configured;
  return publishChange(client, compose, { operator, reason: 'A test.', signal: AbortSignal.timeout(15_000) });
}

/** A change of one setting that any node shows. */
export function changePatience(patienceMs: number): (edition: Edition) => Promise<Draft> {
  return (edition) => {
    const { policy, nodes } = edition.installed.configuration;
    const next: ClusterConfiguration = { policy: { ...policy, patienceMs }, nodes };
    return composeSettingsChange(edition, next);
  };
}
