// The page that a sign-in leads to when a form had met a session that was over. What cannot be shown (too old, or of somebody
// else) is passed over without a word: the visitor is at the page that the form was on.
import { ownPath } from '#commlink/pages/own-path.ts';
import { Type } from '#commlink/schema.ts';
import { keptFormPath } from '../../http/cookies.ts';
import { readKeptForm } from '../../http/kept-form.ts';
import type { PortalApp } from '../../http/portal-app.ts';
import { loadViewer, requireSession } from '../../http/session.ts';
import { httpLimits } from '../../limits.ts';
import type { PortalServices } from '../../portal-services.ts';
import { keptFormPage } from './kept-form-page.ts';

const KeptFormQuery = Type.Object({
  page: Type.Optional(Type.String({ maxLength: httpLimits.urlCharactersMax })),
});

/** Adds the route. */
export function addKeptFormRoutes(app: PortalApp, services: PortalServices): void {
  const { frameFor, internalDb } = services;
  app.get(keptFormPath, { schema: { querystring: KeptFormQuery, hide: true } }, async (request, reply) => {
    const session = requireSession(request);
    const [viewer, { owner }] = await Promise.all([
      loadViewer(services, session),
      internalDb.callForSession('session.describe', { session }),
    ]);
    const page = ownPath(request.query.page);
    const form = readKeptForm(request, { person: owner.user.id, page });
    if (form === null) return reply.redirect(page, 303);
    return reply.type('text/html; charset=utf-8').send(keptFormPage(frameFor(request), viewer, form));
  });
}
