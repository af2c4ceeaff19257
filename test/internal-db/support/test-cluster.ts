// A cluster for internal-db's tests: real keys and links, configured by hand; a web-front that is a commlink node in the
// test's process; and an ftp-node that lives in the web-front's relay, with real keys and signatures.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CallGate } from '#commlink/call-gate.ts';
import { openCommlink, type Commlink, type CommlinkOptions } from '#commlink/commlink.ts';
import { createLogger } from '#commlink/log.ts';
import type { DocumentBody, DocumentKind } from '#commlink/methods/documents.ts';
import { loginSealingPurpose } from '#commlink/methods/documents.ts';
import type { Protocol } from '#commlink/methods/fields.ts';
import type { LoginCredential } from '#commlink/methods/login-credential.ts';
import type { FleetEntrances, NodeEndpoints } from '#commlink/methods/ftp-node-methods.ts';
import { internalDbMethods } from '#commlink/methods/internal-db-methods.ts';
import type { LiveSession } from '#commlink/methods/live-session.ts';
import { webFrontMethods } from '#commlink/methods/web-front-methods.ts';
import { signingKeyFromRaw, type NodeKeys } from '#commlink/node-keys.ts';
import type { LinkPlan, Member } from '#commlink/node-config.ts';
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { sealMessage } from '#commlink/sealed-message.ts';
import { completeSettings } from '#commlink/settings/complete-settings.ts';
import type { InternalDbSettings } from '#commlink/settings/internal-db-settings.ts';
import { signDocument, verifyDocument } from '#commlink/signed-document.ts';
import type { InternalDbConfig } from '#internal-db/config.ts';
import {
  HandConfiguredNode,
  createHandMadeCluster,
  type HandMadeCluster,
} from '../../rig/configured-by-hand.ts';
import { findFreePortBase } from '../../rig/free-ports.ts';
import { issueCertificate } from '../../rig/issued-certificate.ts';

const log = createLogger('test', 'silent');
const cluster = 'test';

/** An ftp-node as internal-db sees it: what it was told, and what it reports. */
export class TestFtpNode {
  readonly keys: NodeKeys;
  readonly internalDb: Member;
  readonly grants: DocumentBody<'staging-grant'>[] = [];
  readonly orders: DocumentBody<'unstage-order'>[] = [];
  readonly cuts: DocumentBody<'cut-order'>[] = [];
  /** The last list of bans that it was sent. */
  bans: DocumentBody<'ban-list'> | null = null;
  /** The orders to hold artifacts, and what it answers. */
  readonly holdings: DocumentBody<'holding-order'>[] = [];
  arriving: ResultOf<typeof webFrontMethods, 'relay.hold'>['arriving'] = [];
  sessions: LiveSession[] = [];
  draining = false;
  /** What it says of its entrances for appliances. */
  fleet: FleetEntrances | undefined;
  /** What it answers instead of staging. */
  stagingFailure: Extract<ResultOf<typeof webFrontMethods, 'relay.stage'>, { staged: false }> | null = null;
  /** While false, the web-front says that it has no link to the node. */
  reachable = true;
  /** What each order answers as cut. */
  cutTransferCount = 1;
  sequence = 0;

  constructor(keys: NodeKeys, internalDb: Member) {
    this.keys = keys;
    this.internalDb = internalDb;
  }

  /** A signed report, with the next sequence number unless one is given. */
  report(event: DocumentBody<'node-report'>['event'], sequence = (this.sequence += 1)): string {
    const body = { cluster, node: this.keys.id, sequence, atMs: Date.now(), event };
    return signDocument('node-report', body, this.keys.signing.privateKey);
  }

  /** A signed statement of what is staged. */
  statement(deliveries: string[]): string {
    const body = { cluster, node: this.keys.id, atMs: Date.now(), deliveries };
    return signDocument('staging-statement', body, this.keys.signing.privateKey);
  }

