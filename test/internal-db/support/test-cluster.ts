// A cluster for internal-db's tests: real keys, bags and files in a directory of its own; a web-front that is a commlink
// node in the test's process; and an ftp-node that lives in the web-front's relay, with real keys and signatures.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { openCommlink, type Commlink } from '#commlink/commlink.ts';
import { createKeyBag, writeKeyBag } from '#commlink/key-bag.ts';
import { createLogger } from '#commlink/log.ts';
import type { DocumentBody } from '#commlink/methods/documents.ts';
import { loginSealingPurpose } from '#commlink/methods/documents.ts';
import type { NodeEndpoints } from '#commlink/methods/ftp-node-methods.ts';
import { internalDbMethods } from '#commlink/methods/internal-db-methods.ts';
import { webFrontMethods } from '#commlink/methods/web-front-methods.ts';
import { createNodeKeys, signingKeyFromRaw, writeNodeKeys, type NodeKeys } from '#commlink/node-keys.ts';
import type { Member, NodeConfig, NodeRole } from '#commlink/node-config.ts';
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { sealMessage } from '#commlink/sealed-message.ts';
import { signDocument, verifyDocument } from '#commlink/signed-document.ts';
import type { InternalDbConfig } from '#internal-db/config.ts';

const log = createLogger('test', 'silent');
const cluster = 'test';

/** An ftp-node as internal-db sees it: what it was told, and what it reports. */
export class TestFtpNode {
  readonly keys: NodeKeys;
  readonly internalDb: Member;
  readonly grants: DocumentBody<'staging-grant'>[] = [];
  readonly orders: DocumentBody<'unstage-order'>[] = [];
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
    credentials: { username: string; password: string },
    overrides: Partial<DocumentBody<'login-answer'>> & { attemptedAtMs?: number; address?: string } = {},
  ): Promise<{ sealed: string; nonce: string }> {
    const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url');
    const attempt = {
      cluster,
      node: this.keys.id,
      nonce,
      protocol: 'ftps',
      address: '127.0.0.9',
      ...credentials,
      attemptedAtMs: Date.now(),
      ...overrides,
    };
    const plaintext = Buffer.from(JSON.stringify(attempt));
    const recipient = this.internalDb.sealingKey;
    return { sealed: await sealMessage({ recipient, purpose: loginSealingPurpose, plaintext }), nonce };
  }

  verify<K extends 'login-answer' | 'unstage-order' | 'staging-grant' | 'download-url' | 'report-receipt'>(
    kind: K,
    text: string,
  ) {
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

/** Makes the files of a cluster of three; nothing runs yet. */
export async function createTestCluster(): Promise<TestCluster> {
  const directory = await mkdtemp(path.join(tmpdir(), 'consign-internal-db-'));
  const keys = { db1: createNodeKeys(), web1: createNodeKeys(), ftp1: createNodeKeys() };
  const members = [
    memberOf('db1', 'internal-db', keys.db1),
    memberOf('web1', 'web-front', keys.web1),
    memberOf('ftp1', 'ftp-node', keys.ftp1),
  ];
  const port = await freePort();
  for (const name of ['db1', 'web1'] as const)
    await writeNodeKeys(path.join(directory, `${name}.key`), keys[name]);
  for (const [from, to] of [
    ['db1', 'web1'],
    ['web1', 'db1'],
  ] as const) {
    await writeKeyBag(directory, createKeyBag({ cluster, from: keys[from].id, to: keys[to].id, size: 7 }));
  }
  const node = (name: string): NodeConfig => ({
    cluster,
    name,
    keyFile: path.join(directory, `${name}.key`),
    bagDirectory: directory,
    members,
    listen: null,
    dial: [],
    linkAgeMaxMs: 3_600_000,
  });
  const config: InternalDbConfig = {
    node: { ...node('db1'), listen: { host: '127.0.0.1', port } },
    databaseFile: path.join(directory, 'consign.db'),
    adminSocket: path.join(directory, 'admin.sock'),
    console: {
      host: '127.0.0.1',
      port: 0,
      certFile: path.join(directory, 'tls.crt'),
      keyFile: path.join(directory, 'tls.key'),
    },
    deliveryLifetimeMs: 3_600_000,
    sessionLifetimeMs: 3_600_000,
    logLevel: 'error',
  };
  await makeCertificate(config.console);
  const ftpNode = new TestFtpNode(keys.ftp1, memberOf('db1', 'internal-db', keys.db1));
  const dial = [{ peer: 'db1', host: '127.0.0.1', port, connections: 1 }];
  return {
    directory,
    config,
    node: ftpNode,
    openWebFront: () => openWebFront({ ...node('web1'), dial }, ftpNode),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

async function openWebFront(config: NodeConfig, node: TestFtpNode): Promise<TestWebFront> {
  const requireNode = (id: string): void => {
    if (id !== node.keys.id || !node.reachable) throw new RpcError('unavailable', 'no link to that node');
  };
  const notOffered = (): Promise<never> => Promise.reject(new RpcError('refused', 'not in this test'));
  const commlink = await openCommlink({
    config,
    offered: webFrontMethods,
    log,
    handlers: {
      'relay.login': notOffered,
      'relay.report': notOffered,
      'relay.reconcile': notOffered,
      'relay.stage': async ({ node: id, grant }) => {
        requireNode(id);
        const granted = node.verify('staging-grant', grant);
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
      'relay.nodes': async () => ({
        nodes: node.reachable ? [{ node: node.keys.id, name: 'ftp1', description: describe() }] : [],
      }),
    },
  });
  return { commlink, call: (method, params) => commlink.call('db1', internalDbMethods, method, params) };
}

function describe() {
  return {
    name: 'ftp1',
    endpoints: testEndpoints,
    jailed: false,
    sshNativeCrypto: false,
    stagedCount: 0,
    sessionCount: 0,
    transferCount: 0,
    storeroomFreeBytes: 1,
    pids: {},
  };
}

function memberOf(name: string, role: NodeRole, keys: NodeKeys): Member {
  return { name, role, id: keys.id, signingKey: keys.signing.raw, sealingKey: keys.sealing.raw };
}

function signingKeyOf(member: Member) {
  return signingKeyFromRaw(member.signingKey);
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function makeCertificate({ certFile, keyFile }: { certFile: string; keyFile: string }): Promise<void> {
  const subject = [
    '-subj',
    '/CN=localhost',
    '-addext',
    'subjectAltName=DNS:localhost,IP:127.0.0.1',
    '-days',
    '2',
  ];
  const keyOptions = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const files = ['-keyout', keyFile, '-out', certFile];
  await promisify(execFile)('openssl', ['req', '-x509', ...keyOptions, ...subject, ...files]);
}
