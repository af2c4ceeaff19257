// How the portal's HTTPS entrance stays, whatever is configured. TLS: 1.2 and 1.3, forward secrecy and authenticated
// encryption only (RFC 9325); the elliptic curves and signature algorithms are OpenSSL's own. Called by portal.ts.
import type { EntranceOptions } from '#commlink/https-entrance.ts';
import { httpLimits } from '../limits.ts';

const ciphers = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
];

/** The entrance's options; `hold` may keep a request waiting. */
export function portalEntrance(hold: NonNullable<EntranceOptions['hold']>): EntranceOptions {
  const server = {
    minVersion: 'TLSv1.2',
    ciphers: ciphers.join(':'),
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
