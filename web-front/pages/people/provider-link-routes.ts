// The routes that link a person to an identity provider and end such a link, from the security page. The password is asked for
// first; the link is made at the return from the provider (provider-routes.ts).
import { Id, Slug } from '#commlink/methods/fields.ts';
import { TypedPassword } from '#commlink/methods/people-fields.ts';
import { Type, strictObject } from '#commlink/schema.ts';
import { clientAddress } from '../../http/access-log.ts';
import { setProviderCookie } from '../../http/cookies.ts';
import type { PortalApp } from '../../http/portal-app.ts';
import { loadViewer, requireOwnForm, requireSession, returningTo } from '../../http/session.ts';
import type { PortalServices } from '../../portal-services.ts';
import { leaveToLinkPage } from './provider-parts.ts';
import { createSecurityAnswers } from './security-answers.ts';

const securityPath = '/account/security';
const FormToken = Type.String({ maxLength: 64 });
const LinkForm = strictObject({ formToken: FormToken, provider: Slug, password: TypedPassword });
const UnlinkForm = strictObject({ formToken: FormToken, password: TypedPassword });
const LinkParams = strictObject({ id: Id });

/** Adds the routes. */
export function addProviderLinkRoutes(app: PortalApp, services: PortalServices): void {
  const { frameFor, internalDb, publicUrl } = services;
  const answers = createSecurityAnswers(services);

  const linkSchema = { body: LinkForm, hide: true };
  app.post('/account/security/providers', { schema: linkSchema }, (request, reply) =>
    returningTo(securityPath, async () => {
      const session = requireSession(request);
      const { formToken, provider, password } = request.body;
      requireOwnForm(request, { publicUrl, formToken, cookieSecret: session });
      const address = clientAddress(request.ip);
      const begun = await internalDb.callForSession('identity.beginLink', {
        session,
        provider,
        password,
        address,
      });
      if (!begun.done) return await answers.conclude(request, reply, begun);
      const { url, ticket, title } = begun;
      setProviderCookie(reply, { ticket, next: securityPath });
      const viewer = await loadViewer(services, session);
      const page = leaveToLinkPage(frameFor(request), viewer, { title, url });
      return await reply.type('text/html; charset=utf-8').send(page);
    }),
  );

  const unlinkSchema = { params: LinkParams, body: UnlinkForm, hide: true };
  app.post('/account/security/providers/:id/remove', { schema: unlinkSchema }, (request, reply) =>
    returningTo(securityPath, async () => {
      const session = requireSession(request);
      const { formToken, password } = request.body;
      requireOwnForm(request, { publicUrl, formToken, cookieSecret: session });
      const wish = { session, id: request.params.id, password };
      const outcome = await internalDb.callForSession('identity.unlink', wish);
      return await answers.conclude(request, reply, outcome);
    }),
  );
}
