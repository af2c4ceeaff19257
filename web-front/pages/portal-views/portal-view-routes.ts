// The routes about staff who see the portal as a customer does. The code of the console's link is in the query, which is
// never logged; internal-db alone knows what it is good for.
import { LinkToken } from '#commlink/methods/people-fields.ts';
import { Type, strictObject } from '#commlink/schema.ts';
import { clientAddress } from '../../http/access-log.ts';
import { setSessionCookie } from '../../http/cookies.ts';
import type { PortalApp } from '../../http/portal-app.ts';
import { loadViewer, requireSession } from '../../http/session.ts';
import { requireVisitorForm, startVisitorForm } from '../../http/visitor-form.ts';
import { httpLimits } from '../../limits.ts';
import type { PortalServices } from '../../portal-services.ts';
import { openViewPage, toldViewsPage, unusableViewPage } from './portal-view-pages.ts';

const OpenQuery = Type.Object({ code: LinkToken });
const OpenForm = strictObject({ formToken: Type.String({ maxLength: 64 }), code: LinkToken });

/** Adds the routes. */
export function addPortalViewRoutes(app: PortalApp, services: PortalServices): void {
  const { frameFor, internalDb, publicUrl, limits } = services;
  const config = { rateLimit: { max: limits.signInsPerMinute, timeWindow: httpLimits.rateWindowMs } };

  const pageSchema = { querystring: OpenQuery, hide: true };
  app.get('/view-as-customer', { schema: pageSchema, config }, async (request, reply) => {
    const formToken = startVisitorForm(request, reply);
    const page = openViewPage(frameFor(request), { formToken, code: request.query.code });
    return reply.type('text/html; charset=utf-8').send(page);
  });

  const schema = { body: OpenForm, hide: true };
  app.post('/view-as-customer', { schema, config }, async (request, reply) => {
    const { formToken, code } = request.body;
    requireVisitorForm(request, { publicUrl, formToken });
    const address = clientAddress(request.ip);
    const outcome = await internalDb.call('portalView.open', { code, address });
    if (outcome.done) {
      setSessionCookie(reply, outcome.signIn.session, outcome.signIn.owner);
      return reply.redirect('/', 303);
    }
    reply.type('text/html; charset=utf-8').code(410);
    return reply.send(unusableViewPage(frameFor(request)));
  });

  app.get('/history/views', { schema: { hide: true } }, async (request, reply) => {
    const session = requireSession(request);
    const [viewer, { views }] = await Promise.all([
      loadViewer(services, session),
      internalDb.callForSession('portalView.listTold', { session }),
    ]);
    const page = toldViewsPage(frameFor(request), viewer, views);
    return reply.type('text/html; charset=utf-8').send(page);
  });
}
