// A whole FTP node as processes, with the test in the place of its web-front and its internal-db: it signs grants, opens
// sealed logins, takes reports. Callers: the tests of ftp-node that need more than one of its parts.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Test } from 'tap';
import type { Commlink } from '#commlink/commlink.ts';
import type { DownloadUrl, NodeReport, StagingGrant } from '#commlink/methods/documents.ts';
import { ftpNodeMethods } from '#commlink/methods/ftp-node-methods.ts';
import type { NodeKeys } from '#commlink/node-keys.ts';
import type { ClusterPolicy, NodeIdentity } from '#commlink/settings/cluster-configuration.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { signDocument } from '#commlink/signed-document.ts';
import type { FtpNodeConfig } from '#ftp-node/config.ts';
import { NodeCluster, usualFtp, type FtpNodeSettings } from './node-cluster.ts';
import { relayHandlers, type Decisions } from './relay-stand-in.ts';
import { clusterName } from '../rig/configured-cluster.ts';
import { plainCommand } from '../rig/plain-process.ts';

const mainFile = join(import.meta.dirname, '../../ftp-node/main.ts');

/** A record's id of the given kind. */
export function newId(kind: string): string {
  return `${kind}_${randomBytes(16).toString('base64url')}`;
}

interface Ports {
  readonly https: number;
  readonly http: number | null;
  readonly ftp: number;
  readonly ftps: number | null;
  readonly sftp: number;
}

/** What a test wants otherwise than the fixture has it. */
export interface NodeChange {
  readonly settings?: Partial<FtpNodeSettings>;
  readonly identity?: Partial<NodeIdentity>;
  readonly policy?: Partial<ClusterPolicy>;
  readonly sessionUser?: FtpNodeConfig['sessionUser'];
}

/** The cluster, the state directory and what runs in it. Use `startNode`. */
export class RunningNode {
  readonly directory = mkdtempSync(join(tmpdir(), 'consign-node-'));
  #cluster: NodeCluster | null = null;
  readonly reports: NodeReport[] = [];
  readonly log: string[] = [];
  readonly decisions: Decisions = {
    login: () => ({ allowed: false, reason: 'credentials' }),
    notLive: () => [],
    slice: () => {
      throw new RpcError('not_found', 'There is no such artifact in this test.');
    },
    receipt: (honest) => honest,
    reachable: true,
  };
  #process: ChildProcess | null = null;
  pids: Record<string, number> = {};

  get cluster(): NodeCluster {
    if (this.#cluster === null) throw new Error('The cluster was not made.');
    return this.#cluster;
  }

  get internalDbKeys(): NodeKeys {
    return this.cluster.configured.keys('db1');
  }

  get nodeId(): string {
    return this.cluster.configured.keys('ftp1').id;
  }

  get caFile(): string {
    return join(this.directory, 'tls.crt');
  }

  get accounts(): string {
    return join(this.directory, 'accounts');
  }

  get storeroom(): string {
    return join(this.directory, 'storeroom');
  }

  get process(): ChildProcess {
    if (this.#process === null) throw new Error('The node does not run.');
    return this.#process;
  }

  /** Makes keys, certificates and the first configuration; starts the rest of the cluster in this process. */
  async prepare(change: NodeChange = {}): Promise<void> {
    const identity = { ...this.makeIdentity(), ...change.identity };
    const passiveFrom = randomInt(20_000, 31_000);
    this.#cluster = await NodeCluster.create({
      directory: this.directory,
      ports: { db1: await findFreePort(), web1: await findFreePort() },
      settings: {
        https: { enabled: true, port: 0, publicBase: 'https://localhost:1', plainPort: null },
        ftp: {
          enabled: true,
          port: 0,
          publicHost: 'localhost',
          passivePorts: { from: passiveFrom, to: passiveFrom + 30 },
          requireTls: true,
          ...usualFtp,
        },
        sftp: { enabled: true, port: 0, publicHost: 'localhost' },
        logLevel: 'debug',
        ...change.settings,
      },
      identity,
      policy: change.policy ?? {},
    });
    const config: FtpNodeConfig = {
      node: this.cluster.configured.bootstrap('ftp1'),
      storeroomDirectory: this.storeroom,
      accountsDirectory: this.accounts,
      ledgerFile: join(this.directory, 'ledger.db'),
      ingestSocket: join(this.directory, 'ingest.sock'),
      sessionUser: change.sessionUser ?? { uid: 65_534, gid: 65_534 },
    };
    writeFileSync(join(this.directory, 'config.json'), JSON.stringify(config), { mode: 0o600 });
    await this.cluster.start(
      relayHandlers({
        cluster: clusterName,
        internalDbKeys: this.internalDbKeys,
        nodeKey: this.cluster.configured.keys('ftp1').signing.publicKey,
        nodeSealingKey: this.cluster.configured.keys('ftp1').sealing.raw,
        decisions: this.decisions,
        reports: this.reports,
        signOrder: (deliveries) => this.signOrder(deliveries, 'unknown'),
      }),
    );
  }

