// A cluster node as a process (plain-node.ts), as its parent holds it: started, asked, killed outright, started again.
// Only by its own process id. Callers: tests with many real processes, and the benchmark.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ClusterStatus } from '#commlink/methods/operator-methods.ts';
import type { Phase } from '#commlink/configuration/protocol/version-message.ts';
import type { ConfiguredCluster } from './configured-cluster.ts';
import { plainCommand } from './plain-process.ts';

const program = join(import.meta.dirname, 'plain-node.ts');

/** Where a node stands: whether it would admit a client's request now, and under which version. */
export interface Standing {
  readonly admits: boolean;
  readonly seq: number;
  readonly digest: string;
  readonly phase: Phase;
  /** Whether it goes to another version. */
  readonly isGoing: boolean;
}

/** What a node can be asked, and its answers. */
export interface Answers {
  readonly standing: Standing;
  /** It makes a request at `peer` for a client. */
  readonly request:
    { readonly served: { readonly servedBy: string; readonly seq: number } } | { readonly refused: string };
  readonly status: ClusterStatus;
  /** CPU time since its start, in microseconds. */
  readonly usage: NodeJS.CpuUsage;
}

/** What the parent sends. */
export interface Question {
  readonly id: number;
  readonly what: keyof Answers;
  readonly peer?: string;
}

/** What the parent gets, after `ready`. */
export type Told =
  | { readonly type: 'answer'; readonly id: number; readonly answer: Answers[keyof Answers] }
  | { readonly type: 'installed'; readonly version: string };

/** How to start a node. */
export interface NodeProcessOptions {
  /** How long its room takes to prepare a change. */
  readonly stagingMs?: number;
  /** A version is in force at the node; `version` is formatted. */
  readonly onInstalled?: (name: string, version: string) => void;
}

/** A process that runs, or is gone. */
export class NodeProcess {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;
  readonly #waiting = new Map<number, (answer: Answers[keyof Answers] | undefined) => void>();
  #asked = 0;

  private constructor(name: string, child: ChildProcess, { onInstalled }: NodeProcessOptions) {
    this.name = name;
    this.#child = child;
    this.#gone = new Promise((resolve) => child.once('exit', resolve)).then(() => this.#answerNone());
    child.on('message', (told: Told) => {
      if (told.type === 'installed') onInstalled?.(name, told.version);
      if (told.type === 'answer') this.#settle(told.id, told.answer);
    });
    // It was killed while a question was on its way.
    child.on('error', () => this.#answerNone());
  }

  /** Starts a member of the cluster, and waits until it takes part. Rejects when it ends before. */
  static async start(
    cluster: ConfiguredCluster,
    name: string,
    options: NodeProcessOptions = {},
  ): Promise<NodeProcess> {
    const bootstrap = cluster.bootstrap(name);
    const file = join(dirname(bootstrap.keyFile), 'bootstrap.json');
    await writeFile(file, JSON.stringify(bootstrap));
    const own = ['--bootstrap', file, '--role', cluster.role(name)];
    const staging = ['--staging-ms', String(options.stagingMs ?? 0)];
    const [command, args] = plainCommand(process.execPath, [program, ...own, ...staging]);
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const process_ = new NodeProcess(name, child, options);
    const gone = process_.#gone.then(() => {
      throw new Error(`${name} ended with ${child.exitCode ?? child.signalCode} before it was ready.`);
    });
    await Promise.race([once(child, 'message'), gone]);
    return process_;
  }

  /** Asks it; undefined when it is gone. */
  ask<K extends keyof Answers>(what: K, peer?: string): Promise<Answers[K] | undefined> {
    const id = (this.#asked += 1);
    return new Promise((resolve) => {
      this.#waiting.set(id, (answer) => resolve(answer as Answers[K] | undefined));
      if (this.isGone) this.#answerNone();
      else this.#child.send({ id, what, ...(peer === undefined ? {} : { peer }) } satisfies Question);
    });
  }

  /** Whether it has ended. */
  get isGone(): boolean {
    return !this.#child.connected;
  }

  /** Ends it at once, in the middle of whatever it does (SIGKILL). Resolves when it is gone. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#gone;
  }

  #settle(id: number, answer: Answers[keyof Answers] | undefined): void {
    this.#waiting.get(id)?.(answer);
    this.#waiting.delete(id);
  }

  #answerNone(): void {
    for (const id of this.#waiting.keys()) this.#settle(id, undefined);
  }
}
