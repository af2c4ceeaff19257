// Every bound of the web-front, with its unit. `defaultLimits` may be adjusted in the configuration file; the others
// follow from a protocol or from the message schemas and are fixed.
import { Type, strictObject, type Static } from '#commlink/schema.ts';

const Count = Type.Integer({ minimum: 1, maximum: 1_000_000 });

/** The limits that an operator may set: requests a minute from one address (IPv6: one /64), and open connections. */
export const AdjustableLimits = strictObject({
  signInsPerMinute: Count,
  apiRequestsPerMinute: Count,
  pageRequestsPerMinute: Count,
  connectionsMax: Count,
});
export type AdjustableLimits = Static<typeof AdjustableLimits>;

/**
 * What holds when the configuration says nothing. A page with live progress makes 60 API requests a minute, and many
 * customers may share one address.
 */
export const defaultLimits: AdjustableLimits = {
  signInsPerMinute: 20,
  apiRequestsPerMinute: 3000,
  pageRequestsPerMinute: 600,
  connectionsMax: 4096,
};

/** Fixed bounds of the HTTPS side. */
export const httpLimits = {
  bodyBytesMax: 16 * 1024,
  headerBytesMax: 16 * 1024,
  urlCharactersMax: 2048,
  parameterCharactersMax: 128,
  rateLimitedAddressesMax: 20_000,
  rateWindowMs: 60_000,
  tlsHandshakeTimeoutMs: 10_000,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 20_000,
  idleConnectionTimeoutMs: 30_000,
  keepAliveTimeoutMs: 20_000,
  requestsPerConnectionMax: 1000,
  drainTimeoutMs: 3000,
  /** RFC 6265 asks browsers for 4096 bytes of name, value and attributes; this leaves room for the latter two. */
  cookieValueBytesMax: 3800,
} as const;

/** Fixed bounds of calls over the commlink. */
export const callLimits = {
  /** How long a request waits for a link that is down before the customer is told. */
  linkWaitMs: 1500,
  describeNodeDeadlineMs: 1000,
  /** A node's endpoints are asked for again after this long. */
  endpointsFreshMs: 15_000,
} as const;

/** Retry-After for a service that is away: its links are re-dialled within seconds. */
export const unavailableRetryAfterSeconds = 5;

/** The lifetime of a personal token, in days. The longest is what internal-db takes. */
export const tokenLifetimeDays = { min: 1, max: 366, preset: 90 } as const;
