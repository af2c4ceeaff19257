// A centre in this process: enrolment, signed beats' answers, catalogs of real metadata, sources, pings, and an HTTP node that serves
// packages. What it answers can be bent by each test. For the agent's tests; the real centre has its own.
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer as createClearServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  peekApplianceMessage,
  readMessageBase,
  verifyApplianceMessage,
} from '#commlink/fleet/appliance-message.ts';
import { signBeatReply, type ApplianceOrder } from '#commlink/fleet/beat-reply.ts';
import { readBeat, type Beat } from '#commlink/fleet/beat.ts';
import { catalogSha256, type CatalogBundle } from '#commlink/fleet/catalog-bundle.ts';
import type { CatalogSubject } from '#commlink/fleet/catalog-entries.ts';
import { openEnrolment, type EnrolmentReply } from '#commlink/fleet/enrolment.ts';
import { sealContentKey } from '#commlink/fleet/package/content-key.ts';
import { sealSourcesReply } from '#commlink/fleet/sources-answer.ts';
import { readSourcesRequest, type Source } from '#commlink/fleet/sources.ts';
import {
  makeRoot,
  makeSnapshot,
  makeTargets,
  makeTimestamp,
  addSignatures,
  type DescribedTarget,
} from '#commlink/fleet/tuf/make-metadata.ts';
import { signingKeyFromRaw } from '#commlink/node-keys.ts';
import { issueCertificate } from '../rig/issued-certificate.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';

type Teardown = { readonly teardown: (done: () => void) => void };

/** Something that the centre's catalog names: its bytes, and what makes the custom member. */
export interface Offer {
  readonly path: string;
  readonly bytes: Buffer;
  readonly custom: object;
  /** The content key of a package. */
  readonly key?: Uint8Array;
}

interface OwnKey {
  readonly privateKey: KeyObject;
  readonly raw: string;
}

const dayMs = 86_400_000;
const roles = ['root', 'timestamp', 'snapshot', 'targets'] as const;

function createKey(): OwnKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  return { privateKey, raw: createPublicKey(privateKey).export({ format: 'jwk' }).x ?? '' };
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** One repository with a key for each role. */
class Repository {
  readonly keys = new Map(roles.map((role) => [role, createKey()]));
  roots: string[];

  constructor(nowMs: number) {
    this.roots = [this.#root(1, nowMs)];
  }

  signer(role: (typeof roles)[number]): OwnKey {
    const key = this.keys.get(role);
    if (key === undefined) throw new Error(role);
    return key;
  }

  /** A new key for the role, told by a new root. */
  rotate(role: 'timestamp' | 'snapshot' | 'targets', nowMs: number): void {
    this.keys.set(role, createKey());
    this.roots.push(this.#root(this.roots.length + 1, nowMs));
  }

  #root(version: number, nowMs: number): string {
    const keysOf = (role: (typeof roles)[number]) => ({ keys: [this.signer(role).raw], threshold: 1 });
    const text = makeRoot({
      version,
      expiresAtMs: nowMs + 365 * dayMs,
      roles: {
        root: keysOf('root'),
        timestamp: keysOf('timestamp'),
        snapshot: keysOf('snapshot'),
        targets: keysOf('targets'),
      },
    });
    return addSignatures('root', text, [this.signer('root').privateKey]);
  }

  sign(
    targets: readonly DescribedTarget[],
    terms: { version: number; nowMs: number; uid: string | null; custom?: object },
  ) {
    const { version, nowMs, uid, custom } = terms;
    const expiresAtMs = nowMs + dayMs;
    const keysOf = (role: (typeof roles)[number]) => [this.signer(role).privateKey];
    const made = makeTargets(targets, {
      version,
      expiresAtMs,
      keys: keysOf('targets'),
      ...(custom ? { custom } : {}),
    });
    const snapshot = makeSnapshot(made, { version, expiresAtMs, keys: keysOf('snapshot'), uid });
    const timestamp = makeTimestamp(snapshot, { version, expiresAtMs, keys: keysOf('timestamp'), uid });
    return { timestamp, snapshot, targets: made };
  }
}

/** The centre. */
export class FakeCentre {
  readonly director: Repository;
  readonly packages: Repository;
  readonly uid = 'apl_0123456789abcdefghijkl';
  readonly beats: Beat[] = [];
  readonly requests: string[] = [];
  readonly keys: { signing: string; sealing: string } = { signing: '', sealing: '' };
  /** The key that each code was used with: to others it is refused. */
  readonly usedCodes = new Map<string, string>();
  url = '';
  nodePort = 0;
  authority = '';
  authorityFile = '';
  offers: readonly Offer[] = [];
  order: ApplianceOrder | null = null;
  /** Whether appliances are told to wait for pings. */
  polls = true;
  /** Seconds: nobody may wait for a ping, and is to ask again after them. */
  pingRetryAfter: string | null = null;
  intervalMs = 60_000;
  /** The centre's time less this machine's. */
  aheadMs = 0;
  isDown = false;
  hasPing = false;
  subject: Partial<CatalogSubject> = {};
  /** Bends the bundle before it is sent. */
  bend: (bundle: CatalogBundle) => CatalogBundle = (bundle) => bundle;
  /** Bends what the node sends. */
  serve: (offer: Offer, request: IncomingMessage, response: ServerResponse) => void = serveWhole;
  /** What is wrong with the answers that name sources: whose request they answer, and who signs them. */
  bendSources: { request?: { nonce: string }; signer?: { privateKey: KeyObject } } = {};
  /** Instead of the node's own. */
  sourcesOf: ((offer: Offer) => readonly Source[]) | null = null;
  #version = 1;
  #made: { key: string; bundle: CatalogBundle } | null = null;

