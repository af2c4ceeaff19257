// What can go wrong for a customer: one table of codes, and the error that carries one of them to the error handler,
// which turns it into a page or into problem details (RFC 9457). Expected refusals of internal-db become one too,
// since at this edge each of them ends the request.

interface ProblemKind {
  readonly status: number;
  readonly title: string;
  /** What the reader can do about it. */
  readonly advice: string;
}

const tryAgain = 'Try again in a few seconds. If it stays so, tell us the incident number.';

/** Every problem that the portal and its API can answer with. Codes are stable: programs may rely on them. */
export const problemTable = {
  bad_request: {
    status: 400,
    title: 'The request is not well formed',
    advice: 'Compare the request with the API description at /api/v1/openapi.json.',
  },
  session_required: {
    status: 401,
    title: 'You are not signed in',
    advice: 'Sign in again, or send a personal token that has not expired as "Authorization: Bearer …".',
  },
  form_refused: {
    status: 403,
    title: 'This form did not come from this site, or is too old',
    advice: 'Go back, reload the page and send the form again.',
  },
  delivery_refused: {
    status: 403,
    title: 'You cannot have this file',
    advice: 'If that is not what you expected, show your vendor this page.',
  },
  refused: {
    status: 403,
    title: 'The request was declined',
    advice: 'The detail says why.',
  },
  not_found: {
    status: 404,
    title: 'There is nothing here',
    advice: 'Check the address, or start again at the list of products.',
  },
  conflict: {
    status: 409,
    title: 'It was changed meanwhile',
    advice: 'Reload and look at it again.',
  },
  too_large: {
    status: 413,
    title: 'The request is too large',
    advice: 'Send less at once.',
  },
  uri_too_long: {
    status: 414,
    title: 'The address is too long',
    advice: 'Start again at the list of products.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'This kind of content is not accepted here',
    advice: 'Send application/json to the API.',
  },
  change_refused: {
    status: 422,
    title: 'The change was not made',
    advice: 'The detail says why; the reason says it to programs.',
  },
  key_refused: {
    status: 422,
    title: 'This SSH key cannot be used',
    advice: 'The detail says why. Put in one line of OpenSSH’s format, as in a file whose name ends in .pub.',
  },
  key_reused: {
    status: 422,
    title: 'The Idempotency-Key belongs to another request',
    advice: 'Make a new key for each request, and use it again only to repeat that very request.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    advice: 'Wait for the time that Retry-After gives, then go on more slowly.',
  },
  internal: {
    status: 500,
    title: 'Something went wrong on our side',
    advice: 'Nothing of yours was lost. Try again; if it happens again, tell us the incident number.',
  },
  staging_failed: {
    status: 503,
    title: 'The file could not be made ready',
    advice: 'The detail says why. Try again; if it stays so, tell us the incident number.',
  },
  node_unavailable: {
    status: 503,
    title: 'The download server cannot be reached',
    advice: tryAgain,
  },
  try_again: {
    status: 503,
    title: 'Try again in a moment',
    advice: 'Nothing was done, and nothing is lost: try again in a few seconds.',
  },
  service_unavailable: {
    status: 503,
    title: 'The service is not available at the moment',
    advice: tryAgain,
  },
} as const satisfies Record<string, ProblemKind>;

/** A stable problem code. */
export type ProblemCode = keyof typeof problemTable;

/** Every problem code, in the order of the table. */
export const problemCodes = Object.keys(problemTable) as readonly ProblemCode[];

/** What a problem may carry beside its code and detail. */
export interface ProblemOptions extends ErrorOptions {
  /** Seconds until it makes sense to try again; becomes Retry-After. */
  readonly retryAfterSeconds?: number;
  /** Of `session_required`: the page to go on with after the sign-in, where it is not the one that was asked for. */
  readonly returnTo?: string;
  /** The machine-readable reason of a refusal, e.g. `expired` or `disk_full`. */
  readonly reason?: string;
  /** Nobody knows whether what was asked for was done: the answer to it was lost. */
  readonly isUncertain?: boolean;
}

/** Ends a request with a problem. `message` is a plain sentence for the customer, without secrets or paths. */
export class PortalProblem extends Error {
  readonly code: ProblemCode;
  readonly statusCode: number;
  readonly retryAfterSeconds: number | null;
  readonly reason: string | null;
  readonly returnTo: string | null;
  readonly isUncertain: boolean;

  constructor(code: ProblemCode, message: string, options: ProblemOptions = {}) {
    super(message, options);
    this.name = 'PortalProblem';
    this.code = code;
    this.statusCode = problemTable[code].status;
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
    this.reason = options.reason ?? null;
    this.returnTo = options.returnTo ?? null;
    this.isUncertain = options.isUncertain ?? false;
  }
}
