// The two processes behind a web-front, answering over real links: an internal-db with one customer and one product, and
// an ftp-node that stages whatever it is handed. Stand-ins for tests of pages and API alone: what they decide is
// settable, and every call is recorded. The download path with the real processes is in test/end-to-end.
import { createHash, randomBytes } from 'node:crypto';
import type { CallGate } from '#commlink/call-gate.ts';
import { openCommlink, type Commlink } from '#commlink/commlink.ts';
import { createLogger } from '#commlink/log.ts';
import type { Handlers, ResultOf } from '#commlink/method-table.ts';
import type { Delivery, Download } from '#commlink/methods/fields.ts';
import { ftpNodeMethods } from '#commlink/methods/ftp-node-methods.ts';
import { internalDbMethods, type PersonalToken, type SshKey } from '#commlink/methods/internal-db-methods.ts';
import { decodeCursor, encodeCursor, type PageRequest } from '#commlink/methods/paging.ts';
import type { SessionOwner } from '#commlink/methods/session-owner.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { FakeFtpNode, recording } from './fake-ftp-node.ts';
import { fakeIdentityHandlers } from './fake-identity.ts';
import { FakeFleet } from './fake-fleet.ts';
import { FakePeople, secondFactorAnswer } from './fake-people.ts';
import type { HandMadeCluster } from '../rig/configured-by-hand.ts';
import { fakePortalViewHandlers } from './fake-portal-views.ts';
import { fakeCatalogHandlers, type FakeProduct } from './fake-catalog.ts';

type Db = typeof internalDbMethods;

/** The only customer. */
export const customer = { username: 'ada', password: 'correct horse battery' };
/** Has the form of a signed document; nobody verifies it here. */
export const signedText = `${'A'.repeat(120)}.${'B'.repeat(86)}`;
/** The digest that each file of the catalog is said to have: that of the text "the file". */
export const fileSha256 = createHash('sha256').update('the file').digest('hex');
/** A fresh record id of a kind, e.g. `dlv`. */
export function newId(kind: string): string {
  return `${kind}_${randomBytes(16).toString('base64url')}`;
}

/** One product with two releases of one file. */
export function catalogOf(fileName: string): FakeProduct[] {
  const file = {
    name: fileName,
    sizeBytes: 123_456_789,
    sha256: fileSha256,
    platform: 'linux-x64',
    mediaType: 'application/gzip',
    publishedAtMs: Date.UTC(2026, 10, 20, 9, 30),
  };
  const release = (version: string) => ({
    version,
    channel: 'stable',
    publishedAtMs: file.publishedAtMs,
    files: [file],
  });
  return [
    {
      name: 'gateway',
      title: 'Gateway <Pro> & more',
      description: 'Keeps the “inside” in.',
      releases: [release('2.1.0'), release('2.0.3')],
    },
  ];
}

/** What the stand-in for internal-db knows and decides; tests change it as they like. */
export class FakeInternalDb {
  readonly calls: { method: string; params: unknown }[] = [];
  readonly requests = new Map<string, { fingerprint: string; sealedAnswer: string | null }>();
  readonly deliveries = new Map<string, { delivery: Delivery; downloads: Download[] }>();
  readonly liveSecrets = new Map<string, 'session' | 'token'>();
  readonly tokens = new Map<string, { name: string; secret: string }>();
  readonly sshKeys: SshKey[] = [];
  readonly people = new FakePeople();
  readonly fleet = new FakeFleet();
  readonly nodeId: string;
  catalog = catalogOf('gateway-2.1.0.tar.gz');
  openRefusal: Extract<ResultOf<Db, 'session.open'>, { opened: false }> | null = null;
  /** Whether the file of a delivery has to come to its node first. */
  isArriving = false;
  deliveryRefusal: Extract<ResultOf<Db, 'delivery.request'>, { allowed: false }> | null = null;
  fault: RpcError | null = null;
  /** Whether a delivery that was not staged may be asked for again; it is at the same node here. */
  hasAnotherNode = false;
  /** Runs before each answer; what it awaits, the web-front waits for. */
  beforeAnswer: ((method: string) => Promise<void>) | null = null;

  constructor(nodeId: string) {
    this.nodeId = nodeId;
  }

  owner(session: string): SessionOwner {
    return {
      user: {
        id: 'usr_AAAAAAAAAAAAAAAAAAAAAA',
        name: 'ada',
        displayName: 'Ada <b>Lovelace</b>',
        role: 'owner',
        email: 'ada@analytical.example',
      },
      account: {
        id: 'acc_AAAAAAAAAAAAAAAAAAAAAA',
        name: 'analytical',
        displayName: 'Analytical Engines Ltd',
      },
      kind: this.liveSecrets.get(session) ?? 'session',
      isStaffView: false,
      scopes: ['read', 'downloads'],
      expiresAtMs: Date.now() + 3_600_000,
    };
  }

