// Signing in and out. The password goes to internal-db and nowhere else; what comes back is a session token, which
// lives in the customer's browser alone.
import { randomBytes } from 'node:crypto';
import { Type, strictObject } from '#commlink/schema.ts';
import type { ResultOf } from '#commlink/method-table.ts';
import type { internalDbMethods } from '#commlink/methods/internal-db-methods.ts';
import { clientAddress } from '../http/access-log.ts';
import {
  clearSessionCookie,
  readSessionCookie,
  readVisitorCookie,
  setSessionCookie,
  setVisitorCookie,
} from '../http/cookies.ts';
import { formTokenFor } from '../http/form-token.ts';
import { ownPath } from '../http/own-path.ts';
import type { PortalApp } from '../http/portal-app.ts';
import { requireOwnForm } from '../http/session.ts';
import { httpLimits } from '../limits.ts';
import type { PortalServices } from '../portal-services.ts';
import type { SignInTexts } from '../texts/english/sign-in.ts';
import { signInPage } from './sign-in-page.ts';

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

type Opening = ResultOf<typeof internalDbMethods, 'session.open'>;
type Refusal = Extract<Opening, { opened: false }>;

/** Adds the routes. */
export function addSignInRoutes(app: PortalApp, services: PortalServices): void {
  const { frameFor, internalDb, publicUrl, limits } = services;

  app.get('/sign-in', { schema: { querystring: SignInQuery, hide: true } }, async (request, reply) => {
    const next = ownPath(request.query.next);
    const secret = readVisitorCookie(request) ?? randomBytes(32).toString('base64url');
    setVisitorCookie(reply, secret);
    const view = { formToken: formTokenFor(secret), next, username: '', refusal: null };
    return reply.type('text/html; charset=utf-8').send(signInPage(frameFor(request), view));
  });

  const rateLimit = { max: limits.signInsPerMinute, timeWindow: httpLimits.rateWindowMs };
  app.post(
    '/sign-in',
    { schema: { body: SignInForm, hide: true }, config: { rateLimit } },
    async (request, reply) => {
      const { formToken, username, password } = request.body;
      const cookieSecret = readVisitorCookie(request);
      requireOwnForm(request, { publicUrl, formToken, cookieSecret });
      const next = ownPath(request.body.next);
      const address = clientAddress(request.ip);
      const opening = await internalDb.call('session.open', { username, password, address });
      if (opening.opened) {
        setSessionCookie(reply, opening.session, opening.owner.expiresAtMs);
        return reply.redirect(next, 303);
      }
      const retryAfterSeconds = Math.ceil(opening.retryAfterMs / 1000);
      if (opening.reason === 'throttled') void reply.header('retry-after', retryAfterSeconds);
      const frame = frameFor(request);
      const refusal = explain(opening, frame.texts.signIn.refusals);
      const page = signInPage(frame, { formToken, next, username, refusal });
      reply.code(opening.reason === 'throttled' ? 429 : 403).type('text/html; charset=utf-8');
      return reply.send(page);
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

function explain({ reason, retryAfterMs }: Refusal, texts: SignInTexts['refusals']): string {
  switch (reason) {
    case 'throttled':
      return texts.throttled(Math.max(1, Math.ceil(retryAfterMs / 1000)));
    case 'banned':
      return texts.banned(Math.max(1, Math.ceil(retryAfterMs / 60_000)));
    case 'credentials':
    case 'suspended':
      return texts[reason];
  }
}
