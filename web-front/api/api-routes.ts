// Puts the JSON API together under /api/v1, with what all of its routes share: the rate limit, and the description.
import type { PortalApp } from '../http/portal-app.ts';
import { httpLimits } from '../limits.ts';
import type { PortalServices } from '../portal-services.ts';
import { addAnswerHeaders } from './answer-headers.ts';
import { addIdempotency } from './idempotency.ts';
import { addApplianceApi } from './appliance-api.ts';
import { addCatalogApi } from './catalog-api.ts';
import { addDescriptionRoutes } from './description-routes.ts';
import { addDeliveryApi } from './delivery-api.ts';
import { addDownloadApi } from './download-api.ts';
import { addHomeApi } from './home-api.ts';
import { addIdentityLinkApi } from './identity-link-api.ts';
import { addLicenceApi } from './licence-api.ts';
import { addMemberApi } from './member-api.ts';
import { addPortalViewApi } from './portal-view-api.ts';
import { addProfileApi } from './profile-api.ts';
import { addSecondFactorApi } from './second-factor-api.ts';
import { addSshKeyApi } from './ssh-key-api.ts';
import { addTokenApi } from './token-api.ts';

/** Adds every route of the API. */
export async function addApiRoutes(app: PortalApp, services: PortalServices): Promise<void> {
  const addRoutes = async (api: PortalApp) => {
    const rateLimit = { max: services.limits.apiRequestsPerMinute, timeWindow: httpLimits.rateWindowMs };
    // One count for the whole API; the plugin then leaves out its count for pages.
    api.addHook('onRequest', api.rateLimit(rateLimit));
    api.removeContentTypeParser('application/x-www-form-urlencoded');
    addAnswerHeaders(api);
    addIdempotency(api, services);
    addCatalogApi(api, services);
    addHomeApi(api, services);
    addLicenceApi(api, services);
    addDeliveryApi(api, services);
    addDownloadApi(api, services);
    addTokenApi(api, services);
    addSshKeyApi(api, services);
    addProfileApi(api, services);
    addPortalViewApi(api, services);
    addSecondFactorApi(api, services);
    addIdentityLinkApi(api, services);
    addMemberApi(api, services);
    addApplianceApi(api, services);
    addDescriptionRoutes(api, app, services);
  };
  await app.register(addRoutes, { prefix: '/api/v1' });
}
