// The processes of seven nodes under trial: all the while each is asked what it would admit, and makes requests at others,
// so that it shows which version served when; and each can be killed in a chosen moment of a change, to be started again.
// Caller: seven-nodes.test.ts.
import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterStatus } from '#commlink/methods/operator-methods.ts';
import { NodeProcess, type Standing } from '../rig/node-process.ts';
import { ServingRecord } from '../rig/serving-record.ts';
import type { SevenNodes } from '../rig/seven-nodes.ts';

/** How long a room prepares a change, so that there is something to be killed in. */
const stagingMs = 20;
const probePauseMs = 5;
const requestPauseMs = 20;

/** What a node does in the moment in which it is to be killed; `anytime` is at once. */
const aims = {
  anytime: () => true,
  staging: ({ isGoing, phase }: Standing) => isGoing && phase === 'idle',
  staged: ({ phase }: Standing) => phase === 'staged',
  ready: ({ phase }: Standing) => phase === 'ready',
  installing: ({ admits, isGoing }: Standing) => !admits && !isGoing,
} as const;

/** When and how to kill. */
export interface Strike {
  readonly node: string;
  readonly aim: keyof typeof aims;
  /** Before it is looked for the aim. */
  readonly waitMs: number;
  /** After so long without the aim it is killed all the same. */
  readonly patienceMs: number;
  /** Before it is started again. */
  readonly downMs: number;
}

/** The processes. */
export class WatchedNodes {
  readonly record = new ServingRecord();
  /** By sequence number: the digests of the versions that were in force somewhere. */
  readonly digests = new Map<number, Set<string>>();
  /** How often a node was killed in which moment. */
  readonly killed: Record<string, number> = {};
  readonly #seven: SevenNodes;
  readonly #processes = new Map<string, NodeProcess>();
  readonly #standings = new Map<string, Standing>();
  readonly #struck = new Set<string>();
  readonly #watching: Promise<void>[] = [];
  #isStopped = false;

  constructor(seven: SevenNodes) {
    this.#seven = seven;
  }

  /** Starts all of them, and begins to watch. */
  async start(): Promise<void> {
    const { names } = this.#seven.cluster;
    await Promise.all(names.map((name) => this.#startOne(name)));
    for (const name of names) this.#watching.push(this.#probe(name), this.#request(name));
  }

  /** How each node that is up sees the cluster. */
  async statuses(): Promise<ClusterStatus[]> {
    const all = await Promise.all([...this.#processes.values()].map((each) => each.ask('status')));
    return all.filter((status) => status !== undefined);
  }

  /** Kills a node and starts it again; does nothing while it is down anyway. */
  async strike({ node, aim, waitMs, patienceMs, downMs }: Strike): Promise<void> {
    if (this.#struck.has(node)) return;
    this.#struck.add(node);
    await delay(waitMs);
    const untilMs = performance.now() + patienceMs;
    while (performance.now() < untilMs && !this.#isAt(node, aim)) await delay(1);
    const hit = this.#isAt(node, aim) ? aim : 'anytime';
    await this.#processes.get(node)?.kill();
    this.killed[hit] = (this.killed[hit] ?? 0) + 1;
    this.#standings.delete(node);
    await delay(downMs);
    await this.#startOne(node);
    this.#struck.delete(node);
  }

  /** Ends all processes. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all([...this.#processes.values()].map((each) => each.kill()));
    await Promise.all(this.#watching);
  }

  async #startOne(name: string): Promise<void> {
    const started = await NodeProcess.start(this.#seven.cluster, name, { stagingMs });
    this.#processes.set(name, started);
    if (this.#isStopped) await started.kill();
  }

  #isAt(name: string, aim: Strike['aim']): boolean {
    const standing = this.#standings.get(name);
    return standing !== undefined && aims[aim](standing);
  }

  async #probe(node: string): Promise<void> {
    while (!this.#isStopped) {
      const asked = this.#processes.get(node);
      const startMs = performance.now();
      const standing = await asked?.ask('standing');
      const endMs = performance.now();
      if (standing && !asked?.isGone) this.#standings.set(node, standing);
      if (standing) this.#noteVersion(standing);
      if (standing?.admits) this.record.note({ node, seq: standing.seq, startMs, endMs });
      await delay(probePauseMs);
    }
  }

  /** As a client's request goes from node to node. */
  async #request(node: string): Promise<void> {
    const { cluster } = this.#seven;
    const isWebFront = (name: string): boolean => cluster.role(name) === 'web-front';
    const peers = cluster.names.filter((name) => isWebFront(name) !== isWebFront(node));
    for (let turn = 0; !this.#isStopped; turn += 1) {
      const peer = peers[turn % peers.length] ?? node;
      const startMs = performance.now();
      const answer = await this.#processes.get(node)?.ask('request', peer);
      const endMs = performance.now();
      if (answer && 'served' in answer)
        this.record.note({ node: peer, seq: answer.served.seq, startMs, endMs });
      await delay(requestPauseMs);
    }
  }

  #noteVersion({ seq, digest }: Standing): void {
    this.digests.set(seq, (this.digests.get(seq) ?? new Set()).add(digest));
  }
}
