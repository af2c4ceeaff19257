// Calls and handshakes over a link, against mutual TLS carrying the same calls in the same run, in alternating rounds.
// The server is another process, so that each end has a core where there are two.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openCommlink } from '#commlink/commlink.ts';
import { dialLink } from '#commlink/link/link-dialler.ts';
import { readEphemeralPorts } from '#commlink/link/local-port.ts';
import { createLogger } from '#commlink/log.ts';
import { writeNodeKeys } from '#commlink/node-key-file.ts';
import { openRpc } from '#commlink/rpc.ts';
import { contextOf, twoNodes, type TwoNodes } from '../commlink/two-nodes.ts';
import { compare, medianOf, type Benchmark } from './benchmark.ts';
import { benchmarkMethods, benchmarkParams } from './commlink-calls.ts';
import type { ServerPorts, ServerSetup } from './commlink-server.ts';
import { dialMutualTls, makeTlsIdentities, type TlsIdentity } from './mutual-tls.ts';

const peer = 'mutual TLS 1.3, Ed25519 certificates';
/** Many short rounds, so that both meet the same noise of the machine. */
const rounds = 24;
const roundMs = 200;
const warmUpMs = 1000;
const log = createLogger('commlink-benchmark', 'silent');

/** One end to measure: makes one call, and opens and closes one connection. */
interface Contender {
  readonly call: () => Promise<unknown>;
  readonly connect: () => Promise<void>;
}

/** The benchmark `commlink`. */
export const measureCommlink: Benchmark = async (report) => {
  const cleanups: (() => unknown)[] = [];
  try {
    const [link, mutualTls] = await openContenders((cleanup) => cleanups.unshift(cleanup));
    for (const inFlight of [1, 64]) {
      await alternate(link, mutualTls, {
        work: (each) => measureCalls(each.call, inFlight, warmUpMs),
        rounds: 1,
      });
      const work = (each: Contender): Promise<Round> => measureCalls(each.call, inFlight, roundMs);
      const [ours, theirs] = await alternate(link, mutualTls, { work, rounds });
      const row = { bench: 'commlink', case: `${inFlight} in flight` };
      const value = medianOf(theirs.map(({ perSecond }) => perSecond));
      report(
        compare({ ...row, metric: 'calls', unit: '1/s' }, medianOf(ours.map(({ perSecond }) => perSecond)), {
          peer,
          value,
        }),
      );
      const p50 = medianOf(theirs.map(({ p50Ms }) => p50Ms));
      report(
        compare({ ...row, metric: 'p50', unit: 'ms' }, medianOf(ours.map(({ p50Ms }) => p50Ms)), {
          peer,
          value: p50,
        }),
      );
    }
    const work = (each: Contender): Promise<Round> => measureCalls(each.connect, 4, roundMs);
    const [ours, theirs] = await alternate(link, mutualTls, { work, rounds });
    const row = { bench: 'commlink', case: '4 at a time', metric: 'handshakes', unit: '1/s' };
    const value = medianOf(theirs.map(({ perSecond }) => perSecond));
    report(compare(row, medianOf(ours.map(({ perSecond }) => perSecond)), { peer, value }));
  } finally {
    for (const cleanup of cleanups) await cleanup();
  }
};

async function openContenders(teardown: (cleanup: () => unknown) => void): Promise<[Contender, Contender]> {
  const directory = await mkdtemp(path.join(tmpdir(), 'consign-bench-'));
  teardown(() => rm(directory, { recursive: true, force: true }));
  const identities = await makeTlsIdentities(directory);
  const nodes = twoNodes({ teardown });
  const keyFile = path.join(directory, 'node.key');
  await writeNodeKeys(keyFile, nodes.web.keys);
  // Buffers cross to the other process as they are.
  const child = fork(path.join(import.meta.dirname, 'commlink-server.ts'), { serialization: 'advanced' });
  teardown(() => child.kill());
  const plan = nodes.planOf(nodes.web, { listen: { host: '127.0.0.1', port: 0 } });
  const ports = await setUp(child, { keyFile, plan, identity: identities.server });
  return [
    await openLink(nodes, ports.commlink, teardown),
    await openMutualTls(identities.client, ports.mutualTls, teardown),
  ];
}

async function setUp(child: ChildProcess, setup: ServerSetup): Promise<ServerPorts> {
  child.send(setup);
  const [ports] = (await once(child, 'message')) as [ServerPorts];
  return ports;
}

async function openLink(
  nodes: TwoNodes,
  port: number,
  teardown: (cleanup: () => unknown) => void,
): Promise<Contender> {
  const dial = [{ peer: 'web1', host: '127.0.0.1', port, connections: 1 }];
  const { keys } = nodes.ftp;
  const plan = nodes.planOf(nodes.ftp, { dial });
  const commlink = await openCommlink({ keys, plan, offered: {}, handlers: {}, log });
  teardown(() => commlink.close());
  const context = contextOf(nodes, nodes.ftp);
  const target = { peer: nodes.web.member, host: '127.0.0.1', port, localPorts: await readEphemeralPorts() };
  return {
    call: () => commlink.call('web1', benchmarkMethods, 'delivery.look', benchmarkParams),
    connect: async () => {
      const link = await dialLink(target, context, { signal: AbortSignal.timeout(10_000) });
      link.socket.destroy();
    },
  };
}

async function openMutualTls(
  identity: TlsIdentity,
  port: number,
  teardown: (cleanup: () => unknown) => void,
): Promise<Contender> {
  const socket = await dialMutualTls(identity, port);
  const server = { role: 'web-front', name: 'server', id: 'server' } as const;
  const rpc = openRpc(socket, { peer: server, offered: {}, handlers: {}, called: benchmarkMethods, log });
  teardown(() => rpc.close());
  return {
    call: () => rpc.call('delivery.look', benchmarkParams),
    connect: async () => {
      (await dialMutualTls(identity, port)).destroy();
    },
  };
}

interface Round {
  readonly perSecond: number;
  readonly p50Ms: number;
}

async function alternate(
  ours: Contender,
  theirs: Contender,
  plan: { work: (contender: Contender) => Promise<Round>; rounds: number },
): Promise<[Round[], Round[]]> {
  const results: [Round[], Round[]] = [[], []];
  for (let round = 0; round < plan.rounds; round += 1) {
    const order = round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const);
    for (const which of order) results[which].push(await plan.work(which === 0 ? ours : theirs));
  }
  return results;
}

async function measureCalls(call: () => Promise<unknown>, inFlight: number, forMs: number): Promise<Round> {
  const latenciesMs: number[] = [];
  const startMs = performance.now();
  const untilMs = startMs + forMs;
  const work = async (): Promise<void> => {
    for (let nowMs = performance.now(); nowMs < untilMs;) {
      await call();
      const thenMs = performance.now();
      latenciesMs.push(thenMs - nowMs);
      nowMs = thenMs;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  const perSecond = latenciesMs.length / ((performance.now() - startMs) / 1000);
  return { perSecond, p50Ms: medianOf(latenciesMs) };
}
