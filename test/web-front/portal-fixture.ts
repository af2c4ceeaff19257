// A real web-front in this process with its stand-in backends, in a state directory of its own, and a client that
// behaves like a browser where it matters: cookies by path, Origin, no redirects followed unasked.
import { execFile } from 'node:child_process';
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Test } from 'tap';
import { Agent, request } from 'undici';
import { createKeyBag, writeKeyBag } from '#commlink/key-bag.ts';
import { createLogger, type Logger } from '#commlink/log.ts';
import type { Member, NodeConfig, NodeRole } from '#commlink/node-config.ts';
import { createNodeKeys, writeNodeKeys } from '#commlink/node-keys.ts';
import { loadAssets } from '#web-front/asset-store.ts';
import type { WebFrontConfig } from '#web-front/config.ts';
import { startWebFront } from '#web-front/web-front.ts';
import { FakeInternalDb, customer, openBackends } from './fake-backends.ts';

const nodes = [
  ['db1', 'internal-db'],
  ['web1', 'web-front'],
  ['ftp1', 'ftp-node'],
] as const satisfies readonly (readonly [string, NodeRole])[];

/** Keys, bags and certificates of a cluster of three in `directory`; web1 dials the others. */
export async function writeCluster(directory: string) {
  const members: Member[] = [];
  for (const [name, role] of nodes) {
    const keys = createNodeKeys();
    await mkdir(join(directory, name, 'bags'), { recursive: true, mode: 0o700 });
    await writeNodeKeys(join(directory, name, 'node.key'), keys);
    members.push({ name, role, id: keys.id, signingKey: keys.signing.raw, sealingKey: keys.sealing.raw });
  }
  const idOf = (name: string) => members.find((member) => member.name === name)?.id ?? '';
  for (const peer of ['db1', 'ftp1']) {
    const bag = createKeyBag({ cluster: 'test', from: idOf('web1'), to: idOf(peer), size: 7 });
    await writeKeyBag(join(directory, 'web1', 'bags'), bag);
    await writeKeyBag(join(directory, peer, 'bags'), bag);
  }
  const certFile = join(directory, 'tls-cert.pem');
  const keyFile = join(directory, 'tls-key.pem');
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  await promisify(execFile)('openssl', [
    'req',
    '-x509',
    ...curve,
    ...subject,
    '-keyout',
    keyFile,
    '-out',
    certFile,
  ]);
  const nodeConfig = (name: string, part: Pick<NodeConfig, 'listen' | 'dial'>): NodeConfig => ({
    cluster: 'test',
    name,
    keyFile: join(directory, name, 'node.key'),
    bagDirectory: join(directory, name, 'bags'),
    members,
    ...part,
    linkAgeMaxMs: 600_000,
  });
  return { idOf, nodeConfig, certFile, keyFile };
}

/** What a test may choose. */
export interface PortalOptions {
  readonly limits?: WebFrontConfig['limits'];
  readonly ownAuthority?: boolean;
  readonly log?: Logger;
}

