// The one place where a failure becomes an answer: problem details (RFC 9457) under /api/, a page elsewhere, a redirect
// to the sign-in page for a visitor without a session. Faults are logged with their incident id; customers get the id.
import type { Logger } from '#commlink/log.ts';
import { errorPage } from '../pages/error-page.ts';
import type { Viewer } from '../pages/layout.ts';
import type { FrameFor, PageRequest } from '../pages/page-frame.ts';
import { PortalProblem, problemTable, type ProblemCode } from '../portal-problem.ts';
import { clearSessionCookie, readSessionCookie, type CookieSink, type CookieSource } from './cookies.ts';
import { keepForm } from './kept-form.ts';
import type { PortalApp } from './portal-app.ts';
import { answerHeaders } from '#commlink/pages/security-headers.ts';

/** Fastify's own refusals, by the code that it gives them. */
const fastifyCodes: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_VALIDATION: 'bad_request',
  FST_ERR_BAD_URL: 'bad_request',
  FST_ERR_MAX_PARAM_LENGTH: 'uri_too_long',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'bad_request',
  FST_ERR_CTP_INVALID_JSON_BODY: 'bad_request',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'bad_request',
  FST_ERR_CTP_BODY_TOO_LARGE: 'too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
};

/**
 * Problems whose page says who is signed in. The others come up when internal-db can't be asked, or before it is worth asking: a
 * form that another site sent, or a visitor who sends too much, must not cost it anything.
 */
const mayAskWho: ReadonlySet<ProblemCode> = new Set([
  'delivery_refused',
  'refused',
  'not_found',
  'conflict',
  'change_refused',
  'key_refused',
  'staging_failed',
  'node_unavailable',
]);

/** Problem details as the API sends them. `type` is a page of this portal that explains the code. */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ProblemCode;
  readonly incident: string;
  readonly reason?: string;
}

/** What is needed of a request to answer its error. */
export interface FailedRequest extends PageRequest {
  readonly id: string;
  readonly body?: unknown;
}

/** What is needed of a reply to answer an error. */
export interface ErrorSink extends CookieSink {
  code(status: number): unknown;
  header(name: string, value: string | number): unknown;
  headers(values: Readonly<Record<string, string>>): unknown;
  type(mediaType: string): unknown;
  redirect(location: string, status: number): unknown;
  send(body: unknown): unknown;
}

/** Answers one request with its error. Rejects only when the answer itself can't be sent. */
export type AnswerError = (error: Error, request: FailedRequest, reply: ErrorSink) => Promise<unknown>;

/** What the answers are made with. */
export interface ErrorMeans {
  readonly frameFor: FrameFor;
  readonly publicUrl: string;
  readonly log: Logger;
  /** Who is signed in, for the page's navigation; null when that is not known at once. Never throws. */
  readonly findViewer: (request: CookieSource) => Promise<Viewer | null>;
}

/** Makes the function that answers every error of the portal. */
export function createErrorAnswer({ frameFor, publicUrl, log, findViewer }: ErrorMeans): AnswerError {
  return async (error, request, reply) => {
    const problem = problemOf(error, request.url);
    logProblem(log, problem, request.id);
    reply.headers(answerHeaders(request.id));
    if (problem.code === 'session_required' && !isApi(request.url))
      return leadToSignIn(problem, { request, reply, publicUrl });
    reply.code(problem.statusCode);
    if (problem.retryAfterSeconds !== null) reply.header('retry-after', problem.retryAfterSeconds);
    if (!isApi(request.url)) {
      const viewer = mayAskWho.has(problem.code) ? await findViewer(request) : null;
      reply.type('text/html; charset=utf-8');
      return reply.send(errorPage(frameFor(request), problem, { incident: request.id, viewer }));
    }
    if (problem.code === 'session_required') reply.header('www-authenticate', 'Bearer realm="consign"');
    reply.type('application/problem+json');
    return reply.send(detailsOf(problem, request.id, publicUrl));
  };
}

/**
 * Makes unknown addresses a problem; they count against the visitor's rate limit, so that guessing is slow. Where the API
 * and personal tokens are not offered, their addresses are among them.
 */
export function refuseUnknownAddresses(app: PortalApp, { offersApi }: { offersApi: boolean }): void {
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (request) => {
    if (!offersApi && (isApi(request.url) || /^\/tokens(?:[/?]|$)/.test(request.url))) {
      throw new PortalProblem('not_found', 'This service does not offer an API or personal tokens.');
    }
    const what = isApi(request.url)
      ? 'This method and path are not part of the API.'
      : 'This page does not exist.';
    throw new PortalProblem('not_found', what);
  });
}

function leadToSignIn(
  problem: PortalProblem,
  { request, reply, publicUrl }: { request: FailedRequest; reply: ErrorSink; publicUrl: string },
): unknown {
  const wanted = problem.returnTo ?? (request.method === 'GET' ? request.url : '/');
  const page = keepForm(request, reply, { publicUrl, page: wanted }) ?? wanted;
  if (readSessionCookie(request) !== null) clearSessionCookie(reply);
  const next = page === '/' ? '' : `?next=${encodeURIComponent(page)}`;
  return reply.redirect(`/sign-in${next}`, 303);
}

function isApi(url: string): boolean {
  return url.startsWith('/api/') || url.startsWith('/fleet/');
}

function problemOf(error: Error, url: string): PortalProblem {
  if (error instanceof PortalProblem) return error;
  const code = 'code' in error && typeof error.code === 'string' ? fastifyCodes[error.code] : undefined;
  // Only a program is helped by the rule that its address breaks.
  if (code === 'bad_request' && isAddressFault(error) && !isApi(url)) {
    return new PortalProblem('not_found', 'This page does not exist.', { cause: error });
  }
  if (code === 'bad_request') return new PortalProblem(code, validationDetail(error), { cause: error });
  if (code) return new PortalProblem(code, problemTable[code].title + '.', { cause: error });
  const what = isApi(url) ? 'The request' : 'The page';
  return new PortalProblem('internal', `${what} could not be completed because of a fault in this program.`, {
    cause: error,
  });
}

function isAddressFault(error: Error): boolean {
  return 'validationContext' in error && error.validationContext === 'params';
}

/** Names the place and the rule, never the value: it may be a secret. */
function validationDetail(error: Error): string {
  const { validation, validationContext } = error as Error & {
    validation?: { instancePath: string; message?: string }[];
    validationContext?: string;
  };
  const first = validation?.[0];
  if (!first) return 'The body or the address could not be read.';
  return `The ${validationContext ?? 'request'} is not as described: ${first.instancePath || 'it'} ${first.message ?? ''}.`;
}

function logProblem(log: Logger, problem: PortalProblem, incident: string): void {
  const line = { incident, code: problem.code, reason: problem.reason, err: problem.cause ?? problem };
  if (problem.statusCode >= 500) log.error(line, problem.message);
  else log.debug({ incident, code: problem.code, reason: problem.reason }, problem.message);
}

function detailsOf(problem: PortalProblem, incident: string, publicUrl: string): ProblemDetails {
  const { code, statusCode, message, reason } = problem;
  return {
    type: `${publicUrl}/problems#${code}`,
    title: problemTable[code].title,
    status: statusCode,
    detail: message,
    code,
    incident,
    ...(reason === null ? {} : { reason }),
  };
}