  /** A login attempt sealed to internal-db; `overrides` make it hostile. */
  async sealLogin(
    { username, ...shown }: { username: string } & ({ password: string } | { credential: LoginCredential }),
    overrides: Partial<DocumentBody<'login-answer'>> & {
      attemptedAtMs?: number;
      address?: string;
      protocol?: Protocol;
    } = {},
  ): Promise<{ sealed: string; nonce: string }> {
    const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url');
    const attempt = {
      cluster,
      node: this.keys.id,
      nonce,
      protocol: 'ftps',
      address: '127.0.0.9',
      username,
      credential: 'password' in shown ? { kind: 'password', ...shown } : shown.credential,
      attemptedAtMs: Date.now(),
      ...overrides,
    };
    const plaintext = Buffer.from(JSON.stringify(attempt));
    const recipient = this.internalDb.sealingKey;
    return { sealed: await sealMessage({ recipient, purpose: loginSealingPurpose, plaintext }), nonce };
  }

  verify<K extends DocumentKind>(kind: K, text: string) {
    return verifyDocument(kind, text, signingKeyOf(this.internalDb));
  }
}

/** The endpoints that the test's node claims. */
export const testEndpoints: NodeEndpoints = {
  https: 'https://localhost:1',
  ftp: { host: 'localhost', port: 2 },
  sftp: { host: 'localhost', port: 3, hostKeyFingerprints: [] },
};

/** What a test gets. */
export interface TestCluster {
  readonly directory: string;
  readonly config: InternalDbConfig;
  /** PEM text of the console's certificate. */
  readonly certificate: string;
  /** internal-db's own place in the cluster; a fresh one for each start. */
  openNode(settings?: Partial<InternalDbSettings>): HandConfiguredNode<'internal-db'>;
  /** The cluster's members and keys. */
  readonly made: HandMadeCluster;
  /** Where internal-db accepts links. */
  readonly linkAddress: LinkPlan['listen'];
  readonly node: TestFtpNode;
  /** Opens the web-front's end; close it yourself. */
  openWebFront(): Promise<TestWebFront>;
  remove(): Promise<void>;
}

/** A web-front: calls internal-db, relays to the test's node. */
export interface TestWebFront {
  readonly commlink: Commlink;
  call<M extends keyof typeof internalDbMethods>(
    method: M,
    params: ParamsOf<typeof internalDbMethods, M>,
  ): Promise<ResultOf<typeof internalDbMethods, M>>;
}

/** Settings with the console on a port of the system's choice. */
export function internalDbSettings(change: Partial<InternalDbSettings> = {}): InternalDbSettings {
  return completeSettings('internal-db', {
    links: { listen: null, dial: [], linkAgeMaxMs: 3_600_000 },
    administration: null,
    logLevel: 'error',
    console: { host: '127.0.0.1', port: 0 },
    deliveryLifetimeMs: 3_600_000,
    sessionLifetimeMs: 3_600_000,
    ...change,
  });
}

