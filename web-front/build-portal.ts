// Builds the app behind the portal's entrance from one configuration: limits, public address, features, routes.
// Called by portal.ts at start and whenever one of these changes; what outlives an app (links, assets) is handed in.
import { makeBrandingAssets } from '#commlink/pages/branding-assets.ts';
import type { NodeConfiguration } from '#commlink/configuration/cluster-node.ts';
import type { Logger } from '#commlink/log.ts';
import type { AssetStore } from '#commlink/pages/asset-store.ts';
import { addApiRoutes } from './api/api-routes.ts';
import { logRequests } from './http/access-log.ts';
import type { BeatCalls } from './fleet/beat-calls.ts';
import { addFleetRoutes } from './fleet/fleet-routes.ts';
import type { PingWaits } from './fleet/ping-waits.ts';
import { declineWhileClosed, type AdmissionState } from './http/admission.ts';
import type { DeliveryWatch } from './delivery/delivery-watch.ts';
import { createErrorAnswer, refuseUnknownAddresses } from './http/error-answers.ts';
import { createPortalApp, type PortalApp } from './http/portal-app.ts';
import { carryRequestIds } from './http/request-ids.ts';
import { findViewer } from './http/session.ts';
import type { InternalDbClient } from './internal-db-client.ts';
import { portalLimits } from './limits.ts';
import type { PortalMetrics } from './metrics.ts';
import type { NodeDirectory } from './node-directory.ts';
import type { NodeLinks } from './node-links.ts';
import { addCatalogRoutes } from './pages/catalog/catalog-routes.ts';
import { addLicenceRoutes } from './pages/catalog/licence-routes.ts';
import { addReleaseSetRoutes } from './pages/catalog/release-set-routes.ts';
import { addDeliveryEventRoutes } from './pages/delivery-event-routes.ts';
import { addDeliveryRoutes } from './pages/delivery-routes.ts';
import { addPeopleRoutes } from './pages/people/people-routes.ts';
import { addHealthRoute, addPublicRoutes } from './pages/public-routes.ts';
import { addHistoryRoutes } from './pages/history-routes.ts';
import { addBrandingRoutes, brandingAddresses } from './pages/branding-routes.ts';
import { addApplianceRoutes } from './pages/fleet/appliances-routes.ts';
import { addLanguageRoutes } from './pages/language-routes.ts';
import { addKeptFormRoutes } from './pages/kept-forms/kept-form-routes.ts';
import { createFrames } from './pages/page-frame.ts';
import { addPortalViewRoutes } from './pages/portal-views/portal-view-routes.ts';
import { addSessionFileRoutes } from './pages/session-file-routes.ts';
import { addSignInRoutes } from './pages/sign-in-routes.ts';
import { addSshKeyRoutes } from './pages/ssh-key-routes.ts';
import { addTokenRoutes } from './pages/token-routes.ts';
import type { PortalServices } from './portal-services.ts';

/** The ways to the other nodes. */
export interface Backends {
  readonly commlink: NodeLinks;
  readonly internalDb: InternalDbClient;
  readonly nodes: NodeDirectory;
  readonly deliveryWatch: DeliveryWatch;
  readonly beatCalls: BeatCalls;
  readonly pingWaits: PingWaits;
}

/** What every app of this process shares. */
export interface PortalParts {
  readonly assetStore: AssetStore;
  readonly admission: AdmissionState;
  readonly metrics: PortalMetrics;
  readonly log: Logger;
}

/** The app for one configuration, ready to answer. Counts of requests by address begin anew with it. */
export async function buildPortal(
  { settings, identity }: NodeConfiguration<'web-front'>,
  { commlink, internalDb, nodes, deliveryWatch, beatCalls, pingWaits }: Backends,
  { assetStore, admission, metrics, log }: PortalParts,
): Promise<PortalApp> {
  const { publicUrl } = settings.portal;
  const limits = portalLimits(settings);
  const offersApi = settings.features.api;
  const { vendorName, supportAddress } = settings.branding;
  const brandingAssets = makeBrandingAssets(settings.branding);
  const frameFor = createFrames({
    assetBase: `/assets/${assetStore.version}`,
    offersApi,
    branding: { vendorName, supportAddress, ...brandingAddresses(brandingAssets) },
  });
  const authorityPem = identity.authority;
  const outer = { internalDb, nodes, deliveryWatch, log };
  const services: PortalServices = { ...outer, frameFor, publicUrl, authorityPem, limits };
  const app = await createPortalApp({
    publicUrl,
    limits,
    log,
    answerError: createErrorAnswer({
      frameFor,
      publicUrl,
      log,
      findViewer: (request) => findViewer(services, request),
    }),
  });
  carryRequestIds(app);
  logRequests(app);
  metrics.countRequests(app);
  declineWhileClosed(app, admission);
  refuseUnknownAddresses(app, { offersApi });
  addPublicRoutes(app, services, assetStore);
  const linkedCounts = () => ({
    internalDb: commlink.linked('internal-db').length,
    ftpNodes: commlink.linked('ftp-node').length,
  });
  addHealthRoute(app, linkedCounts, admission);
  addBrandingRoutes(app, brandingAssets);
  addLanguageRoutes(app, services);
  addKeptFormRoutes(app, services);
  addSignInRoutes(app, services);
  addPeopleRoutes(app, services);
  addCatalogRoutes(app, services);
  addReleaseSetRoutes(app, services);
  addLicenceRoutes(app, services);
  addDeliveryRoutes(app, services);
  addDeliveryEventRoutes(app, services);
  addSessionFileRoutes(app, services);
  addHistoryRoutes(app, services);
  addPortalViewRoutes(app, services);
  addSshKeyRoutes(app, services);
  addApplianceRoutes(app, services);
  await addFleetRoutes(app, { internalDb, beatCalls, pingWaits });
  if (offersApi) {
    addTokenRoutes(app, services);
    await addApiRoutes(app, services);
  }
  await app.ready();
  return app;
}
