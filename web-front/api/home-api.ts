// GET /home: what is new since the last visit, which rights end soon, and which agreements wait, as the home page begins. A program
// that asks makes no visit of it. Called by api-routes.ts.
import { time, timeOrNull } from '#commlink/api/moment.ts';
import type { PortalApp } from '../http/portal-app.ts';
import { requireCredential } from '../http/session.ts';
import type { PortalServices } from '../portal-services.ts';
import { HomeView } from './catalog-schemas.ts';
import { viewLicence } from './catalog-views.ts';
import { responses } from './responses.ts';

const schema = {
  operationId: 'getHome',
  summary:
    'News since your last visit of the portal (of a month, before the first), rights that end soon, and agreements',
  tags: ['catalog'],
  response: responses({ status: 200, description: 'The newest first.', schema: HomeView }),
};

/** Adds the route. */
export function addHomeApi(api: PortalApp, { internalDb, publicUrl }: PortalServices): void {
  api.get('/home', { schema }, async (request) => {
    const session = requireCredential(request, { mutates: false, publicUrl });
    const home = await internalDb.callForSession('catalog.home', { session });
    return {
      lastVisitAt: timeOrNull(home.lastVisitAtMs),
      news: home.news.map(({ atMs, ...news }) => ({ ...news, at: time(atMs) })),
      ending: home.ending.map(({ product, productTitle, notAfterMs }) => ({
        product,
        productTitle,
        notAfter: time(notAfterMs),
      })),
      licences: home.licences.map(viewLicence),
    };
  });
}
