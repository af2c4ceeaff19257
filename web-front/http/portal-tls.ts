// How the portal's HTTPS entrance stays, whatever is configured. Called by portal.ts.
import type { EntranceOptions } from '#commlink/https-entrance.ts';
import { httpLimits } from '../limits.ts';

/** The entrance's options; `hold` may keep a request waiting. */
export function portalEntrance(hold: NonNullable<EntranceOptions['hold']>): EntranceOptions {
  const server = {
    minVersion: 'TLSv1.2',
    handshakeTimeout: httpLimits.tlsHandshakeTimeoutMs,
    maxHeaderSize: httpLimits.headerBytesMax,
    headersTimeout: httpLimits.headersTimeoutMs,
    requestTimeout: httpLimits.requestTimeoutMs,
    keepAliveTimeout: httpLimits.keepAliveTimeoutMs,
    idleTimeoutMs: httpLimits.idleConnectionTimeoutMs,
    maxRequestsPerSocket: httpLimits.requestsPerConnectionMax,
  } as const;
  return { name: 'portal', server, drainMs: httpLimits.drainTimeoutMs, hold };
}