  /** Starts the node's program and waits until it says that it is ready. */
  async start(options: { uid?: number; nodeOptions?: string[] } = {}): Promise<void> {
    const identity = options.uid === undefined ? {} : { uid: options.uid, gid: options.uid };
    const nodeArgs = [
      ...(options.nodeOptions ?? []),
      mainFile,
      '--config',
      join(this.directory, 'config.json'),
    ];
    const child = spawn(...plainCommand(process.execPath, nodeArgs), {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { PATH: process.env['PATH'] },
      cwd: '/',
      ...identity,
    });
    this.#process = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => this.log.push(text));
    child.on('message', (message: { type: string; pids: Record<string, number> }) => {
      if (message.type === 'ready') this.pids = message.pids;
    });
    const ready = once(child, 'message');
    const exited = once(child, 'exit').then(([code, signal]) => {
      throw new Error(`The node ended with ${code ?? signal}: ${this.log.join('')}`);
    });
    exited.catch((error: unknown) => error);
    await Promise.race([ready, exited]);
    await waitUntil(() => this.web.linked('ftp-node').length > 0, 'the link to the node');
  }

  get web(): Commlink {
    return this.cluster.web.commlink;
  }

  /** The ports of the session servers that accept now. */
  get ports(): Ports {
    const lines = this.log.join('').split('\n');
    const line = lines.findLast((text) => text.includes('"session servers accept"')) ?? '{}';
    return (JSON.parse(line) as { ports: Ports }).ports;
  }

  /** Puts bytes into the storeroom over the ingest socket. */
  async ingest(content: Buffer): Promise<{ status: number; sha256: string; sizeBytes: number }> {
    const request = httpRequest({
      socketPath: join(this.directory, 'ingest.sock'),
      method: 'PUT',
      path: '/artifact',
      headers: { 'content-length': content.length },
    });
    request.end(content);
    const [response] = (await once(request, 'response')) as [import('node:http').IncomingMessage];
    const body = JSON.parse(Buffer.concat(await response.toArray()).toString()) as {
      sha256: string;
      sizeBytes: number;
    };
    return { status: response.statusCode ?? 0, ...body };
  }

  grantBody(content: Buffer, change: Partial<StagingGrant> = {}): StagingGrant {
    return {
      cluster: clusterName,
      grant: newId('grt'),
      delivery: newId('dlv'),
      node: this.nodeId,
      account: 'acme',
      product: 'tool',
      version: '1.0.0',
      file: 'tool.bin',
      sha256: createHash('sha256').update(content).digest('hex'),
      sizeBytes: content.length,
      mediaType: 'application/octet-stream',
      publishedAtMs: 1_700_000_000_000,
      issuedAtMs: Date.now(),
      useBeforeMs: Date.now() + 60_000,
      stagedUntilMs: Date.now() + 3_600_000,
      ...change,
    };
  }

  stage(body: StagingGrant, options: { deadlineMs?: number } = {}) {
    const grant = signDocument('staging-grant', body, this.internalDbKeys.signing.privateKey);
    return this.web.call('ftp1', ftpNodeMethods, 'delivery.stage', { grant }, options);
  }

