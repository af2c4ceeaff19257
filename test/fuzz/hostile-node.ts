// A real FTP node for the fuzzers: a jailed session server that lets one customer in, with limits that do not get in the
// fuzzers' way, and what can be measured of it from outside. Callers: main.ts and the tests of this folder.
import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ftpNodeMethods } from '#commlink/methods/ftp-node-methods.ts';
import type { StagingGrant } from '#commlink/methods/documents.ts';
import { acceptLogin, fetchEverywhere } from '../ftp-node/fetch-everywhere.ts';
import { usualFtp } from '../ftp-node/node-cluster.ts';
import { RunningNode } from '../ftp-node/running-node.ts';
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
  readonly residentBytes: number;
  readonly sessionCount: number;
}

const many = 100_000;
const kibibyte = 1024;
const settlesWithinMs = 30_000;
const pollMs = 200;
const errorLevel = 50;

/** The node. Remove it at the end. */
export class HostileNode {
  readonly #node = new RunningNode();
  readonly #password = randomBytes(12).toString('hex');
  readonly #content = randomBytes(300_000);
  #grant: StagingGrant | null = null;

  /** Starts it, and stages a file. */
  async start(): Promise<HostileTarget> {
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
    await this.#node.start();
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
      residentBytes: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * kibibyte,
      sessionCount,
    };
  }

  /** Measures when everything that the fuzzers left has been given back, or gives up after a while. */
  async measureSettled(descriptorCountMax: number): Promise<HeldResources> {
    const deadlineMs = performance.now() + settlesWithinMs;
    for (;;) {
      const held = await this.measure();
      const isSettled = held.sessionCount === 0 && held.descriptorCount <= descriptorCountMax;
      if (isSettled || performance.now() > deadlineMs) return held;
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
}

function levelOf(line: string): number {
  try {
    return (JSON.parse(line) as { level?: number }).level ?? 0;
  } catch (error) {
    if (error instanceof SyntaxError) return 0;
    throw error;
  }
}
