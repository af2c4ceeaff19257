// One log line for each request: method, path without the query, status, bytes, time, address, incident id. Nothing a
// customer typed is in it, and no header.
import type { PortalApp } from './portal-app.ts';

/** An address of nobody (RFC 5737): the warm-up's requests are not logged, and count against no customer's limit. */
export const warmUpAddress = '192.0.2.1';

/** Logs every request when its answer is complete, or was given up by the client. */
export function logRequests(app: PortalApp): void {
  app.addHook('onResponse', async (request, reply) => {
    if (request.ip === warmUpAddress) return;
    const line = {
      incident: request.id,
      method: request.method,
      path: pathOf(request.url),
      status: reply.statusCode,
      bytes: Number(reply.getHeader('content-length') ?? 0),
      durationMs: Math.round(reply.elapsedTime * 10) / 10,
      address: clientAddress(request.ip),
    };
    app.log.info(line, 'request');
  });
  app.addHook('onRequestAbort', async (request) => {
    app.log.info({ incident: request.id, path: pathOf(request.url) }, 'request given up by the client');
  });
}

/** The client's address as text; an IPv4 address that arrived at a dual-stack socket in its own form. */
export function clientAddress(ip: string): string {
  return ip.startsWith('::ffff:') ? ip.slice('::ffff:'.length) : ip;
}

function pathOf(url: string): string {
  const end = url.search(/[?#]/);
  return end < 0 ? url : url.slice(0, end);
}
