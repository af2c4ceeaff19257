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
import type { PortalApp } from '../http/portal-app.ts';
import { requireOwnForm } from '../http/session.ts';
import { httpLimits } from '../limits.ts';
import type { PortalServices } from '../portal-services.ts';
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
  const { frame, internalDb, publicUrl, limits } = services;
  const showForm = (view: { secret: string; next: string; username: string; refusal: string | null }) =>
    signInPage(frame, { ...view, formToken: formTokenFor(view.secret) });

  app.get('/sign-in', { schema: { querystring: SignInQuery, hide: true } }, async (request, reply) => {
    const next = ownPath(request.query.next);
    const secret = readVisitorCookie(request) ?? randomBytes(32).toString('base64url');
    setVisitorCookie(reply, secret);
    return reply
      .type('text/html; charset=utf-8')
      .send(showForm({ secret, next, username: '', refusal: null }));
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
      const page = showForm({ secret: cookieSecret ?? '', next, username, refusal: explain(opening) });
      return reply
        .code(opening.reason === 'throttled' ? 429 : 403)
        .type('text/html; charset=utf-8')
        .send(page);
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

function explain({ reason, retryAfterMs }: Refusal): string {
  switch (reason) {
    case 'credentials':
      return 'User name and password do not fit together. Check both and try again.';
    case 'throttled':
      return `There were too many attempts. Wait ${Math.max(1, Math.ceil(retryAfterMs / 1000))} seconds, then try again.`;
    case 'suspended':
      return 'This account is suspended. Write to your vendor.';
    case 'banned':
      return `Sign-ins from your network address are refused for now. Try again in ${minutesText(retryAfterMs)}, or write to your vendor.`;
  }
}

function minutesText(durationMs: number): string {
  const minutes = Math.max(1, Math.ceil(durationMs / 60_000));
  if (minutes > 120) return `${Math.ceil(minutes / 60)} hours`;
  return minutes === 1 ? 'a minute' : `${minutes} minutes`;
}

/** A path of this site to go on with; anything that could lead elsewhere (`//host`, `/\host`, a scheme) is `/`. */
function ownPath(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])[\x21-\x7e]*$/.test(next) && !next.includes('\\') ? next : '/';
}
