// GET /openapi.json, the API's description for programs, and GET /, the same for people.
import type { ApiDescription } from '#commlink/api/description-content.ts';
import type { PortalApp } from '../http/portal-app.ts';
import type { PortalServices } from '../portal-services.ts';
import { descriptionPage } from './description-page.ts';

const hidden = { schema: { hide: true } };

/** Adds the routes; `app` knows the paths of all of the API. */
export function addDescriptionRoutes(api: PortalApp, app: PortalApp, services: PortalServices): void {
  const { frameFor, publicUrl } = services;
  api.get('/openapi.json', hidden, async () => app.swagger());
  api.get('/', { ...hidden, prefixTrailingSlash: 'slash' }, async (request, reply) => {
    const page = descriptionPage(frameFor(request), app.swagger() as ApiDescription, publicUrl);
    return reply.type('text/html; charset=utf-8').send(page);
  });
}
