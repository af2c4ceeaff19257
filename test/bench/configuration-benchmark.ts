// The cluster's configuration on seven real nodes (processes on loopback): a change's time from its submission until the
// last node has it in force, and what a cluster costs in which nothing happens; then the protocol on a hundred simulated
// nodes. No product that a user would otherwise take does this work (signed, sealed to each node, agreed upon by all
// before anybody uses it), so none is beside it; what is, is a floor: the same bytes sent to seven processes over mutual
// TLS connections that are open already, written and fsynced there, and acknowledged, without any agreement.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { formatVersion } from '#commlink/configuration/protocol/cluster-version.ts';
import { createLogger } from '#commlink/log.ts';
import { composeSettingsChange } from '#commlink/operator/compose-settings-change.ts';
import { signDraft, type SignedDraft } from '#commlink/operator/draft.ts';
import type { OperatorKeys } from '#commlink/operator/operator-keys.ts';
import { readEdition, type OperatorClient } from '#commlink/operator/read-installed.ts';
import { NodeProcess } from '../rig/node-process.ts';
import { configureSevenNodes, type SevenNodes } from '../rig/seven-nodes.ts';
import { compare, medianOf, quantileOf, type Benchmark } from './benchmark.ts';
import { BytesBroadcast } from './bytes-broadcast.ts';
import { measureSimulated } from './configuration-simulated.ts';

const changes = 30;
const intervalsMs = [2000, 100];
const settleMs = 3000;
const idleMs = 60_000;
const changeMsMax = 20_000;
const peer = 'the same bytes over mutual TLS, fsynced, no agreement';
const log = createLogger('configuration-benchmark', 'silent');

type Report = Parameters<Benchmark>[0];

/** The benchmark `config`. */
export const measureConfiguration: Benchmark = async (report, options) => {
  for (const messageIntervalMs of intervalsMs)
    await withNodes({ messageIntervalMs, isProxied: false }, (running) =>
      measureChanges(report, running, messageIntervalMs),
    );
  await withNodes({ messageIntervalMs: 2000, isProxied: true }, (running) =>
    measureIdleness(report, running),
  );
  await measureSimulated(report, options);
};

interface Running {
  readonly seven: SevenNodes;
  readonly nodes: readonly NodeProcess[];
  readonly directory: string;
  readonly installs: Installs;
}

/** Says when a version is in force at all nodes. */
class Installs {
  readonly #size: number;
  readonly #nodesByVersion = new Map<string, Set<string>>();
  #onNews: () => void = () => undefined;

  constructor(size: number) {
    this.#size = size;
  }

  note(node: string, version: string): void {
    this.#nodesByVersion.set(version, (this.#nodesByVersion.get(version) ?? new Set()).add(node));
    this.#onNews();
  }

  /** Resolves when it is. Rejects after a while. */
  everywhere(version: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const tooLong = setTimeout(() => reject(new Error(`${version} is not everywhere.`)), changeMsMax);
      this.#onNews = () => {
        if ((this.#nodesByVersion.get(version)?.size ?? 0) < this.#size) return;
        clearTimeout(tooLong);
        resolve();
      };
      this.#onNews();
    });
  }
}

async function withNodes(
  { messageIntervalMs, isProxied }: { readonly messageIntervalMs: number; readonly isProxied: boolean },
  measure: (running: Running) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(path.join(tmpdir(), 'consign-'));
  const seven = await configureSevenNodes({ directory, isProxied, policy: { messageIntervalMs } });
  const { names } = seven.cluster;
  const installs = new Installs(names.length);
  const nodes: NodeProcess[] = [];
  try {
    const onInstalled = (name: string, version: string): void => installs.note(name, version);
    for (const name of names) nodes.push(await NodeProcess.start(seven.cluster, name, { onInstalled }));
    await delay(settleMs);
    await measure({ seven, nodes, directory, installs });
  } finally {
    await Promise.all(nodes.map((node) => node.kill()));
    await seven.close();
    await rm(directory, { recursive: true, force: true });
  }
}