  openSession(): string {
    const session = `consign_ses_${randomBytes(32).toString('base64url')}`;
    this.liveSecrets.set(session, 'session');
    return session;
  }

  deliver(wish: { product: string; version: string; file: string }): Delivery {
    const id = newId('dlv');
    const delivery: Delivery = {
      id,
      account: 'analytical',
      product: wish.product,
      version: wish.version,
      file: wish.file,
      path: `${wish.product}/${wish.version}/${wish.file}`,
      sizeBytes: 123_456_789,
      sha256: fileSha256,
      node: 'ftp1',
      login: 'd-7k2m9x4q1z',
      state: 'requested',
      requestedBy: 'user:ada',
      requestedAtMs: Date.now(),
      stagedAtMs: null,
      expiresAtMs: Date.now() + 3_600_000,
      endedAtMs: null,
      arrivedBytes: this.isArriving ? 0 : null,
    };
    this.deliveries.set(id, { delivery, downloads: [] });
    return delivery;
  }

  handlers(): Handlers<Db> {
    const live = <R extends object>(session: string, result: () => R) => {
      if (this.fault) throw this.fault;
      return this.liveSecrets.has(session)
        ? { valid: true as const, ...result() }
        : { valid: false as const };
    };
    const relayed = { 'login.decide': { answer: signedText }, 'node.report': { receipt: signedText } };
    const people = this.people.handlers({
      owner: (session) => this.owner(session),
      isLive: (session) => {
        if (this.fault) throw this.fault;
        return this.liveSecrets.has(session);
      },
      open: () => this.openSession(),
    });
    const handlers: Handlers<Db> = {
      ...people,
      ...fakeIdentityHandlers(live, () => this.people.refusal),
      ...fakeCatalogHandlers(live, { catalog: () => this.catalog, owner: (session) => this.owner(session) }),
      ...fakePortalViewHandlers(live),
      ...this.fleet.handlers(live),
      'session.open': async ({ username, password }) => {
        if (this.fault) throw this.fault;
        if (this.openRefusal) return this.openRefusal;
        if (username !== customer.username || password !== customer.password) {
          return { opened: false, reason: 'credentials', retryAfterMs: 0 };
        }
        if (this.people.step) return secondFactorAnswer(this.people.step);
        const session = this.openSession();
        return { opened: true, session, owner: this.owner(session) };
      },
      'session.describe': async ({ session }) => live(session, () => ({ owner: this.owner(session) })),
      'session.close': async ({ session }) => ({
        closed: this.liveSecrets.delete(session),
        provider: null,
      }),
      'token.create': async ({ session, name }) =>
        live(session, () => {
          this.requireBrowser(session);
          const id = newId('tok');
          const secret = `consign_pat_${randomBytes(32).toString('base64url')}`;
          this.tokens.set(id, { name, secret });
          this.liveSecrets.set(secret, 'token');
          return { secret, token: this.token(id, name) };
        }),
      'token.list': async ({ session }) =>
        live(session, () => ({ tokens: [...this.tokens].map(([id, { name }]) => this.token(id, name)) })),
      'token.revoke': async ({ session, id }) =>
        live(session, () => {
          this.requireBrowser(session);
          return { revoked: this.tokens.delete(id) };
        }),
      'sshKey.add': async ({ session, line, name }) =>
        live(session, () => {
          this.requireBrowser(session);
          if (!line.startsWith('ssh-ed25519 '))
            return {
              added: false as const,
              reason: 'not_a_key' as const,
              value: null,
              explanation: notAKeyText,
            };
          const key = sshKeyNamed(newId('key'), name ?? line.split(' ').at(-1) ?? '');
          this.sshKeys.push(key);
          return { added: true as const, key };
        }),
      'sshKey.list': async ({ session }) => live(session, () => ({ keys: this.sshKeys })),
      'sshKey.remove': async ({ session, id }) =>
        live(session, () => {
          this.requireBrowser(session);
          const index = this.sshKeys.findIndex((key) => key.id === id);
          if (index !== -1) this.sshKeys.splice(index, 1);
          return { removed: index !== -1 };
        }),
      'delivery.request': async ({ session, ...wish }) =>
        live(session, () => {
          if (this.deliveryRefusal) return this.deliveryRefusal;
          if (wish.insteadOf?.length && !this.hasAnotherNode) {
            throw new RpcError('unavailable', 'There is no other delivery node.');
          }
          const delivery = this.deliver(wish);
          const credentials = { login: delivery.login, password: 'once-only-Pw-3f9a', urlToken: signedText };
          const grant = this.isArriving ? null : signedText;
          return { allowed: true as const, delivery, nodeId: this.nodeId, grant, credentials };
        }),
      'delivery.describe': async ({ session, deliveries }) =>
        live(session, () => ({
          deliveries: deliveries.flatMap((id) => this.deliveries.get(id) ?? []),
        })),
      'delivery.list': async ({ session, after, limit }) =>
        live(session, () => {
          const { rows, next } = cutRows([...this.deliveries.values()].toReversed(), { after, limit });
          return { deliveries: rows, next };
        }),
      'download.list': async ({ session, filter, after, limit }) =>
        live(session, () => {
          const all = [...this.deliveries.values()].flatMap(({ downloads }) => downloads);
          const wanted = all.filter(({ outcome }) => (filter.outcome ?? outcome) === outcome);
          const rows = wanted.map((download) => ({ ...download, by: 'ada', appliance: null })).toReversed();
          const page = cutRows(rows, { after, limit });
          return { downloads: page.rows, next: page.next };
        }),
      'delivery.cancel': async ({ session, delivery }) =>
        live(session, () => {
          const record = this.deliveries.get(delivery);
          if (!record || record.delivery.endedAtMs !== null) return { cancelled: false };
          record.delivery = { ...record.delivery, state: 'cancelled', endedAtMs: Date.now() };
          return { cancelled: true };
        }),
      'request.begin': async ({ session, key, fingerprint }) =>
        live(session, () => {
          const known = this.requests.get(session + key);
          if (!known) {
            this.requests.set(session + key, { fingerprint, sealedAnswer: null });
            return { state: 'begun' as const };
          }
          if (known.fingerprint !== fingerprint) return { state: 'differs' as const };
          const { sealedAnswer } = known;
          if (sealedAnswer === null) return { state: 'underway' as const };
          return { state: 'answered' as const, sealedAnswer };
        }),
      'request.finish': async ({ session, key, sealedAnswer }) =>
        live(session, () => {
          const known = this.requests.get(session + key);
          if (sealedAnswer === null) this.requests.delete(session + key);
          else if (known) known.sealedAnswer = sealedAnswer;
          return {};
        }),
      'login.decide': async () => relayed['login.decide'],
      'node.report': async () => relayed['node.report'],
      'node.reconcile': async () => ({ order: null }),
      'artifact.read': async () => ({ sealed: 'A'.repeat(64) }),
    };
    return recording(handlers, this.calls, (method) => this.beforeAnswer?.(method));
  }

