// A cluster node in a process of its own, with the smallest room there is: `--bootstrap FILE --role ROLE`, FILE holding a
// NodeBootstrap as JSON. Says `ready` to its parent, answers its questions, and tells it of each version that is in force.
// For tests with many real processes, and for the benchmark; node-process.ts is the parent's side.
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { ClusterNode } from '#commlink/configuration/cluster-node.ts';
import { formatVersion } from '#commlink/configuration/protocol/cluster-version.ts';
import { NodeBootstrap } from '#commlink/configuration/node-bootstrap.ts';
import { createLogger } from '#commlink/log.ts';
import { NodeRole } from '#commlink/node-config.ts';
import { announceReady, exitWithPlainError, onShutdown, readConfig } from '#commlink/process-lifecycle.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { compileSchema } from '#commlink/schema.ts';
import type { Answers, Question, Told } from './node-process.ts';
import { nothingPrepared, plainMethods, startPlainRoom } from './plain-room.ts';

const requestMs = 1000;

type Answerers = {
  [K in keyof Answers]: (node: ClusterNode<NodeRole>, question: Question) => Promise<Answers[K]>;
};

const answerers: Answerers = {
  standing: async (clusterNode) => {
    const { admission, configuration } = clusterNode;
    const { candidate, members, node } = clusterNode.status();
    const phase = members.find(({ id }) => id === node)?.phase ?? 'idle';
    const { seq, digest } = configuration.version;
    return { admits: admission.isOpen, seq, digest, phase, isGoing: candidate !== null };
  },
  request: async ({ commlink }, { peer = '' }) => {
    try {
      const options = { deadlineMs: requestMs };
      return { served: await commlink.call(peer, plainMethods, 'plain.admit', {}, options) };
    } catch (error) {
      if (error instanceof RpcError) return { refused: error.code };
      throw error;
    }
  },
  status: async (node) => node.status(),
  usage: async () => process.cpuUsage(),
};

function tell(told: Told): void {
  if (process.connected) process.send?.(told);
}

async function answer(node: ClusterNode<NodeRole>, question: Question): Promise<void> {
  tell({ type: 'answer', id: question.id, answer: await answerers[question.what](node, question) });
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      bootstrap: { type: 'string', default: '' },
      role: { type: 'string' },
      'staging-ms': { type: 'string', default: '0' },
    },
  });
  const bootstrap = await readConfig(values.bootstrap, compileSchema('bootstrap', NodeBootstrap));
  const role = compileSchema('role', NodeRole).parse(values.role);
  let isReady = false;
  const node = await startPlainRoom({
    bootstrap,
    role,
    log: createLogger(bootstrap.name, 'warn'),
    prepare: async () => {
      await delay(Number(values['staging-ms']));
      return nothingPrepared();
    },
    onEvent: ({ type, version }) => {
      if (isReady && version && type === 'installed') tell({ type, version: formatVersion(version) });
    },
  });
  onShutdown(() => node.close());
  process.on('message', (question: Question) => void answer(node, question));
  announceReady({});
  isReady = true;
}

try {
  await run();
} catch (error) {
  exitWithPlainError(error instanceof Error ? error : new Error(String(error)));
}
