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
import { secondStepPage } from './people/second-step-page.ts';
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
});

/** Adds the routes. */
export function addSignInRoutes(app: PortalApp, services: PortalServices): void {
  const { frameFor, internalDb, publicUrl, limits } = services;

  app.get('/sign-in', { schema: { querystring: SignInQuery, hide: true } }, async (request, reply) => {
    const next = ownPath(request.query.next);
    const view = { formToken: startVisitorForm(request, reply), next, username: '', refusal: null };
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
        setSessionCookie(reply, opening.session, opening.owner.expiresAtMs);
        return reply.redirect(next, 303);
      }
      const frame = frameFor(request);
      reply.type('text/html; charset=utf-8');
      if (opening.reason === 'second_factor') {
        const view = { formToken, next, username, step: opening.step, refusal: null };
        return reply.send(secondStepPage(frame, view));
      }
      const { reason, retryAfterMs } = opening;
      reply.code(reason === 'throttled' ? 429 : 403);
      if (reason === 'throttled') reply.header('retry-after', Math.ceil(retryAfterMs / 1000));
      const refusal = explainSignIn(frame, { reason, retryAfterMs });
      return reply.send(signInPage(frame, { formToken, next, username, refusal }));
    },
  );

  app.post('/sign-out', { schema: { body: SignOutForm, hide: true } }, async (request, reply) => {
    const session = readSessionCookie(request);
    if (session !== null) {
      requireOwnForm(request, { publicUrl, formToken: request.body.formToken, cookieSecret: session });
      clearSessionCookie(reply);
      await internalDb.call('session.close', { session });
    }
    return reply.redirect('/sign-in', 303);
  });
}
