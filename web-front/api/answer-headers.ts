// What every answer of the API carries beside its content: how many requests are left (draft-ietf-httpapi-ratelimit-headers-10)
// and, where something was read, a validator, so that asking again for what has not changed costs no bytes
// (RFC 9110, 8.8.3 and 13.1.2). Called by api-routes.ts.
import { createHash } from 'node:crypto';
import type { PortalApp } from '../http/portal-app.ts';
import { httpLimits } from '../limits.ts';

/** The names that the rate limiter writes, which no standard knows. */
const limiterHeaders = {
  limit: 'x-ratelimit-limit',
  remaining: 'x-ratelimit-remaining',
  reset: 'x-ratelimit-reset',
} as const;

/** Adds the hooks to the API's part of the app; errors and refusals get the rate limit's headers too. */
export function addAnswerHeaders(api: PortalApp): void {
  api.addHook('onSend', async (_request, reply) => {
    const { limit, remaining, reset } = limiterHeaders;
    const [quota, left, seconds] = [limit, remaining, reset].map((name) => Number(reply.getHeader(name)));
    for (const name of [limit, remaining, reset]) reply.removeHeader(name);
    if (quota === undefined || Number.isNaN(quota)) return;
    const windowSeconds = httpLimits.rateWindowMs / 1000;
    void reply.header('ratelimit-policy', `"api";q=${quota};w=${windowSeconds}`);
    void reply.header('ratelimit', `"api";r=${left};t=${seconds}`);
  });
  api.addHook('onSend', async (request, reply, payload) => {
    if (request.method !== 'GET' || reply.statusCode !== 200 || typeof payload !== 'string') return payload;
    const tag = `"${createHash('sha256').update(payload).digest('base64url').slice(0, 27)}"`;
    void reply.header('etag', tag);
    if (!isNamed(tag, request.headers['if-none-match'])) return payload;
    reply.code(304).removeHeader('content-type').removeHeader('content-length');
    return null;
  });
}

/** Whether If-None-Match names the tag; weak comparison, as RFC 9110 wants for it. */
function isNamed(tag: string, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return ifNoneMatch.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);
}
