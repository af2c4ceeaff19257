// The routes of the link that confirms an e-mail address; no session is needed, since the mail may be read elsewhere.
import { Type, strictObject } from '#commlink/schema.ts';
import { LinkToken } from '#commlink/methods/people-fields.ts';
import type { PortalApp } from '../../http/portal-app.ts';
import { requireVisitorForm, startVisitorForm } from '../../http/visitor-form.ts';
import { httpLimits } from '../../limits.ts';
import type { PortalServices } from '../../portal-services.ts';
import {
  emailConfirmationPage,
  emailConfirmedPage,
  unusableConfirmationPage,
} from './email-confirmation-page.ts';

const ConfirmQuery = Type.Object({ token: LinkToken });
const ConfirmForm = strictObject({ formToken: Type.String({ maxLength: 64 }), token: LinkToken });

/** Adds the routes. */
export function addEmailConfirmationRoutes(app: PortalApp, services: PortalServices): void {
  const { frameFor, internalDb, publicUrl, limits } = services;
  const config = { rateLimit: { max: limits.signInsPerMinute, timeWindow: httpLimits.rateWindowMs } };

  const pageSchema = { querystring: ConfirmQuery, hide: true };
  app.get('/confirm-email', { schema: pageSchema, config }, async (request, reply) => {
    const formToken = startVisitorForm(request, reply);
    const page = emailConfirmationPage(frameFor(request), { formToken, token: request.query.token });
    return reply.type('text/html; charset=utf-8').send(page);
  });

  app.post(
    '/confirm-email',
    { schema: { body: ConfirmForm, hide: true }, config },
    async (request, reply) => {
      const { formToken, token } = request.body;
      requireVisitorForm(request, { publicUrl, formToken });
      const outcome = await internalDb.call('email.confirm', { token });
      const frame = frameFor(request);
      reply.type('text/html; charset=utf-8');
      if (outcome.done) return reply.send(emailConfirmedPage(frame, outcome.email));
      return reply.code(410).send(unusableConfirmationPage(frame));
    },
  );
}
