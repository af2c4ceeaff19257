// The one place where a failure becomes an answer: problem details (RFC 9457) under /api/, a page elsewhere, a redirect
// to the sign-in page for a visitor without a session. Faults are logged with their incident id; customers get the id.
import type { Logger } from '#commlink/log.ts';
import { errorPage } from '../pages/error-page.ts';
import type { PageFrame } from '../pages/layout.ts';
import { PortalProblem, problemTable, type ProblemCode } from '../portal-problem.ts';
import { clearSessionCookie, readSessionCookie } from './cookies.ts';
import type { PortalApp } from './portal-app.ts';

/** Fastify's own refusals, by the code that it gives them. */
const fastifyCodes: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_VALIDATION: 'bad_request',
  FST_ERR_BAD_URL: 'bad_request',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'bad_request',
  FST_ERR_CTP_INVALID_JSON_BODY: 'bad_request',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'bad_request',
  FST_ERR_CTP_BODY_TOO_LARGE: 'too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
};

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

/** Answers every error and every unknown address of the portal. */
export function answerErrors(
  app: PortalApp,
  { frame, publicUrl }: { frame: PageFrame; publicUrl: string },
): void {
  app.setErrorHandler((error: Error, request, reply) => {
    const problem = problemOf(error, request.url);
    logProblem(app.log, problem, request.id);
    void reply.code(problem.statusCode);
    if (problem.retryAfterSeconds !== null) void reply.header('retry-after', problem.retryAfterSeconds);
    if (isApi(request.url)) {
      if (problem.code === 'session_required')
        void reply.header('www-authenticate', 'Bearer realm="consign"');
      return reply.type('application/problem+json').send(detailsOf(problem, request.id, publicUrl));
    }
    if (problem.code === 'session_required') {
      if (readSessionCookie(request) !== null) clearSessionCookie(reply);
      const next =
        request.method === 'GET' && request.url !== '/' ? `?next=${encodeURIComponent(request.url)}` : '';
      return reply.redirect(`/sign-in${next}`, 303);
    }
    return reply.type('text/html; charset=utf-8').send(errorPage(frame, problem, request.id));
  });
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (request) => {
    const what = isApi(request.url)
      ? 'This method and path are not part of the API.'
      : 'This page does not exist.';
    throw new PortalProblem('not_found', what);
  });
}

function isApi(url: string): boolean {
  return url.startsWith('/api/');
}

function problemOf(error: Error, url: string): PortalProblem {
  if (error instanceof PortalProblem) return error;
  const code = 'code' in error && typeof error.code === 'string' ? fastifyCodes[error.code] : undefined;
  if (code === 'bad_request') return new PortalProblem(code, validationDetail(error), { cause: error });
  if (code) return new PortalProblem(code, problemTable[code].title + '.', { cause: error });
  const what = isApi(url) ? 'The request' : 'The page';
  return new PortalProblem('internal', `${what} could not be completed because of a fault in this program.`, {
    cause: error,
  });
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

function logProblem(log: Logger | PortalApp['log'], problem: PortalProblem, incident: string): void {
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
