// What customers and staff of the benchmark `cluster` do, each call as a browser, curl or `consign` does it. A customer that finds no
// web-front listening goes to the other one, as a balancer would: nothing was sent. Caller: cluster-work.ts, cluster-checks.ts.
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Agent, request } from 'undici';
import { connectAdmin, type Admin } from '#bin/admin-client.ts';
import { formTokenFor } from '#commlink/pages/form-token.ts';
import { layOutState } from '#deploy/state-directory.ts';
import { sha256OfFile } from '../end-to-end/fetched-file.ts';
import type { Random } from '../rig/random.ts';
import { runProgram } from '../rig/run-program.ts';
import { RefusedWork, type KnownDelivery } from './cluster-record.ts';
import type { ClusterStage } from './cluster-stage.ts';

const answerTimeoutMs = 30_000;
const clientTimeoutSeconds = '30';
const sessionCookie = '__Host-consign-session';

/** What to ask for. */
interface Question {
  readonly session: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly json?: unknown;
}

/** A protocol that files are fetched over. */
export type FetchProtocol = 'https' | 'ftps' | 'sftp';

/** The way to the cluster from outside. */
export class ClusterDoors {
  readonly #agent: Agent;
  readonly #origins: string[];
  readonly #stage: ClusterStage;
  readonly #random: Random;
  readonly #caFile: string;
  /** Where clients put what they fetch. */
  readonly #folder: string;
  #fileCount = 0;

  private constructor(stage: ClusterStage, random: Random, folder: string) {
    this.#stage = stage;
    this.#random = random;
    this.#folder = folder;
    this.#origins = stage.fronts.map(({ endpoints }) => endpoints.portal);
    this.#caFile = stage.fronts[0]?.endpoints.caFile ?? '';
    this.#agent = new Agent({
      connect: { ca: stage.fronts.map(({ endpoints }) => readFileSync(endpoints.caFile, 'utf8')) },
      connections: 32,
    });
  }

  /** Opens the way. */
  static async open(stage: ClusterStage, random: Random): Promise<ClusterDoors> {
    return new ClusterDoors(stage, random, await mkdtemp(path.join(tmpdir(), 'consign-fetched-')));
  }

  /** Ends what is open. */
  async close(): Promise<void> {
    await this.#agent.destroy();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Asks one of the web-fronts. Throws RefusedWork for an answer that is no success, and the connection's own error. */
  async ask(question: Question): Promise<string> {
    const first = this.#random.between(0, this.#origins.length - 1);
    const origins = this.#origins.map((_, index) => this.#origins[(first + index) % this.#origins.length]);
    for (const [index, origin] of origins.entries()) {
      try {
        return await this.#askOne(origin ?? '', question);
      } catch (error) {
        const isAway = (error as NodeJS.ErrnoException).code === 'ECONNREFUSED';
        if (!isAway || index === origins.length - 1) throw error;
      }
    }
    throw new RefusedWork('there is no web-front');
  }

  /** Fetches all of a delivery's file and compares it with what was promised. Throws RefusedWork. */
  async fetch(delivery: KnownDelivery, protocol: FetchProtocol): Promise<void> {
    this.#fileCount += 1;
    const file = path.join(this.#folder, String(this.#fileCount));
    const tls = ['-sS', '--fail', '--cacert', this.#caFile, '--max-time', clientTimeoutSeconds, '-o', file];
    const login = ['-u', `${delivery.login}:${delivery.password}`];
    const args = {
      https: [...tls, delivery.url],
      ftps: [...tls, '--ssl-reqd', ...login, delivery.ftpUrl],
      sftp: [...tls, '--insecure', ...login, delivery.sftpUrl],
    };
    const { code } = await runProgram('curl', args[protocol]);
    if (code !== 0) throw new RefusedWork(`curl ${code}`);
    const isWhole = (await sha256OfFile(file)) === delivery.sha256;
    await rm(file, { force: true });
    if (!isWhole) throw new Error('What was fetched is not what was published.');
  }

  /** Does something as staff, at one of the internal-dbs that are there. */
  async administer<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    const first = this.#random.percent(50);
    const [one, other] = this.#stage.databases;
    if (!one || !other) throw new RefusedWork('there are not two internal-dbs');
    const admin = await connectAdmin(layOutState((first ? one : other).state)).catch(() =>
      connectAdmin(layOutState((first ? other : one).state)),
    );
    try {
      return await work(admin);
    } finally {
      admin.close();
    }
  }

  async #askOne(origin: string, { session, method, path: place, json }: Question): Promise<string> {
    const { statusCode, body } = await request(origin + place, {
      method,
      dispatcher: this.#agent,
      headers: {
        cookie: `${sessionCookie}=${session}`,
        'x-form-token': formTokenFor(session),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: json === undefined ? null : JSON.stringify(json),
      signal: AbortSignal.timeout(answerTimeoutMs),
    });
    const text = await body.text();
    if (statusCode >= 300) throw new RefusedWork(`HTTP ${statusCode}`);
    return text;
  }
}
