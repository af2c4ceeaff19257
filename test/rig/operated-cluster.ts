// A small cluster of plain rooms in a state directory, and the `consign` command to run on it: three nodes that are called
// after their programs, so that their sockets are where the command looks for them. Callers: the tests of bin.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterNode, PrepareChange } from '#commlink/configuration/cluster-node.ts';
import { createLogger } from '#commlink/log.ts';
import type { NodeRole } from '#commlink/node-config.ts';
import { writeOperatorKeys } from '#commlink/operator/operator-keys.ts';
import type { ClusterPolicy } from '#commlink/settings/cluster-configuration.ts';
import { configureCluster, entryOf, type ConfiguredCluster } from './configured-cluster.ts';
import { findFreePortBase } from './free-ports.ts';
import { startPlainRoom } from './plain-room.ts';
import { runProgram, type ProgramResult } from './run-program.ts';
import { waitFor } from './running-consign.ts';

const consign = join(import.meta.dirname, '..', '..', 'bin', 'consign');
const heardTimeoutMs = 90_000;
const log = createLogger('test', 'silent');

/** The nodes, each named after its program. */
export const nodeNames = ['internal-db', 'web-front', 'ftp-node'] as const;
/** One of them. */
export type NodeName = (typeof nodeNames)[number];

interface Teardown {
  readonly teardown: (done: () => Promise<void>) => void;
}

/** What a test may choose. `prepare` is a node's own part of staging. */
export interface OperatedOptions {
  readonly operatorCount?: number;
  readonly threshold?: number;
  readonly policy?: Partial<ClusterPolicy>;
  readonly prepare?: Partial<Record<NodeName, PrepareChange<NodeRole>>>;
}

/** The running cluster. Ports: `portBase` +0 and +1 cluster listeners, +2 and +3 administration, +10… rooms. */
export interface OperatedCluster {
  readonly state: string;
  readonly portBase: number;
  readonly cluster: ConfiguredCluster;
  /** The operators' key files: the first one is the state's own. */
  readonly keyFiles: readonly string[];
  /** Runs `consign` on the state, or with --at and --key wherever these say. */
  readonly run: (...args: string[]) => Promise<ProgramResult>;
  /** Runs it with --json. Throws unless it ends with `code`. */
  readonly json: <T>(args: readonly string[], code?: number) => Promise<T>;
  readonly stop: (name: NodeName) => Promise<void>;
  readonly start: (name: NodeName) => Promise<void>;
  readonly environment: NodeJS.ProcessEnv;
}

/** Makes and starts it; the test `t` stops and removes it. */
export async function operateCluster(t: Teardown, options: OperatedOptions = {}): Promise<OperatedCluster> {
  const state = await mkdtemp(join(tmpdir(), 'consign-'));
  const portBase = await findFreePortBase();
  const cluster = await configureCluster({
    directory: state,
    members: entriesAt(portBase),
    operatorCount: options.operatorCount ?? 1,
    threshold: options.threshold ?? 1,
    policy: { messageIntervalMs: 100, ...options.policy },
  });
  const keyFiles = await writeKeys(state, cluster);
  await writeFile(join(state, 'version.json'), '{"stateVersion":2}\n');
  const running = new Map<NodeName, ClusterNode<NodeRole>>();
  const start = async (name: NodeName): Promise<void> => {
    const prepare = options.prepare?.[name];
    const bootstrap = cluster.bootstrap(name);
    const room = { bootstrap, role: cluster.role(name), log, ...(prepare ? { prepare } : {}) };
    running.set(name, await startPlainRoom(room));
  };
  const stop = async (name: NodeName): Promise<void> => {
    await running.get(name)?.close();
    running.delete(name);
  };
  for (const name of nodeNames) await start(name);
  await waitUntilHeard(cluster);
  t.teardown(async () => {
    await Promise.all(nodeNames.map(stop));
    await rm(state, { recursive: true, force: true });
  });
  const environment = { ...process.env, CONSIGN_STATE: state };
  const run = (...args: string[]) => runProgram(consign, args, { environment });
  const json = async <T>(args: readonly string[], code = 0): Promise<T> => {
    const result = await run('--json', ...args);
    if (result.code === code) return JSON.parse(result.stdout) as T;
    throw new Error(`consign ${args.join(' ')} ended with ${result.code}: ${result.stderr}${result.stdout}`);
  };
  return { state, portBase, cluster, keyFiles, run, json, stop, start, environment };
}

async function waitUntilHeard(cluster: ConfiguredCluster): Promise<void> {
  const client = await cluster.connect('internal-db', log);
  const isHeard = async (): Promise<boolean> =>
    (await client.call('config.status', {})).members.every(({ heardAgoMs }) => heardAgoMs !== null);
  await waitFor('all members to be heard', isHeard, heardTimeoutMs);
  client.close();
}

function entriesAt(portBase: number) {
  const [dbPort, webPort] = [portBase, portBase + 1];
  const place = { listen: null, room: portBase + 10 };
  return {
    'internal-db': {
      entry: entryOf('internal-db', { ...place, listen: dbPort, administration: portBase + 2 }),
    },
    'web-front': {
      entry: entryOf('web-front', {
        listen: webPort,
        dial: { 'internal-db': dbPort },
        administration: portBase + 3,
        room: portBase + 20,
      }),
    },
    'ftp-node': {
      entry: entryOf('ftp-node', { ...place, dial: { 'web-front': webPort }, room: portBase + 30 }),
    },
  };
}

async function writeKeys(state: string, { operators }: ConfiguredCluster): Promise<string[]> {
  const files = operators.map((_, index) =>
    index === 0 ? join(state, 'operator', 'operator.key') : join(state, `elsewhere${index + 1}`, 'own.key'),
  );
  for (const [index, keys] of operators.entries()) {
    const file = files[index] ?? '';
    await mkdir(join(file, '..'), { recursive: true, mode: 0o700 });
    await writeOperatorKeys(file, keys, null);
  }
  return files;
}
