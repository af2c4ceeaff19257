// Who is asking: the session of a page request, the credential of an API request, and the checks that must hold before
// either may change anything. Called at the top of every route's handler.
import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { SessionOwner } from '#commlink/methods/session-owner.ts';
import { callLimits } from '../limits.ts';
import { PortalProblem } from '../portal-problem.ts';
import type { PortalServices } from '../portal-services.ts';
import type { Viewer } from '../pages/layout.ts';
import { readSessionCookie, type CookieSource } from './cookies.ts';
import { formTokenFor, isFormToken, isFromAnotherSite } from '#commlink/pages/form-token.ts';

/** What is needed of a request here. */
export interface RequestSource extends CookieSource {
  readonly headers: IncomingHttpHeaders;
}

const bearerPattern = /^Bearer ([\w-]{1,256})$/i;

/** The session token of a page request; throws the problem `session_required`, which leads to the sign-in page. */
export function requireSession(request: CookieSource): string {
  const session = readSessionCookie(request);
  if (session === null) throw new PortalProblem('session_required', 'Sign in to see this page.');
  return session;
}

/**
 * Does what a form asked for; should its session have ended, the way after the sign-in leads to `page`, so that nothing has
 * to be found or typed again.
 */
export async function returningTo<T>(page: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PortalProblem) || error.code !== 'session_required') throw error;
    throw new PortalProblem('session_required', error.message, { cause: error, returnTo: page });
  }
}

/** Describes the session's owner for the page's frame. */
export async function loadViewer(services: PortalServices, session: string): Promise<Viewer> {
  const { owner } = await services.internalDb.callForSession('session.describe', { session });
  return viewerOf(owner, session);
}

/**
 * The same for a page that is shown in any case: null for a visitor whose session is missing or over, and when internal-db does
 * not say in time. Never throws.
 */
export async function findViewer(services: PortalServices, request: CookieSource): Promise<Viewer | null> {
  const session = readSessionCookie(request);
  if (session === null) return null;
  const asked = loadViewer(services, session).catch((error: unknown) => {
    services.log.debug({ err: error }, 'a page for a problem goes without navigation');
    return null;
  });
  return await Promise.race([asked, delay(callLimits.viewerOfErrorWaitMs, null, { ref: false })]);
}

/** The same of an owner that came along with what the page shows. */
export function viewerOf(owner: SessionOwner, session: string): Viewer {
  return {
    userName: owner.user.displayName,
    accountName: owner.account.displayName,
    role: owner.user.role,
    formToken: formTokenFor(session),
  };
}

/** Refuses a form that another site sent, or whose token is not the one for `cookieSecret`. */
export function requireOwnForm(
  request: RequestSource,
  form: { publicUrl: string; formToken: string | undefined; cookieSecret: string | null },
): void {
  const { publicUrl, formToken, cookieSecret } = form;
  const isOwn = cookieSecret !== null && isFormToken(formToken, cookieSecret);
  if (!isOwn || isFromAnotherSite(request.headers, publicUrl)) {
    throw new PortalProblem('form_refused', 'The form could not be accepted from where it came.');
  }
}

/**
 * The credential of an API request: the bearer token, else the session cookie. A cookie alone may only read: browsers
 * send it along with other sites' requests too, so that whatever mutates also needs `X-Form-Token`.
 */
export function requireCredential(
  request: RequestSource,
  use: { mutates: boolean; publicUrl: string },
): string {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const token = bearerPattern.exec(authorization)?.[1];
    if (token === undefined) {
      throw new PortalProblem('session_required', 'The Authorization header is not "Bearer" and a token.');
    }
    return token;
  }
  const session = readSessionCookie(request);
  if (session === null) {
    throw new PortalProblem('session_required', 'Send a personal token as "Authorization: Bearer …".');
  }
  if (use.mutates) {
    const header = request.headers['x-form-token'];
    const formToken = typeof header === 'string' ? header : undefined;
    requireOwnForm(request, { publicUrl: use.publicUrl, formToken, cookieSecret: session });
  }
  return session;
}