/** Makes a cluster of three, and of further ftp-nodes that nobody reaches; nothing runs yet. */
export async function createTestCluster(furtherNodes: readonly string[] = []): Promise<TestCluster> {
  const directory = await mkdtemp(path.join(tmpdir(), 'consign-internal-db-'));
  const made = createHandMadeCluster({
    db1: 'internal-db',
    web1: 'web-front',
    ftp1: 'ftp-node',
    ...Object.fromEntries(furtherNodes.map((name) => [name, 'ftp-node' as const])),
  });
  const linkAddress = { host: '127.0.0.1', port: await findFreePortBase() };
  const config: InternalDbConfig = {
    node: {
      cluster,
      name: 'db1',
      keyFile: path.join(directory, 'node.key'),
      configurationDirectory: path.join(directory, 'configuration'),
      operatorSocket: path.join(directory, 'operator.sock'),
    },
    databaseFile: path.join(directory, 'consign.db'),
    adminSocket: path.join(directory, 'admin.sock'),
  };
  const issued = await issueCertificate('localhost');
  let opened: HandConfiguredNode<'internal-db'> | null = null;
  const openNode = (settings?: Partial<InternalDbSettings>) => {
    opened = new HandConfiguredNode<'internal-db'>({
      keys: made.keys('db1'),
      plan: made.plan('db1', { listen: linkAddress, dial: [] }),
      settings: internalDbSettings(settings),
      identity: { ...issued, authority: null, hostKeys: [] },
      log,
    });
    return opened;
  };
  // The web-front is always at the version that internal-db has.
  const gate: CallGate = {
    get version() {
      return opened?.version ?? '';
    },
    isOpen: true,
  };
  const internalDb = made.members.find(({ name }) => name === 'db1');
  if (!internalDb) throw new Error('internal-db is not in its own cluster');
  const ftpNode = new TestFtpNode(made.keys('ftp1'), internalDb);
  const dial = [{ peer: 'db1', ...linkAddress, connections: 1 }];
  return {
    directory,
    config,
    certificate: issued.certificate,
    openNode,
    made,
    linkAddress,
    node: ftpNode,
    openWebFront: () =>
      openWebFront(
        { keys: made.keys('web1'), plan: made.plan('web1', { listen: null, dial }), gate },
        ftpNode,
      ),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

async function openWebFront(
  end: Pick<CommlinkOptions<typeof webFrontMethods>, 'keys' | 'plan' | 'gate'>,
  node: TestFtpNode,
): Promise<TestWebFront> {
  const requireNode = (id: string): void => {
    if (id !== node.keys.id || !node.reachable) throw new RpcError('unavailable', 'no link to that node');
  };
  const notOffered = (): Promise<never> => Promise.reject(new RpcError('refused', 'not in this test'));
  const commlink = await openCommlink({
    ...end,
    offered: webFrontMethods,
    log,
    handlers: {
      'relay.login': notOffered,
      'relay.report': notOffered,
      'relay.reconcile': notOffered,
      'relay.artifact': notOffered,
      'relay.hold': async ({ node: id, order }) => {
        requireNode(id);
        node.holdings.push(node.verify('holding-order', order));
        return { arriving: node.arriving };
      },
      'relay.stage': async ({ node: id, grant }) => {
        requireNode(id);
        const granted = node.verify('staging-grant', grant);
        if (node.stagingFailure) return node.stagingFailure;
        node.grants.push(granted);
        const staged = `${granted.product}/${granted.version}/${granted.file}`;
        return { staged: true as const, path: staged, endpoints: testEndpoints };
      },
      'relay.unstage': async ({ node: id, order }) => {
        requireNode(id);
        const ordered = node.verify('unstage-order', order);
        node.orders.push(ordered);
        return { unstagedCount: ordered.deliveries.length, cutTransferCount: node.cutTransferCount };
      },
      'relay.bans': async ({ node: id, list }) => {
        requireNode(id);
        node.bans = node.verify('ban-list', list);
        return { sequence: node.bans.sequence };
      },
      'relay.sessions': async ({ node: id, account }) => {
        requireNode(id);
        const sessions = node.sessions.filter((session) => account === null || session.account === account);
        return { sessions, sessionCount: sessions.length };
      },
      'relay.cut': async ({ node: id, order }) => {
        requireNode(id);
        const cut = node.verify('cut-order', order);
        node.cuts.push(cut);
        return { cutSessionCount: cut.sessions.length };
      },
      'relay.ping': notOffered,
      'relay.nodes': async () => ({
        nodes: node.reachable ? [{ node: node.keys.id, name: 'ftp1', description: describe(node) }] : [],
      }),
    },
  });
  return { commlink, call: (method, params) => commlink.call('db1', internalDbMethods, method, params) };
}

function describe(node: TestFtpNode) {
  return {
    name: 'ftp1',
    endpoints: testEndpoints,
    ...(node.fleet && { fleet: node.fleet }),
    jailed: false,
    seccomp: false,
    sshNativeCrypto: false,
    stagedCount: 0,
    sessionCount: 0,
    transferCount: 0,
    loadPercent: 0,
    draining: node.draining,
    banSequence: node.bans?.sequence ?? 0,
    storeroomFreeBytes: 1,
    pids: {},
  };
}

function signingKeyOf(member: Member) {
  return signingKeyFromRaw(member.signingKey);
}
