// A real web-front in this process with its stand-in backends, configured by hand, and a client that behaves like a browser
// where it matters: cookies by path, Origin, no redirects followed unasked.
import type { Test } from 'tap';
import { Agent, request } from 'undici';
import { createLogger, type Logger } from '#commlink/log.ts';
import type { NodeIdentity } from '#commlink/settings/cluster-configuration.ts';
import { defaultBranding } from '#commlink/settings/branding-settings.ts';
import type { WebFrontSettings } from '#commlink/settings/web-front-settings.ts';
import { loadPortalAssets } from '#web-front/portal-assets.ts';
import { startWebFront } from '#web-front/web-front.ts';
import { HandConfiguredNode, createHandMadeCluster } from '../rig/configured-by-hand.ts';
import { issueCertificate } from '../rig/issued-certificate.ts';
import { FakeInternalDb, customer, openBackends } from './fake-backends.ts';

/** What a test may choose. */
export interface PortalOptions {
  readonly limits?: WebFrontSettings['limits'];
  readonly features?: WebFrontSettings['features'];
  readonly ownAuthority?: boolean;
  readonly log?: Logger;
}

/** The settings of a portal on a port of the system's choice. */
export function portalSettings(change: Partial<WebFrontSettings> = {}): WebFrontSettings {
  return {
    links: { listen: null, dial: [], behindNat: [], linkAgeMaxMs: 600_000 },
    administration: null,
    metrics: null,
    logLevel: 'error',
    portal: { host: '127.0.0.1', port: 0, publicUrl: 'https://portal.example' },
    proxyProtocol: { trustedNetworks: [] },
    branding: defaultBranding,
    limits: {},
    features: { api: true },
    ...change,
  };
}

/** Starts everything; `t` stops it. */
export async function startPortal(t: Test, options: PortalOptions = {}) {
  const { limits = {}, features = { api: true }, ownAuthority = false } = options;
  const cluster = createHandMadeCluster({ db1: 'internal-db', web1: 'web-front', ftp1: 'ftp-node' });
  const internalDb = new FakeInternalDb(cluster.id('ftp1'));
  // The others are always at the version that the web-front has.
  const backends = await openBackends(cluster, internalDb, () => node.version);
  const dial = [
    { peer: 'db1', host: '127.0.0.1', port: backends.dbLink.port ?? 0, connections: 1 },
    { peer: 'ftp1', host: '127.0.0.1', port: backends.ftpLink.port ?? 0, connections: 1 },
  ];
  const issued = await issueCertificate('localhost');
  const authority = ownAuthority ? issued.certificate : null;
  const identity: NodeIdentity = { ...issued, authority, hostKeys: [] };
  const log = options.log ?? createLogger('web-front', 'silent');
  const node = new HandConfiguredNode<'web-front'>({
    keys: cluster.keys('web1'),
    plan: cluster.plan('web1', { listen: null, dial }),
    settings: portalSettings({ limits, features }),
    identity,
    log,
  });
  const webFront = await startWebFront({ opened: node.opened, assetStore: await loadPortalAssets(), log });
  t.teardown(async () => {
    await webFront.close();
    await Promise.all([backends.dbLink.close(), backends.ftpLink.close()]);
  });
  const origin = `https://localhost:${webFront.port}`;
  const { ftpNode } = backends;
  return { origin, certificate: issued.certificate, internalDb, ftpNode, backends, webFront, node };
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

  /** Cuts its connections, whatever they are doing. */
  async destroy(): Promise<void> {
    await this.#agent.destroy();
  }

  async send(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
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
