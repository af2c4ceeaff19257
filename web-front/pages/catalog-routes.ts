// The home page's route.
import type { PortalApp } from '../http/portal-app.ts';
import { loadViewer, requireSession } from '../http/session.ts';
import type { PortalServices } from '../portal-services.ts';
import { catalogPage } from './catalog-page.ts';

/** Adds the route. */
export function addCatalogRoutes(app: PortalApp, services: PortalServices): void {
  app.get('/', { schema: { hide: true } }, async (request, reply) => {
    const session = requireSession(request);
    const [viewer, { products }] = await Promise.all([
      loadViewer(services, session),
      services.internalDb.callForSession('catalog.list', { session }),
    ]);
    return reply
      .type('text/html; charset=utf-8')
      .send(catalogPage(services.frameFor(request), viewer, products));
  });
}