  private constructor() {
    this.director = new Repository(this.now());
    this.packages = new Repository(this.now());
  }

  /** Starts one for the test `t`. */
  static async start(t: Teardown): Promise<FakeCentre> {
    const centre = new FakeCentre();
    const { certificate, privateKey } = await issueCertificate('centre');
    const server = createServer({ cert: certificate, key: privateKey }, (request, response) => {
      void centre
        .#answer(request, response)
        .catch((error: Error) => response.writeHead(500).end(error.stack));
    });
    const node = createClearServer((request, response) => centre.#serveFile(request, response));
    for (const each of [server, node]) {
      await new Promise<void>((resolve) => each.listen(0, '127.0.0.1', resolve));
      t.teardown(() => {
        each.closeAllConnections();
        each.close();
      });
    }
    centre.url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    centre.nodePort = (node.address() as AddressInfo).port;
    centre.authority = certificate;
    centre.authorityFile = join(temporaryFolder(t), 'ca.pem');
    writeFileSync(centre.authorityFile, certificate);
    return centre;
  }

  now(): number {
    return Date.now() + this.aheadMs;
  }

  /** The catalog of what is offered now; made anew when that has changed. */
  async bundle(): Promise<CatalogBundle> {
    const subject = {
      uid: this.uid,
      type: 'press',
      account: 'acme',
      site: null,
      madeAtMs: 0,
      windows: [],
      bandwidth: null,
      ...this.subject,
    };
    const described: { path: string; sizeBytes: number; sha256: string }[] = [];
    for (const { path, bytes } of this.offers)
      described.push({ path, sizeBytes: bytes.length, sha256: digest(bytes) });
    const key = JSON.stringify([
      described,
      subject,
      this.offers.map(({ custom }) => custom),
      this.director.roots.length,
    ]);
    if (this.#made?.key === key) return this.#made.bundle;
    this.#version += 1;
    const terms = { version: this.#version, nowMs: this.now() };
    const targets = await Promise.all(
      this.offers.map((offer, index) => this.#describe(offer, described[index])),
    );
    const isPackage = ({ path }: { path: string }) => path.endsWith('.cpk');
    const director = this.director.sign(targets, { ...terms, uid: subject.uid, custom: subject });
    const packages = this.packages.sign(described.filter(isPackage), { ...terms, uid: null });
    const bundle = {
      director: { roots: this.director.roots.slice(1), ...director },
      packages: { roots: [], ...packages },
    };
    this.#made = { key, bundle };
    return bundle;
  }

  async #describe(
    offer: Offer,
    described: { path: string; sizeBytes: number; sha256: string } | undefined,
  ): Promise<DescribedTarget> {
    if (described === undefined) throw new Error(offer.path);
    const { uid } = this;
    const { sealing } = this.keys;
    const sealed = offer.key && {
      contentKey: await sealContentKey(offer.key, sealing, { uid, sha256: described.sha256 }),
    };
    return { ...described, custom: { ...offer.custom, ...sealed } };
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.isDown) {
      request.destroy();
      return;
    }
    const { pathname } = new URL(request.url ?? '', this.url);
    if (pathname.startsWith('/node/')) return this.#serveFile(request, response);
    this.requests.push(`${request.method} ${pathname}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    switch (pathname) {
      case '/fleet/v1/enrolments':
        this.#enrol(body, response);
        return;
      case '/fleet/v1/beats':
        response.end(await this.#beat(body));
        return;
      case '/fleet/v1/catalog':
        return this.#sendCatalog(request, response);
      case '/fleet/v1/sources':
        response.end(await this.#sources(body));
        return;
      case '/fleet/v1/pings':
        if (this.pingRetryAfter === null)
          response.end(JSON.stringify({ ping: await this.#waitForPing(response) }));
        else response.writeHead(503, { 'retry-after': this.pingRetryAfter }).end('{}');
        return;
      default:
        response.writeHead(404).end('{}');
    }
  }

  #enrol(body: string, response: ServerResponse): void {
    const { code, signingKey, sealingKey, name } = openEnrolment(body);
    if ((this.usedCodes.get(code) ?? signingKey) !== signingKey) {
      response.writeHead(403).end('{"title":"There is no such code, or it was used."}');
      return;
    }
    this.usedCodes.set(code, signingKey);
    Object.assign(this.keys, { signing: signingKey, sealing: sealingKey });
    const reply: EnrolmentReply = {
      uid: this.uid,
      name: name ?? 'press-1',
      cluster: 'main',
      account: 'acme',
      type: 'press',
      directorRoot: this.director.roots[0] ?? '',
      packagesRoot: this.packages.roots[0] ?? '',
      intervalMs: this.intervalMs,
      nowMs: this.now(),
    };
    response.end(JSON.stringify(reply));
  }

  async #beat(body: string): Promise<string> {
    const beat = readBeat(verifyApplianceMessage('beat', body, signingKeyFromRaw(this.keys.signing)));
    this.beats.push(beat);
    const { uid, nonce } = beat;
    const catalog = this.offers.length === 0 ? null : { sha256: catalogSha256(await this.bundle()) };
    const { intervalMs, polls, order } = this;
    const reply = { uid, nonce, nowMs: this.now(), catalog, intervalMs, polls, order };
    return signBeatReply(reply, this.director.signer('timestamp').privateKey);
  }

  async #sendCatalog(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const envelope = (request.headers.authorization ?? '').replace(/^Consign-Appliance /, '');
    const body = verifyApplianceMessage('catalog-request', envelope, signingKeyFromRaw(this.keys.signing));
    const { sentAtMs } = readMessageBase('catalog-request', body);
    if (Math.abs(this.now() - sentAtMs) > 15 * 60_000) {
      response.writeHead(401).end('{"title":"Stale"}');
      return;
    }
    const bundle = await this.bundle();
    const etag = `"${catalogSha256(bundle)}"`;
    if (request.headers['if-none-match'] === etag) response.writeHead(304).end();
    else response.writeHead(200, { etag }).end(JSON.stringify(this.bend(bundle)));
  }

  async #sources(body: string): Promise<string> {
    const request = readSourcesRequest(peekApplianceMessage('sources-request', body));
    const listed = request.targets.map((path) => {
      const offer = this.offers.find((each) => each.path === path);
      return { path, sources: offer ? (this.sourcesOf?.(offer) ?? [this.ownSource(offer)]) : [] };
    });
    const reply = { nowMs: this.now(), targets: listed };
    const { privateKey } = this.bendSources.signer ?? this.director.signer('timestamp');
    const { sealing: sealingKey } = this.keys;
    return await sealSourcesReply(reply, {
      request: { ...request, ...this.bendSources.request },
      sealingKey,
      privateKey,
    });
  }

  /** The node's own: packages in clear, files over the centre's HTTPS server, which stands in for a node's. */
  ownSource({ path }: Pick<Offer, 'path'>): Source {
    const base = { node: 'near', expiresAtMs: this.now() + 60_000 };
    if (path.startsWith('files/'))
      return { ...base, transport: 'https', url: `${this.url}/node/${path}`, ca: this.authority };
    return { ...base, transport: 'http', url: `http://127.0.0.1:${this.nodePort}/node/${path}`, ca: null };
  }

  #serveFile(request: IncomingMessage, response: ServerResponse): void {
    const offer = this.offers.find(({ path }) => request.url === `/node/${path}`);
    if (offer === undefined) response.writeHead(404).end();
    else this.serve(offer, request, response);
  }

  /** Who has gone away takes no ping along. */
  async #waitForPing(response: ServerResponse): Promise<boolean> {
    for (let tries = 0; tries < 100 && !this.hasPing; tries += 1) await delay(50);
    if (response.destroyed || !this.hasPing) return false;
    this.hasPing = false;
    return true;
  }
}

/** Serves the whole, or from where a range asks. */
export function serveWhole({ bytes }: Offer, request: IncomingMessage, response: ServerResponse): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (from === 0) response.writeHead(200).end(bytes);
  else
    response
      .writeHead(206, { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` })
      .end(bytes.subarray(from));
}
