// What every answer of the API carries beside its content: how many requests are left, and where something was read, a
// validator. Called by api-routes.ts.
import { entityTagOf, isNamed } from '#commlink/api/entity-tag.ts';
import { limiterHeaderNames, rateLimitHeaders } from '#commlink/api/rate-limit-headers.ts';
import type { PortalApp } from '../http/portal-app.ts';
import { httpLimits } from '../limits.ts';

/** Adds the hooks to the API's part of the app; errors and refusals get the rate limit's headers too. */
export function addAnswerHeaders(api: PortalApp): void {
  api.addHook('onSend', async (_request, reply) => {
    const values = limiterHeaderNames.map((name) => Number(reply.getHeader(name)));
    for (const name of limiterHeaderNames) reply.removeHeader(name);
    void reply.headers(rateLimitHeaders(values, httpLimits.rateWindowMs) ?? {});
  });
  api.addHook('onSend', async (request, reply, payload) => {
    if (request.method !== 'GET' || reply.statusCode !== 200 || typeof payload !== 'string') return payload;
    const tag = entityTagOf(payload);
    void reply.header('etag', tag);
    if (!isNamed(tag, request.headers['if-none-match'])) return payload;
    reply.code(304).removeHeader('content-type').removeHeader('content-length');
    return null;
  });
}
