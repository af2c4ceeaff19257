// A node whose session servers carry jail-probe.ts, and what the probe says. Callers: the tests of what they can reach.
import { join } from 'node:path';
import type { Test } from 'tap';
import { RunningNode, waitUntil, type NodeChange } from '../running-node.ts';

/** What jail-probe.ts writes. */
export interface Probe {
  readonly tree: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  readonly network: Readonly<Record<string, string>>;
  readonly processes: Readonly<Record<string, string>>;
  readonly calls: Readonly<Record<string, string>>;
  readonly identity: Readonly<Record<string, string>>;
  /** At SIGURG, and nothing else then. */
  readonly climbed: Readonly<Record<string, string>>;
}

const inject = join(import.meta.dirname, 'inject-probe.ts');

/** Starts a node as startNode does, with the probe in its session servers. */
export async function startProbedNode(t: Test, change: NodeChange = {}): Promise<RunningNode> {
  const node = new RunningNode();
  t.teardown(() => node.remove());
  await node.prepare(change);
  await node.start({ nodeOptions: [`--import=${inject}`] });
  return node;
}

/** Has the session server of this process id try everything, or with SIGURG climb out. */
export async function probe(
  node: RunningNode,
  pid: number,
  signal: 'SIGUSR2' | 'SIGURG' = 'SIGUSR2',
): Promise<Probe> {
  const probes = (): Probe[] =>
    node.log
      .join('')
      .split('\n')
      .filter((line) => line.startsWith('{"probe"'))
      .map((line) => (JSON.parse(line) as { probe: Probe }).probe);
  const before = probes().length;
  process.kill(pid, signal);
  await waitUntil(() => probes().length > before, 'the probe', 30_000);
  return probes().at(-1) as Probe;
}
