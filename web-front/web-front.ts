// Builds the web-front from its configuration: the commlink with the relay, the portal with its pages and its API.
// Called by main.ts and, in the same way, by tests. Nothing here reads files but through the loaders it calls.
import { openCommlink, type Commlink } from '#commlink/commlink.ts';
import type { Logger } from '#commlink/log.ts';
import { webFrontMethods } from '#commlink/methods/web-front-methods.ts';
import { addApiRoutes } from './api/api-routes.ts';
import type { AssetStore } from './asset-store.ts';
import type { WebFrontConfig } from './config.ts';
import { logRequests } from './http/access-log.ts';
import { createErrorAnswer, refuseUnknownAddresses } from './http/error-answers.ts';
import { createPortalApp, type PortalApp } from './http/portal-app.ts';
import { createInternalDbClient } from './internal-db-client.ts';
import { defaultLimits, httpLimits } from './limits.ts';
import { createNodeDirectory, type NodeDirectory } from './node-directory.ts';
import { addCatalogRoutes } from './pages/catalog-routes.ts';
import { addDeliveryRoutes } from './pages/delivery-routes.ts';
import { addHealthRoute, addPublicRoutes } from './pages/public-routes.ts';
import { addSignInRoutes } from './pages/sign-in-routes.ts';
import { addTokenRoutes } from './pages/token-routes.ts';
import type { PortalServices } from './portal-services.ts';
import { createRelay } from './relay.ts';
import { warmUp } from './warm-up.ts';

/** What the web-front is built from: its configuration, and the content of the files that this names. */
export interface WebFrontParts {
  readonly config: WebFrontConfig;
  readonly certificate: string;
  readonly privateKey: string;
  readonly authorityPem: string | null;
  readonly assetStore: AssetStore;
  readonly log: Logger;
}

/** A running web-front. */
export interface WebFront {
  /** The port that the portal listens on. */
  readonly port: number;
  /** Stops accepting, lets running requests finish for a moment, closes the links. */
  close(): Promise<void>;
}

/** Opens the links, warms everything up and listens. Resolves when customers can be served. */
export async function startWebFront(parts: WebFrontParts): Promise<WebFront> {
  const { commlink, nodes } = await openRelay(parts);
  try {
    const app = await buildPortal(parts, { commlink, nodes });
    await warmUp(app);
    const { host, port } = parts.config.portal;
    await app.listen({ host, port });
    const address = app.server.address();
    const close = async () => {
      const forced = setTimeout(() => app.server.closeAllConnections(), httpLimits.drainTimeoutMs);
      await app.close();
      clearTimeout(forced);
      await commlink.close();
    };
    return { port: typeof address === 'object' && address ? address.port : port, close };
  } catch (error) {
    await commlink.close();
    throw error;
  }
}

interface Backends {
  readonly commlink: Commlink;
  readonly nodes: NodeDirectory;
}

/** The relay may be called while the commlink is being opened: such calls wait for it. */
async function openRelay({ config, log }: WebFrontParts): Promise<Backends> {
  const opened = Promise.withResolvers<Backends>();
  const handlers = createRelay(opened.promise);
  const commlink = await openCommlink({ config: config.node, offered: webFrontMethods, handlers, log });
  const backends = { commlink, nodes: createNodeDirectory(commlink) };
  opened.resolve(backends);
  return backends;
}

async function buildPortal(parts: WebFrontParts, { commlink, nodes }: Backends): Promise<PortalApp> {
  const { config, assetStore, authorityPem, log } = parts;
  const limits = { ...defaultLimits, ...config.limits };
  const { publicUrl } = config.portal;
  const frame = { assetBase: `/assets/${assetStore.version}` };
  const internalDb = createInternalDbClient(commlink);
  const services: PortalServices = { internalDb, nodes, frame, publicUrl, authorityPem, limits, log };
  const { certificate, privateKey } = parts;
  const answerError = createErrorAnswer({ frame, publicUrl, log });
  const app = await createPortalApp({ certificate, privateKey, publicUrl, limits, log, answerError });
  logRequests(app);
  refuseUnknownAddresses(app);
  addPublicRoutes(app, services, assetStore);
  addHealthRoute(app, () => ({
    internalDb: commlink.linked('internal-db').length,
    ftpNodes: commlink.linked('ftp-node').length,
  }));
  addSignInRoutes(app, services);
  addCatalogRoutes(app, services);
  addDeliveryRoutes(app, services);
  addTokenRoutes(app, services);
  await addApiRoutes(app, services);
  return app;
}