async function measureChanges(report: Report, running: Running, intervalMs: number): Promise<void> {
  const { cluster } = running.seven;
  const [operator] = cluster.operators;
  if (!operator) throw new Error('The cluster has no operator.');
  const broadcast = await BytesBroadcast.open(running.directory, cluster.names.length);
  const client = await cluster.connect('db1', log);
  const ours: number[] = [];
  const floor: number[] = [];
  try {
    for (let number = 1; number <= changes; number += 1) {
      const draft = await composeChange(client, operator, number);
      // Somewhere between two periodic messages.
      await delay(Math.random() * Math.min(intervalMs, 500));
      floor.push(await timeOf(() => broadcast.send(JSON.stringify(draft))));
      ours.push(await timeOf(() => submit(client, draft, running.installs)));
    }
  } finally {
    client.close();
    broadcast.close();
  }
  const row = { bench: 'config', case: `change on 7 nodes, a message every ${intervalMs} ms` };
  for (const [metric, summarize] of summaries) {
    const value = summarize(floor);
    report(compare({ ...row, metric, unit: 'ms' }, summarize(ours), { peer, value }));
    report(compare({ ...row, metric, unit: 'intervals' }, summarize(ours) / intervalMs, null));
  }
}

const summaries: readonly (readonly [string, (values: readonly number[]) => number])[] = [
  ['median', medianOf],
  ['p99', (values) => quantileOf(values, 0.99)],
];

async function composeChange(
  client: OperatorClient,
  operator: OperatorKeys,
  number: number,
): Promise<SignedDraft> {
  const edition = await readEdition(client, { operator, reason: `Change ${number}.` });
  const { policy, nodes } = edition.installed.configuration;
  const next = { policy: { ...policy, patienceMs: number }, nodes: structuredClone(nodes) };
  for (const { settings } of Object.values(next.nodes)) settings.links.linkAgeMaxMs += 1;
  return signDraft(await composeSettingsChange(edition, next), operator);
}

async function submit(client: OperatorClient, draft: SignedDraft, installs: Installs): Promise<void> {
  const answer = await client.call('config.submit', draft);
  if (!answer.accepted) throw new Error(`The change was refused: ${answer.reason}`);
  await installs.everywhere(formatVersion(answer.version));
}

async function timeOf(work: () => Promise<void>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

/** Bytes are those of TLS records in all links, counted by proxies; each passes two nodes. */
async function measureIdleness(report: Report, { seven, nodes }: Running): Promise<void> {
  const startMs = performance.now();
  const before = { bytes: bytesOf(seven), cpuMs: await cpuMsOf(nodes) };
  await delay(idleMs);
  const [bytes, cpuMs] = [bytesOf(seven) - before.bytes, (await cpuMsOf(nodes)) - before.cpuMs];
  const seconds = (performance.now() - startMs) / 1000;
  const row = { bench: 'config', case: '7 idle nodes, a message every 2000 ms' };
  const traffic = { ...row, metric: 'traffic a node, both ways', unit: 'bytes/s' };
  report(compare(traffic, (2 * bytes) / nodes.length / seconds, null));
  const cpu = { ...row, metric: 'CPU a node', unit: 'ms a minute' };
  report(compare(cpu, (cpuMs / nodes.length / seconds) * 60, null));
}

function bytesOf({ proxies }: SevenNodes): number {
  return proxies.reduce((sum, { bytes }) => sum + bytes.fromDialler + bytes.fromTarget, 0);
}

async function cpuMsOf(nodes: readonly NodeProcess[]): Promise<number> {
  const usages = await Promise.all(nodes.map((node) => node.ask('usage')));
  return usages.reduce((sum, usage) => sum + ((usage?.user ?? 0) + (usage?.system ?? 0)) / 1000, 0);
}
