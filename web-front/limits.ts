// Every bound of the web-front, with its unit. `defaultLimits` may be adjusted in the cluster's configuration; the others
// follow from a protocol or from the message schemas and are fixed.
import type { PortalLimits, WebFrontSettings } from '#commlink/settings/web-front-settings.ts';

/**
 * What holds when the configuration says nothing. A page with live progress makes 60 API requests a minute, and many
 * customers may share one address.
 */
const defaultLimits: PortalLimits = {
  signInsPerMinute: 20,
  apiRequestsPerMinute: 3000,
  pageRequestsPerMinute: 600,
  connectionsMax: 4096,
};

/** The limits that hold under these settings. */
export function portalLimits({ limits }: Pick<WebFrontSettings, 'limits'>): PortalLimits {
  return { ...defaultLimits, ...limits };
}

/** Fixed bounds of the HTTPS side. */
export const httpLimits = {
  bodyBytesMax: 16 * 1024,
  headerBytesMax: 16 * 1024,
  urlCharactersMax: 2048,
  /** Of the address that an identity provider sends somebody back to. */
  providerReturnCharactersMax: 6144,
  parameterCharactersMax: 128,
  rateLimitedAddressesMax: 20_000,
  rateWindowMs: 60_000,
  tlsHandshakeTimeoutMs: 10_000,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 20_000,
  /** Longer than a request may be held back for a new configuration (ClusterPolicy.patienceMs). */
  idleConnectionTimeoutMs: 40_000,
  keepAliveTimeoutMs: 20_000,
  requestsPerConnectionMax: 1000,
  /** How long requests may go on after the address changed or the program was told to stop. */
  drainTimeoutMs: 3000,
  /** RFC 6265 asks browsers for 4096 bytes of name, value and attributes; this leaves room for the latter two. */
  cookieValueBytesMax: 3800,
  /** Of a browser's own name, kept with its session. */
  clientNameCharactersMax: 300,
} as const;

/** Fixed bounds of a form that is kept because its session was over; sealed it has to fit `cookieValueBytesMax`. */
export const keptFormLimits = {
  /** How long it may wait for the sign-in, from when it was sent. */
  lifetimeMs: 30 * 60_000,
  /** How long a browser holds on to a session that is over. */
  overSessionKeptMs: 24 * 3_600_000,
} as const;

/** Fixed bounds of calls over the commlink. */
export const callLimits = {
  /** How long a request waits for a link that is down before the customer is told. */
  linkWaitMs: 1500,
  describeNodeDeadlineMs: 1000,
  /** How long the page for a problem waits to hear who is signed in. */
  viewerOfErrorWaitMs: 500,
  /** A node's endpoints are asked for again after this long. */
  endpointsFreshMs: 15_000,
} as const;

/** Retry-After for a service that is away: its links are re-dialled within seconds. */
export const unavailableRetryAfterSeconds = 5;

/** Rows and files on a page. */
export const listLimits = {
  products: 24,
  releases: 12,
  filesOnProductPage: 12,
  filesOnReleasePage: 60,
} as const;

/** What a search finds at most; internal-db has the same bound. */
export const searchMatchesMax = 50;

/** Fixed bounds of making a whole release ready. */
export const setLimits = { stagingsAtATime: 8 } as const;

/** Rows of a list in the API where the caller asks for no number. */
export const pagePresetRows = 50;

/** Rows on a page of deliveries, or of the history. */
export const listPageRows = 30;

/** Downloads in the file that the history is saved as. */
export const historyCsvRowsMax = 100_000;

/** Other nodes that are tried for a delivery that one could not stage. */
export const stagingRetriesMax = 2;

/** How often a page with a running download loads itself again where no script follows the download. */
export const pageRefreshSeconds = 5;

/** Fixed bounds of the streams that tell of deliveries. */
export const watchLimits = {
  /** Streams that this process keeps open: in all, of one account, and of one session or token. */
  openMax: 1000,
  openPerAccountMax: 100,
  openPerSessionMax: 8,
  retryAfterSeconds: 15,
  /** How often an account's deliveries are asked for: while something moves, otherwise, and after a failure. */
  activePollMs: 1000,
  idlePollMs: 2000,
  failedPollMs: 5000,
  /** How long a stream may outlive its session. */
  sessionCheckMs: 10_000,
  /** A stream ends after this; its reader begins another one. */
  streamLifetimeMs: 30 * 60_000,
} as const;

/** While the nodes change over to a new configuration. */
export const admissionLimits = {
  /** Requests that wait for it; more are declined at once. */
  heldRequestsMax: 2000,
  retryAfterSeconds: 2,
} as const;

/** What the form for an SSH key takes, as internal-db does: room for whatever people paste, so that they are told what it is. */
export const sshKeyInputMax = { lineCharacters: 12_000, nameCharacters: 100 } as const;

/** The lifetime of a personal token, in days. The longest is what internal-db takes. */
export const tokenLifetimeDays = { min: 1, max: 366, preset: 90 } as const;

/** Codes for appliances: how many at once, and for how many days. */
export const codeLimits = { countMax: 100, days: { min: 1, max: 90, preset: 7 } } as const;

/** The lifetime of an SSH key that ends by itself, in days. The longest is what internal-db takes. */
export const sshKeyLifetimeDays = { min: 1, max: 3660 } as const;
