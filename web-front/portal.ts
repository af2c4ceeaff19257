// The portal as customers meet it: the HTTPS entrance, and behind it the app that was built from the installed settings.
// When these change, both change as one: what can fail is done while the version is staged, the rest at its install.
// Called by web-front.ts.
import { isDeepStrictEqual } from 'node:util';
import type { Admission, NodeConfiguration } from '#commlink/configuration/cluster-node.ts';
import { HttpsEntrance, type EntranceHandler, type PreparedEntrance } from '#commlink/https-entrance.ts';
import type { PreparedChange } from '#commlink/prepared-change.ts';
import { createTrustedProxies } from '#commlink/proxy-protocol/trusted-proxies.ts';
import { checkIdentity } from '#commlink/settings/checked-identity.ts';
import { buildPortal, type Backends, type PortalParts } from './build-portal.ts';
import { createHold } from './http/admission.ts';
import type { PortalApp } from './http/portal-app.ts';
import { portalEntrance } from './http/portal-tls.ts';
import { portalLimits } from './limits.ts';
import { warmUp } from './warm-up.ts';

type Configuration = NodeConfiguration<'web-front'>;

/** The portal. Bind, open, then prepare as often as there are changes. */
export class Portal {
  readonly #parts: PortalParts;
  readonly #entrance: HttpsEntrance;
  #bound: PreparedEntrance | null = null;
  #warm: { readonly app: PortalApp; readonly configuration: Configuration } | null = null;
  #served: Configuration | null = null;

  constructor(parts: Omit<PortalParts, 'admission'> & { readonly admission: Admission }) {
    this.#parts = parts;
    this.#entrance = new HttpsEntrance({
      ...portalEntrance(createHold(parts.admission)),
      onNoProxyHeader: (peerAddress) =>
        parts.log.warn({ peerAddress }, 'a balancer sent no PROXY protocol header'),
    });
  }

  /** The port that it listens on. */
  get port(): number {
    return this.#entrance.port;
  }

  /**
   * Asks for every page and binds the address, while this process may read the modules for the one and do the other; lets
   * nobody in. The address comes last: from then on who comes is turned away, and a balancer takes that for an answer. Throws
   * StartupError.
   */
  async bind(configuration: Configuration, backends: Backends): Promise<void> {
    checkIdentity(configuration.identity, null);
    const app = await buildPortal(configuration, backends, this.#parts);
    await warmUp(app);
    this.#bound = await this.#entrance.prepare(entranceSettings(configuration));
    this.#warm = { app, configuration };
  }

  /** Lets customers in. */
  open(): void {
    if (!this.#warm) throw new Error('The portal is opened once, after it was bound.');
    const { app, configuration } = this.#warm;
    this.#bound?.commit(handlerOf(app));
    this.#bound = null;
    this.#warm = null;
    this.#served = configuration;
  }

  /** Throws StartupError with the reason why `next` can't be served here. */
  async prepare(next: Configuration, backends: Backends): Promise<PreparedChange> {
    const { log } = this.#parts;
    const served = this.#served;
    const install = () => {
      log.level = next.settings.logLevel;
      backends.nodes.forgetEndpoints();
    };
    if (served && isDeepStrictEqual(portalPart(served), portalPart(next))) {
      return { commit: async () => install(), discard: async () => undefined };
    }
    if (!isDeepStrictEqual(served?.identity, next.identity)) checkIdentity(next.identity, Date.now());
    // Whatever runs in the app that is replaced is finished there; nothing holds on to it afterwards.
    const app = await buildPortal(next, backends, this.#parts);
    const entrance = await this.#entrance.prepare(entranceSettings(next));
    const commit = async () => {
      entrance.commit(handlerOf(app));
      this.#served = next;
      install();
      log.info({ port: this.port }, 'the portal has its new settings');
    };
    return { commit, discard: () => entrance.discard() };
  }

  /** Takes no more connections; requests that run have a moment to finish. */
  async close(): Promise<void> {
    await this.#bound?.discard();
    await this.#entrance.close();
  }
}

/** All that the app and the entrance are made from; a version may change other things only. */
function portalPart({ settings, identity }: Configuration) {
  const { portal, proxyProtocol, branding, limits, features } = settings;
  return { portal, proxyProtocol, branding, limits, features, identity };
}

function entranceSettings({ settings, identity }: Configuration) {
  const { host, port } = settings.portal;
  const { certificate, privateKey } = identity;
  const { connectionsMax } = portalLimits(settings);
  const trustedProxies = createTrustedProxies(settings.proxyProtocol.trustedNetworks);
  return { address: { host, port }, certificate, privateKey, connectionsMax, trustedProxies };
}

function handlerOf(app: PortalApp): EntranceHandler {
  return {
    request: (request, response) => app.routing(request, response),
    // Fastify answers what is no HTTP at its own server, which gets to see nothing else.
    clientError: (error, socket) => void app.server.emit('clientError', error, socket),
  };
}