  private requireBrowser(session: string): void {
    if (this.liveSecrets.get(session) === 'token') throw new RpcError('refused', 'Not with a token.');
  }

  private token(id: string, name: string): PersonalToken {
    const times = { createdAtMs: Date.now(), expiresAtMs: Date.now() + 86_400_000, lastUsedAtMs: null };
    return { id, name, scopes: ['read', 'downloads'], ...times };
  }
}

/** The sentence for what is not a key. */
export const notAKeyText = 'This is not a public SSH key <at all>.';

function sshKeyNamed(id: string, name: string): SshKey {
  return {
    id,
    name,
    keyType: 'ssh-ed25519',
    keyBits: 256,
    fingerprint: `SHA256:${'F'.repeat(43)}`,
    createdAtMs: Date.now(),
    expiresAtMs: null,
    lastUsedAtMs: null,
  };
}

/** The other end's gate, which a test opens and closes. */
class FakeGate implements CallGate {
  readonly #version: () => string;
  isOpen = true;

  constructor(version: () => string) {
    this.#version = version;
  }

  get version(): string {
    return this.#version();
  }
}

/** Opens the two ends, at the version given; each listens on a port of its own (`commlink.port`). */
export async function openBackends(
  cluster: HandMadeCluster,
  internalDb: FakeInternalDb,
  version: () => string,
) {
  const log = createLogger('fake-backends', 'silent');
  const ftpNode = new FakeFtpNode();
  const gates = { db: new FakeGate(version), ftp: new FakeGate(version) };
  const partOf = (name: string, gate: CallGate) => ({
    keys: cluster.keys(name),
    plan: cluster.plan(name, { listen: { host: '127.0.0.1', port: 0 }, dial: [] }),
    log,
    gate,
  });
  const dbLink: Commlink = await openCommlink({
    ...partOf('db1', gates.db),
    offered: internalDbMethods,
    handlers: internalDb.handlers(),
  });
  const ftpLink: Commlink = await openCommlink({
    ...partOf('ftp1', gates.ftp),
    offered: ftpNodeMethods,
    handlers: ftpNode.handlers(),
  });
  return { ftpNode, dbLink, ftpLink, gates };
}

/** A page of a list that stays as it is; the cursor is the place of the next row. */
function cutRows<Row>(all: readonly Row[], { after, limit }: PageRequest) {
  const begin = decodeCursor(after, ['number'])?.[0] ?? 0;
  const rows = all.slice(begin, begin + limit);
  return { rows, next: begin + limit < all.length ? encodeCursor([begin + limit]) : null };
}
