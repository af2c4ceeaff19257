// One log line for each request: method, path without the query, status, bytes, time, address, incident id. Nothing a
// customer typed is in it, and no header: of an address that is none of ours, which may be a pasted token or download
// link, only that it was one.
import type { PortalApp } from './portal-app.ts';

/** An address of nobody (RFC 5737): the warm-up's requests are not logged, and count against no customer's limit. */
export const warmUpAddress = '192.0.2.1';

/** The answers to an address that may be anything: not well formed, or not there. */
const guessedStatuses = new Set([400, 404]);

/** What is needed of a request to name its path. */
interface LoggedRequest {
  readonly url: string;
  readonly is404: boolean;
  readonly routeOptions: { readonly url?: string | undefined };
}

/** Logs every request when its answer is complete, or was given up by the client. */
export function logRequests(app: PortalApp): void {
  app.addHook('onResponse', async (request, reply) => {
    if (request.ip === warmUpAddress) return;
    const line = {
      incident: request.id,
      method: request.method,
      path: pathOf(request, reply.statusCode),
      status: reply.statusCode,
      bytes: Number(reply.getHeader('content-length') ?? 0),
      durationMs: Math.round(reply.elapsedTime * 10) / 10,
      address: clientAddress(request.ip),
    };
    app.log.info(line, 'request');
  });
  app.addHook('onRequestAbort', async (request) => {
    app.log.info({ incident: request.id, path: pathOf(request, null) }, 'request given up by the client');
  });
}

/** The client's address as text; an IPv4 address that arrived at a dual-stack socket in its own form. */
export function clientAddress(ip: string): string {
  return ip.startsWith('::ffff:') ? ip.slice('::ffff:'.length) : ip;
}

/** The path of an address that leads to something; else the route's pattern. */
function pathOf(request: LoggedRequest, status: number | null): string {
  const { url: pattern } = request.routeOptions;
  if (request.is404 || pattern === undefined) return '(no such address)';
  if (status === null || guessedStatuses.has(status)) return pattern;
  const end = request.url.search(/[?#]/);
  return end < 0 ? request.url : request.url.slice(0, end);
}
