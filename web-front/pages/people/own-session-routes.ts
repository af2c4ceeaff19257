// The routes of the security page itself and of the sessions on it.
import { Type, strictObject } from '#commlink/schema.ts';
import { Id } from '#commlink/methods/fields.ts';
import type { PortalApp } from '../../http/portal-app.ts';
import type { PortalServices } from '../../portal-services.ts';
import { createSecurityAnswers } from './security-answers.ts';

const EndForm = strictObject({ formToken: Type.String({ maxLength: 64 }) });
const SessionParams = strictObject({ id: Id });

/** Adds the routes. */
export function addOwnSessionRoutes(app: PortalApp, services: PortalServices): void {
  const { internalDb } = services;
  const answers = createSecurityAnswers(services);

  app.get('/account/security', { schema: { hide: true } }, async (request, reply) =>
    answers.showPage(request, reply),
  );

  const endSchema = { params: SessionParams, body: EndForm, hide: true };
  app.post('/account/security/sessions/:id/end', { schema: endSchema }, (request, reply) =>
    answers.forSession(request, async (session) => {
      const outcome = await internalDb.callForSession('session.end', { session, id: request.params.id });
      return await answers.conclude(request, reply, outcome);
    }),
  );

  const othersSchema = { body: EndForm, hide: true };
  app.post('/account/security/sessions/end-others', { schema: othersSchema }, (request, reply) =>
    answers.forSession(request, async (session) => {
      const outcome = await internalDb.callForSession('session.endOthers', { session });
      return await answers.conclude(request, reply, outcome);
    }),
  );
}