/** Starts everything; `t` stops it. */
export async function startPortal(t: Test, options: PortalOptions = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'consign-web-front-'));
  const { idOf, nodeConfig, certFile, keyFile } = await writeCluster(directory);
  const listen = { host: '127.0.0.1', port: 0 };
  const internalDb = new FakeInternalDb(idOf('ftp1'));
  const backends = await openBackends(
    { db: nodeConfig('db1', { listen, dial: [] }), ftp: nodeConfig('ftp1', { listen, dial: [] }) },
    internalDb,
  );
  const dial = [
    { peer: 'db1', host: '127.0.0.1', port: backends.dbLink.port ?? 0, connections: 1 },
    { peer: 'ftp1', host: '127.0.0.1', port: backends.ftpLink.port ?? 0, connections: 1 },
  ];
  const certificate = await readFile(certFile, 'utf8');
  const config: WebFrontConfig = {
    node: nodeConfig('web1', { listen: null, dial }),
    portal: { host: '127.0.0.1', port: 0, publicUrl: 'https://portal.example', certFile, keyFile },
    dropTo: null,
    logLevel: 'info',
    ...(options.limits ? { limits: options.limits } : {}),
  };
  const webFront = await startWebFront({
    config,
    certificate,
    privateKey: await readFile(keyFile, 'utf8'),
    authorityPem: options.ownAuthority ? certificate : null,
    assetStore: await loadAssets(),
    log: options.log ?? createLogger('web-front', 'silent'),
  });
  const configFile = join(directory, 'web-front.json');
  await writeFile(configFile, JSON.stringify(config), { mode: 0o600 });
  const closeBackends = async () => {
    await Promise.all([backends.dbLink.close(), backends.ftpLink.close()]);
  };
  t.teardown(async () => {
    await webFront.close();
    await closeBackends();
    await rm(directory, { recursive: true });
  });
  const origin = `https://localhost:${webFront.port}`;
  return {
    origin,
    certificate,
    internalDb,
    ftpNode: backends.ftpNode,
    backends,
    webFront,
    config,
    configFile,
    directory,
  };
}
/** A running portal with everything behind it. */
export type Portal = Awaited<ReturnType<typeof startPortal>>;

interface Cookie {
  readonly value: string;
  readonly path: string;
}

/** A customer's browser, as far as HTTP goes. */
export class Visitor {
  readonly cookies = new Map<string, Cookie>();
  readonly #origin: string;
  readonly #agent: Agent;

  /** From `localAddress`, so that each has the limits of an address to itself; loopback has 127.0.0.0/8. */
  constructor(portal: Pick<Portal, 'origin' | 'certificate'>, localAddress = '127.0.0.1') {
    this.#origin = portal.origin;
    this.#agent = new Agent({ connect: { ca: portal.certificate }, localAddress });
  }

  /** Closes its connections. */
  async close(): Promise<void> {
    await this.#agent.close();
  }

  async send(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    part: { headers?: Record<string, string>; body?: string } = {},
  ) {
    const sent = [...this.cookies].filter(
      ([, cookie]) => path === cookie.path || path.startsWith(cookie.path),
    );
    const cookie = sent.map(([key, { value }]) => `${key.split('|')[0]}=${value}`).join('; ');
    const answer = await request(this.#origin + path, {
      method,
      dispatcher: this.#agent,
      headers: { ...(cookie ? { cookie } : {}), ...part.headers },
      body: part.body ?? null,
    });
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) this.#keep(line);
    const text = await answer.body.text();
    return { status: answer.statusCode, headers: answer.headers, text, json: () => JSON.parse(text) };
  }

  get(path: string, headers: Record<string, string> = {}) {
    return this.send('GET', path, { headers });
  }

  submit(path: string, fields: Record<string, string>, headers: Record<string, string> = {}) {
    const type = 'application/x-www-form-urlencoded';
    const all = { 'content-type': type, origin: this.#origin, ...headers };
    return this.send('POST', path, { headers: all, body: new URLSearchParams(fields).toString() });
  }

  /** The token that the page at `path` puts into its forms. */
  async formToken(path: string): Promise<string> {
    const { text } = await this.get(path);
    return /name="formToken" value="([^"]+)"/.exec(text)?.[1] ?? '';
  }

  async signIn(fields: Partial<Record<'username' | 'password' | 'next', string>> = {}) {
    const formToken = await this.formToken('/sign-in');
    return await this.submit('/sign-in', { formToken, next: '/', ...customer, ...fields });
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split('; ');
    const name = pair.slice(0, pair.indexOf('='));
    const value = pair.slice(pair.indexOf('=') + 1);
    const path = attributes.find((attribute) => attribute.startsWith('Path='))?.slice('Path='.length) ?? '/';
    if (attributes.includes('Max-Age=0') || value === '') this.cookies.delete(`${name}|${path}`);
    else this.cookies.set(`${name}|${path}`, { value, path });
  }
}
