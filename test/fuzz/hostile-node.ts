// A real FTP node for the fuzzers: a jailed session server that lets one customer in, with limits that do not get in the
// fuzzers' way, and what can be measured of it from outside. Callers: main.ts and the tests of this folder.
import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ftpNodeMethods } from '#commlink/methods/ftp-node-methods.ts';
import type { StagingGrant } from '#commlink/methods/documents.ts';
import { acceptLogin, fetchEverywhere } from '../ftp-node/fetch-everywhere.ts';
import { usualFtp } from '../ftp-node/node-cluster.ts';
import { RunningNode, waitUntil } from '../ftp-node/running-node.ts';
import { findFreePortBase } from '../rig/free-ports.ts';

/** Where a fuzzer finds the node, and what lets it in. */
export interface HostileTarget {
  readonly ports: { readonly ftp: number; readonly sftp: number; readonly https: number };
  readonly user: string;
  readonly password: string;
  /** The path and query of a signed link that is right. */
  readonly link: string;
  /** A path that exists. */
  readonly path: string;
}

/** What a session server holds. `sessionCount` is the stager's word for all connections. */
export interface HeldResources {
  readonly descriptorCount: number;
  /** Sockets that listen: its doors, and passive ports that wait. */
  readonly listenerCount: number;
  /** Of its heap and what hangs on it, right after a collection. */
  readonly liveBytes: number;
  readonly residentBytes: number;
  readonly sessionCount: number;
}

const many = 100_000;
const kibibyte = 1024;
const settlesWithinMs = 30_000;
const pollMs = 500;
/** While less is held from one look to the next, something is still being given back. */
const fallingBytes = 100 * kibibyte;
const errorLevel = 50;
const gaugeFile = join(import.meta.dirname, 'heap-gauge.ts');
const gaugeWithinMs = 30_000;
/** proc(5), /proc/net/tcp: TCP_LISTEN. */
const listening = '0A';

/** The node. Remove it at the end. */
export class HostileNode {
  readonly #node = new RunningNode();
  readonly #password = randomBytes(12).toString('hex');
  readonly #content = randomBytes(300_000);
  #grant: StagingGrant | null = null;

  /** Starts it, and stages a file. With `leakBytes`, its session server keeps so much for each connection. */
  async start({ leakBytes = 0 }: { leakBytes?: number } = {}): Promise<HostileTarget> {
    const base = await findFreePortBase();
    await this.#node.prepare({
      settings: {
        ftp: {
          enabled: true,
          port: 0,
          publicHost: 'localhost',
          passivePorts: { from: base, to: base + 40 },
          requireTls: false,
          ...usualFtp,
        },
        sessionServerCount: 1,
        logLevel: 'info',
        limits: {
          connectionsMax: many,
          connectionsPerAddressMax: many,
          sessionsPerAccountMax: many,
          transfersPerAccountPerSecondMax: many,
          loginDeadlineMs: 5000,
          idleTimeoutMs: 5000,
          stallTimeoutMs: 3000,
          dataConnectionTimeoutMs: 1000,
        },
      },
    });
    await this.#node.start({ nodeOptions: [`--import=${gaugeFile}?leakBytes=${leakBytes}`] });
    acceptLogin(this.#node, this.#password);
    this.#grant = await this.#node.publishAndStage(this.#content, { stagedUntilMs: Date.now() + 86_400_000 });
    const { product, version, file } = this.#grant;
    return {
      ports: this.#node.ports,
      user: 'alice',
      password: this.#password,
      link: new URL(this.#node.linkFor(this.#grant)).pathname,
      path: `/${product}/${version}/${file}`,
    };
  }

  /** The session server's process id; another one means that it died. */
  get serverPid(): number {
    return this.#node.pids['session-server-1'] ?? 0;
  }

  /** Measures now. */
  async measure(): Promise<HeldResources> {
    const status = readFileSync(`/proc/${this.serverPid}/status`, 'utf8');
    const { sessionCount } = await this.#node.web.call('ftp1', ftpNodeMethods, 'node.describe', {});
    return {
      descriptorCount: readdirSync(`/proc/${this.serverPid}/fd`).length,
      listenerCount: countListeners(this.serverPid),
      liveBytes: await this.#readGauge(),
      residentBytes: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * kibibyte,
      sessionCount,
    };
  }

  /** Measures when everything that the fuzzers left has been given back, or gives up after a while. */
  async measureSettled(
    max: Pick<HeldResources, 'descriptorCount' | 'listenerCount'>,
  ): Promise<HeldResources> {
    const deadlineMs = performance.now() + settlesWithinMs;
    for (let liveBytes = Infinity; ;) {
      const held = await this.measure();
      const isSettled =
        held.sessionCount === 0 &&
        held.descriptorCount <= max.descriptorCount &&
        held.listenerCount <= max.listenerCount &&
        liveBytes - held.liveBytes < fallingBytes;
      if (isSettled || performance.now() > deadlineMs) return held;
      ({ liveBytes } = held);
      await delay(pollMs);
    }
  }

  /** Whether an honest customer gets the file over each protocol. */
  async serves(): Promise<boolean> {
    if (this.#grant === null) throw new Error('The node was not started.');
    const fetched = await fetchEverywhere(this.#node, this.#grant, this.#password);
    return fetched.every((content) => content.equals(this.#content));
  }

  /** What the node has logged as an error: a customer, however hostile, must not be able to cause one. */
  errors(): string[] {
    const lines = this.#node.log.join('').split('\n');
    return lines.filter((line) => line.startsWith('{') && levelOf(line) >= errorLevel);
  }

  /** Ends it and removes its state. */
  async remove(): Promise<void> {
    await this.#node.remove();
  }

  async #readGauge(): Promise<number> {
    const gauges = (): string[] => this.#node.log.join('').match(/(?<=\{"gauge":)\d+(?=\})/g) ?? [];
    const before = gauges().length;
    process.kill(this.serverPid, 'SIGUSR2');
    await waitUntil(() => gauges().length > before, 'the gauge', gaugeWithinMs);
    return Number(gauges().at(-1));
  }
}

/** By the inodes of its descriptors, looked up among all sockets that listen (proc(5)). */
function countListeners(pid: number): number {
  const rows = ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'latin1').split('\n'),
  );
  const columns = rows.map((row) => row.trim().split(/\s+/));
  const inodes = new Set(columns.filter((row) => row[3] === listening).map((row) => `socket:[${row[9]}]`));
  return readdirSync(`/proc/${pid}/fd`).filter((fd) => inodes.has(targetOf(`/proc/${pid}/fd/${fd}`))).length;
}

/** Empty when it was closed meanwhile. */
function targetOf(descriptor: string): string {
  try {
    return readlinkSync(descriptor);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

function levelOf(line: string): number {
  try {
    return (JSON.parse(line) as { level?: number }).level ?? 0;
  } catch (error) {
    if (error instanceof SyntaxError) return 0;
    throw error;
  }
}