  /** Ingests and stages; throws when the node refuses. */
  async publishAndStage(content: Buffer, change: Partial<StagingGrant> = {}): Promise<StagingGrant> {
    await this.ingest(content);
    const body = this.grantBody(content, change);
    const result = await this.stage(body);
    if (!result.staged) throw new Error(`Not staged: ${result.failure}`);
    return body;
  }

  unstage(deliveries: string[], reason: 'revoked' | 'cancelled' | 'expired' | 'unknown' = 'revoked') {
    return this.web.call('ftp1', ftpNodeMethods, 'delivery.unstage', {
      order: this.signOrder(deliveries, reason),
    });
  }

  signOrder(deliveries: string[], reason: 'revoked' | 'cancelled' | 'expired' | 'unknown'): string {
    return signDocument(
      'unstage-order',
      {
        cluster: clusterName,
        order: newId('ord'),
        node: this.nodeId,
        deliveries: deliveries.map((delivery) => ({ delivery, reason })),
        issuedAtMs: Date.now(),
      },
      this.internalDbKeys.signing.privateKey,
    );
  }

  /** The signed HTTPS link of a staged grant; `change` replaces claims, `keys` another signer. */
  linkFor(grant: StagingGrant, change: Partial<DownloadUrl> = {}, keys = this.internalDbKeys): string {
    const claims: DownloadUrl = {
      cluster: clusterName,
      node: this.nodeId,
      delivery: grant.delivery,
      account: grant.account,
      path: `${grant.product}/${grant.version}/${grant.file}`,
      sha256: grant.sha256,
      sizeBytes: grant.sizeBytes,
      mediaType: grant.mediaType,
      expiresAtMs: grant.stagedUntilMs,
      ...change,
    };
    const token = signDocument('download-url', claims, keys.signing.privateKey);
    return `https://localhost:${this.ports.https}/d/${token}/${encodeURIComponent(grant.file)}`;
  }

  linkCount(sha256: string): number {
    return statSync(join(this.storeroom, sha256)).nlink;
  }

  /** The last reported state of each download of a delivery. */
  downloadsOf(delivery: string) {
    const last = new Map<string, Extract<NodeReport['event'], { type: 'download' }>>();
    for (const { event } of this.reports)
      if (event.type === 'download' && event.delivery === delivery) last.set(event.download, event);
    return [...last.values()];
  }

  /** Waits until all downloads of the delivery have ended, and there are so many of them. */
  async endedDownloads(delivery: string, count: number) {
    const areOver = (): boolean => {
      const downloads = this.downloadsOf(delivery);
      return downloads.length >= count && downloads.every(({ endedAtMs }) => endedAtMs !== null);
    };
    await waitUntil(areOver, `${count} downloads to have ended, and none to be running`);
    return this.downloadsOf(delivery);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#process;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  }

  async remove(): Promise<void> {
    await this.stop('SIGKILL');
    await this.#cluster?.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** A new certificate, in `caFile` from now on, and a new host key. */
  makeIdentity(): NodeIdentity {
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    const keyFile = join(this.directory, 'tls.key');
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const files = ['-keyout', keyFile, '-out', this.caFile];
    execFileSync('openssl', ['req', '-x509', ...curve, '-days', '2', ...subject, ...files], {
      stdio: 'pipe',
    });
    const hostKey = join(this.directory, 'ssh_host_ed25519_key');
    rmSync(hostKey, { force: true });
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', hostKey], { stdio: 'pipe' });
    const made = {
      certificate: readFileSync(this.caFile, 'utf8'),
      privateKey: readFileSync(keyFile, 'utf8'),
      authority: null,
      hostKeys: [readFileSync(hostKey, 'utf8')],
    };
    // The node has them from its sealed section, and from nowhere else.
    for (const file of [keyFile, hostKey]) rmSync(file);
    return made;
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts a node that is removed at the end of the test. */
export async function startNode(t: Test, change: NodeChange = {}): Promise<RunningNode> {
  const node = new RunningNode();
  t.teardown(() => node.remove());
  await node.prepare(change);
  await node.start();
  return node;
}

/** Waits for a condition; throws after `withinMs`. */
export async function waitUntil(condition: () => boolean, what: string, withinMs = 60_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`Waited in vain for ${what}.`);
    await delay(10);
  }
}
