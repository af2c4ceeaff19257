// Forms of visitors who are not signed in: their token is derived from a random secret in a cookie of the browser, so that
// no other site can fill them in for it. Called by the routes of sign-in, invitations and mailed links, and by kept-form.ts.
import { randomBytes } from 'node:crypto';
import { readVisitorCookie, setVisitorCookie, type CookieSink, type CookieSource } from './cookies.ts';
import { formTokenFor } from '#commlink/pages/form-token.ts';
import { requireOwnForm, type RequestSource } from './session.ts';

/** The browser's secret; one that has none is given it. */
export function startVisitorSecret(request: CookieSource, reply: CookieSink): string {
  const secret = readVisitorCookie(request) ?? randomBytes(32).toString('base64url');
  setVisitorCookie(reply, secret);
  return secret;
}

/** The token for the form of the page that is about to be sent; gives the browser its secret. */
export function startVisitorForm(request: CookieSource, reply: CookieSink): string {
  return formTokenFor(startVisitorSecret(request, reply));
}

/** Refuses a form that another site sent, or that was not shown to this browser. */
export function requireVisitorForm(
  request: RequestSource,
  form: { publicUrl: string; formToken: string },
): void {
  requireOwnForm(request, { ...form, cookieSecret: readVisitorCookie(request) });
}
