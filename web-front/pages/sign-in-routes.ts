// Signing in and out. The password goes to internal-db and nowhere else; what comes back is a session token, which
// lives in the customer's browser alone.
import { Type, strictObject } from '#commlink/schema.ts';
import { clientAddress } from '../http/access-log.ts';
import { clientOf } from '../http/client-name.ts';
import { clearSessionCookie, readSessionCookie, setSessionCookie } from '../http/cookies.ts';
import { ownPath } from '#commlink/pages/own-path.ts';
import type { PortalApp } from '../http/portal-app.ts';
import { requireOwnForm } from '../http/session.ts';
import { requireVisitorForm, startVisitorForm } from '../http/visitor-form.ts';
import { httpLimits } from '../limits.ts';
import type { PortalServices } from '../portal-services.ts';
import { signedOutPage } from './people/provider-parts.ts';
import { typedAddress } from './people/provider-routes.ts';
import { secondStepPage } from './people/second-step-page.ts';
import { loadOffers, offerRequired } from './sign-in-offers.ts';
import { signInPage } from './sign-in-page.ts';
import { explainSignIn } from './sign-in-refusal.ts';

const SignInForm = strictObject({
  formToken: Type.String({ maxLength: 64 }),
  next: Type.String({ maxLength: httpLimits.urlCharactersMax }),
  username: Type.String({ maxLength: 128 }),
  password: Type.String({ maxLength: 256 }),
});
const SignOutForm = strictObject({ formToken: Type.String({ maxLength: 64 }) });
const SignInQuery = Type.Object({
  next: Type.Optional(Type.String({ maxLength: httpLimits.urlCharactersMax })),
  /** An e-mail address, to be led to its organization's own sign-in. */
  account: Type.Optional(Type.String({ maxLength: 254 })),
});

/** Adds the routes. */
export function addSignInRoutes(app: PortalApp, services: PortalServices): void {
  const { frameFor, internalDb, publicUrl, limits } = services;

  app.get('/sign-in', { schema: { querystring: SignInQuery, hide: true } }, async (request, reply) => {
    const next = ownPath(request.query.next);
    const offers = await loadOffers(services, typedAddress(request.query.account));
    const view = { formToken: startVisitorForm(request, reply), next, username: '', refusal: null, offers };
    return reply.type('text/html; charset=utf-8').send(signInPage(frameFor(request), view));
  });

  const rateLimit = { max: limits.signInsPerMinute, timeWindow: httpLimits.rateWindowMs };
  app.post(
    '/sign-in',
    { schema: { body: SignInForm, hide: true }, config: { rateLimit } },
    async (request, reply) => {
      const { formToken, username, password } = request.body;
      requireVisitorForm(request, { publicUrl, formToken });
      const next = ownPath(request.body.next);
      const origin = { address: clientAddress(request.ip), client: clientOf(request) };
      const opening = await internalDb.call('session.open', { username, password, ...origin });
      if (opening.opened) {
        setSessionCookie(reply, opening.session, opening.owner);
        return reply.redirect(next, 303);
      }
      const frame = frameFor(request);
      reply.type('text/html; charset=utf-8');
      if (opening.reason === 'second_factor') {
        const view = { formToken, next, username, step: opening.step, refusal: null };
        return reply.send(secondStepPage(frame, view));
      }
      const offers = offerRequired(await loadOffers(services), opening);
      const { reason, retryAfterMs } = opening;
      reply.code(reason === 'throttled' ? 429 : 403);
      if (reason === 'throttled') reply.header('retry-after', Math.ceil(retryAfterMs / 1000));
      const refusal = explainSignIn(frame, opening);
      return reply.send(signInPage(frame, { formToken, next, username, refusal, offers }));
    },
  );

  app.post('/sign-out', { schema: { body: SignOutForm, hide: true } }, async (request, reply) => {
    const session = readSessionCookie(request);
    if (session !== null) {
      requireOwnForm(request, { publicUrl, formToken: request.body.formToken, cookieSecret: session });
      clearSessionCookie(reply);
      const { provider } = await internalDb.call('session.close', { session });
      if (provider) {
        const frame = { ...frameFor(request), formToken: null };
        return reply.type('text/html; charset=utf-8').send(signedOutPage(frame, provider));
      }
    }
    return reply.redirect('/sign-in', 303);
  });
}
